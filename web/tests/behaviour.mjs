/**
 * What only a browser can show of the parts: focus, keys, long lists, sizes of targets.
 *
 * Every promise stands in its name; the first that is broken stops the run.
 */
import assert from 'node:assert/strict';
import { DESK, PHONE, withGallery } from './browser.mjs';

const PROMISES = {
  async 'twelve thousand rows draw only what is visible, at both ends'(page, show) {
    await show('people-many');
    const drawn = () => page.locator('.long-list > li').count();
    assert.ok((await drawn()) < 40, `${await drawn()} rows are drawn`);
    await page.evaluate(() => document.querySelector('[data-scroll]').scrollTo(0, 1e9));
    await page.locator('[aria-posinset="12000"]').waitFor();
    assert.ok((await drawn()) < 40, `${await drawn()} rows are drawn at the end`);
  },

  async 'a row with the focus stays when it is scrolled away'(page, show) {
    await show('people-many');
    await page.locator('[aria-posinset="2"] button').focus();
    await page.evaluate(() => document.querySelector('[data-scroll]').scrollTo(0, 300_000));
    await page.waitForFunction(() => [...document.querySelectorAll('[aria-posinset]')].some((row) => row.ariaPosInSet > 3000));
    assert.equal(await page.evaluate(() => document.activeElement?.closest('li')?.getAttribute('aria-posinset')), '2');
  },

  async 'a sheet takes the focus to its title and keeps it inside'(page, show) {
    await show('visit');
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'sheet-title');
    for (let n = 0; n < 12; n += 1) await page.keyboard.press('Tab');
    assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement?.closest('dialog')));
  },

  async 'a sheet that must be answered does not close by Escape'(page, show) {
    await show('not-saved');
    await page.keyboard.press('Escape');
    assert.ok(await page.locator('dialog[open]').isVisible());
  },

  async 'six digits by keyboard fill and empty the PIN, Backspace takes one away'(page, show) {
    await show('pin-wrong');
    const filled = () => page.locator('.pin-dot.filled').count();
    await page.keyboard.type('12a3');
    assert.equal(await filled(), 3);
    await page.keyboard.press('Backspace');
    assert.equal(await filled(), 2);
    await page.keyboard.type('4567');
    assert.equal(await filled(), 0);
  },

  async 'a personal number is grouped while typed and says what is missing'(page, show) {
    await show('new-person');
    const field = page.locator('.field-input').first();
    await field.fill('0991580');
    assert.equal(await field.inputValue(), '099 158 0');
    assert.equal(await page.locator('.field-aside').innerText(), 'còn 5 số');
  },

  async 'a session can be filled in by keyboard alone'(page, show) {
    await show('session-where');
    for (const _ of ['where', 'what', 'who']) {
      await page.locator('.button.primary').focus();
      await page.keyboard.press('Enter');
    }
    assert.equal(await page.locator('h2.question').innerText(), 'Kết quả của từng người?');
  },

  async 'letters move in the queue only while it has the focus'(page, show) {
    await page.setViewportSize(DESK);
    await show('console-decide');
    const chosen = () => page.locator('.queue-item[aria-current]').getAttribute('data-id');
    await page.keyboard.press('j');
    assert.equal(await chosen(), 'q1');
    await page.locator('[data-id="q1"]').focus();
    await page.keyboard.press('j');
    assert.equal(await chosen(), 'q2');
    await page.keyboard.press('k');
    assert.equal(await chosen(), 'q1');
    await page.keyboard.press('t');
    assert.equal(await page.locator('.decide-detail input:focus').inputValue(), '');
  },

  async 'giving back needs a message, and says so'(page, show) {
    await page.setViewportSize(DESK);
    await show('console-decide');
    await page.locator('.button.danger').click();
    assert.match(await page.locator('.field-remark').innerText(), /Ghi lời nhắn/);
  },

  async 'everything a thumb may press on a phone is 48 pixels high'(page, show) {
    for (const screen of ['today', 'people', 'dossier', 'session', 'results', 'sync', 'invite', 'pin-choose', 'menu', 'new-person']) {
      await show(screen);
      const small = await page.evaluate(() =>
        [...document.querySelectorAll('button, input')]
          .filter((one) => one.getBoundingClientRect().width > 1)
          .map((one) => [one.closest('.search, .switch') ?? one, one.className || one.textContent])
          .filter(([box]) => box.getBoundingClientRect().height < 47.5)
          .map(([, name]) => name),
      );
      assert.deepEqual(small, [], screen);
    }
  },
};

await withGallery(async (gallery) => {
  for (const [name, keeps] of Object.entries(PROMISES)) {
    const page = await gallery.page(PHONE);
    try {
      await keeps(page, (screen) => gallery.show(page, { screen }));
    } catch (cause) {
      throw new Error(`broken: ${name}`, { cause });
    }
    await page.close();
    console.log(`kept: ${name}`);
  }
});
