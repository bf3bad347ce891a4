/** The browser is killed, two tabs want to write, the phone is full: nothing is lost, and nothing is claimed. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

/** Left to the phone before it is full. Chromium remembers for a while how much there was, the less the shorter. */
const ROOM_BYTES = 20_000;
const PEOPLE = ['Lâm Thị Đẹp', 'Trần Văn Út', 'Ngô Thị Bé', 'Lê Văn Sáu'];

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server);
  await khoa.cut();
  await step('killed right after "saved", three times: everything is there', async () => {
    for (const [at, name] of PEOPLE.slice(0, 3).entries()) {
      await khoa.press('Thêm người dân');
      await khoa.page.getByLabel('Họ tên').fill(name);
      await khoa.press('Lưu');
      await khoa.saved();
      await khoa.kill();
      await khoa.start();
      await khoa.open();
      await khoa.unlock();
      await khoa.page.getByText(`${at + 1} người`, { exact: true }).waitFor();
    }
  });
  await step('a second tab asks, the first stops, and what each saved is there once', async () => {
    const first = khoa.page;
    const second = await khoa.tab();
    await second.goto(khoa.address);
    await second.getByRole('button', { name: 'Dùng ở đây' }).waitFor();
    // The first saves in the very moment in which the second takes over.
    await first.bringToFront();
    await khoa.press('Thêm người dân');
    await first.getByLabel('Họ tên').fill(PEOPLE[3]);
    await Promise.all([
      first.getByRole('button', { name: 'Lưu', exact: true }).dispatchEvent('click'),
      second.getByRole('button', { name: 'Dùng ở đây' }).dispatchEvent('click'),
    ]);
    await first.getByRole('button', { name: 'Dùng ở đây' }).waitFor();
    khoa.page = second;
    await second.bringToFront();
    await khoa.unlock();
    await khoa.heading('Người dân').waitFor();
    const wasSaved = (await second.getByText(PEOPLE[3]).count()) > 0;
    if (!wasSaved) await khoa.addPerson({ name: PEOPLE[3], number: '', birth: '1990' }).then(() => khoa.back());
    await second.getByText('4 người', { exact: true }).waitFor();
    // The tab that is left goes on by itself.
    await second.close();
    khoa.page = first;
    await khoa.unlock();
    await khoa.mend();
    await waitFor('the server has four', async () => (await server.figures()).dossiers === 4);
    const [device] = await server.ask('/v1/devices');
    assert.equal(device.rejected, 0, 'a bundle no honest phone makes');
  });
  await step('a full phone says that it has not saved, and saves once there is room', async () => {
    await khoa.cut();
    const used = await khoa.page.evaluate(async () => (await navigator.storage.estimate()).usage);
    await khoa.stop();
    await khoa.start();
    const devtools = await khoa.context.newCDPSession(khoa.page);
    const limit = (quotaSize) => devtools.send('Storage.overrideQuotaForOrigin', { origin: khoa.address, quotaSize });
    await limit(used + ROOM_BYTES);
    await khoa.open();
    await khoa.unlock();
    await khoa.heading('Người dân').waitFor();
    await khoa.openPerson(PEOPLE[0]);
    await limit(1);
    const full = khoa.page.getByRole('alertdialog', { name: /Chưa lưu được/ });
    await waitFor('the phone is full', async () => {
      await khoa.press('Đến nhà');
      await khoa.press('Gặp được');
      const sheet = khoa.page.getByRole('dialog', { name: 'Có gặp không?' });
      return Promise.race([full.waitFor().then(() => true), sheet.waitFor({ state: 'hidden' }).then(() => false)]);
    });
    await khoa.page.keyboard.press('Escape');
    await full.waitFor();
    await limit();
    await waitFor('there is room again', async () => {
      const again = khoa.page.getByRole('button', { name: 'Lưu lại', exact: true });
      if ((await again.count()) === 0) return true;
      // It may be gone by now, which is what is waited for.
      await again.dispatchEvent('click', {}, { timeout: 1000 }).catch(() => undefined);
      return false;
    });
    await khoa.saved();
    const before = await visits(khoa);
    await khoa.page.reload();
    await khoa.unlock();
    await khoa.heading(new RegExp(PEOPLE[0])).waitFor();
    assert.equal(await visits(khoa), before);
  });
}

function visits({ page }) {
  return page.getByText(/Đến nhà · gặp được/i).count();
}
