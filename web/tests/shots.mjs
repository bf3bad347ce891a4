/**
 * A picture of every screen: `node tests/shots.mjs --out DIR [--only NAME,NAME] [--quick]`.
 *
 * Phones in three themes, at 200 % text and in the Khmer line heights; the console wide and narrow.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DESK, PHONE, withGallery } from './browser.mjs';

const { values } = parseArgs({
  options: { out: { type: 'string' }, only: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
if (!values.out) throw new Error('say where to: --out DIR');
const only = values.only?.split(',');

const ORDINARY = [{ theme: 'light' }];
const PHONE_LOOKS = [
  ...ORDINARY, { theme: 'dark' }, { theme: 'sun' }, { theme: 'light', size: 200 }, { theme: 'light', lang: 'en' },
  { theme: 'light', lang: 'km' },
];
const DESK_LOOKS = [...ORDINARY, { theme: 'dark' }];

await withGallery(async (gallery) => {
  await mkdir(values.out, { recursive: true });
  const { field, console } = await gallery.names();
  const wanted = (names) => names.filter((name) => !only || only.includes(name));
  await shoot(gallery, wanted(field), PHONE, values.quick ? ORDINARY : PHONE_LOOKS, '');
  await shoot(gallery, wanted(console), DESK, values.quick ? ORDINARY : DESK_LOOKS, '');
  await shoot(gallery, wanted(console), PHONE, ORDINARY, '-phone');
});

async function shoot(gallery, screens, viewport, looks, suffix) {
  const page = await gallery.page(viewport);
  for (const screen of screens) {
    for (const look of looks) {
      await gallery.show(page, { screen, ...look });
      const name = [screen + suffix, look.theme !== 'light' && look.theme, look.size, look.lang].filter(Boolean).join('-');
      await page.screenshot({ path: join(values.out, `${name}.png`) });
    }
  }
  await page.close();
}
