/**
 * Every screen of the gallery against axe, in each theme: nothing may be found.
 *
 * `node tests/axe.mjs [--out DIR] [--only NAME,NAME]`. A screen with findings leaves a picture in DIR.
 */
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DESK, PHONE, withGallery } from './browser.mjs';

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } });
const out = values.out ?? join(tmpdir(), 'sampan-axe');
const only = values.only?.split(',');
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const PHONE_LOOKS = [{ theme: 'light' }, { theme: 'dark' }, { theme: 'sun' }, { theme: 'light', size: 200 }];
const DESK_LOOKS = [{ theme: 'light' }, { theme: 'dark' }];

let looked = 0;
const found = [];

await withGallery(async (gallery) => {
  const { field, console } = await gallery.names();
  const wanted = (names) => names.filter((name) => !only || only.includes(name));
  await look(gallery, wanted(field), PHONE, PHONE_LOOKS);
  await look(gallery, wanted(console), DESK, DESK_LOOKS);
  await look(gallery, wanted(console), PHONE, [{ theme: 'light' }]);
});

for (const line of found) console.error(line);
console.log(`axe: ${looked} pictures looked at, ${found.length} findings`);
if (found.length > 0) {
  console.error(`pictures in ${out}`);
  process.exitCode = 1;
}

async function look(gallery, screens, viewport, looks) {
  for (const screen of screens) {
    // A page for each screen: one that shows a few hundred keeps them all in memory, until it crashes.
    const page = await gallery.page(viewport);
    for (const each of looks) {
      await gallery.show(page, { screen, ...each });
      await page.addScriptTag({ path: axe });
      const { violations } = await page.evaluate(() => window.axe.run());
      looked += 1;
      const name = [screen, viewport.width, each.theme, each.size].filter(Boolean).join('-');
      await notCutOff(page, name);
      for (const { id, help, nodes } of violations) found.push(`${name}: ${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
      if (found.some((line) => line.startsWith(`${name}:`))) {
        await mkdir(out, { recursive: true });
        await page.screenshot({ path: join(out, `${name}.png`) });
      }
    }
    await page.close();
  }
}

/** No page may scroll sideways. */
async function notCutOff(page, name) {
  const over = await page.evaluate(() => {
    const boxes = [document.documentElement, ...document.querySelectorAll('[data-scroll], .console-body, dialog')];
    return boxes.filter((box) => box.scrollWidth > box.clientWidth + 1).map((box) => `${box.className || box.tagName} ${box.scrollWidth}`);
  });
  if (over.length > 0) found.push(`${name}: wider than the screen: ${over.join(', ')}`);
}
