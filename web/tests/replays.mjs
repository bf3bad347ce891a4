/**
 * Six published campaigns on the console's page, to the digit: `node tests/replays.mjs [NAME …]`.
 *
 * Each is played by `sampan demo --replay NAME --sample --serve`, which compares what it counts with
 * what was published and then serves it. Here the page is read as a coordinator reads it, once with
 * percentages cut off and once rounded.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const WEB = fileURLToPath(new URL('..', import.meta.url));
const SAMPAN = process.env['SAMPAN'] ?? join(process.env['CARGO_TARGET_DIR'] ?? join(WEB, '../target'), 'debug/sampan');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const PICTURES = process.env['PICTURES'] ?? join(tmpdir(), 'sampan-replays');
const START_MS_MAX = 180_000;
const WAIT_MS_MAX = 20_000;

/** Of each campaign: what a line of the page says, and where it is rounded to something else. */
const CAMPAIGNS = {
  'ca-mau': {
    province: 'Tỉnh Cà Mau',
    day: '2023-03-15',
    says: [
      ['eid-collected', '74.911', '300.000', '24,97 %'],
      ['reported-cohort-with-card', '684', '–', '57,52 %', { rounded: '57,53 %' }],
      ['reported-police-services-deployed', '8', '–', '72,72 %', { rounded: '72,73 %' }],
      ['reported-further-services-deployed', '187', '–', '83,48 %'],
    ],
    words: ['mỗi ngày cần 774'],
  },
  'thanh-hoa': {
    province: 'Tỉnh Thanh Hóa',
    day: '2023-08-30',
    says: [
      ['card-collected', '3.412.608', '3.412.608', '100,00 %'],
      ['card-handed-over', '3.023.417', '–', '88,59 %', { rounded: '88,60 %' }],
      ['eid-activated', '1.624.880', '1.600.000', '101,55 %', { rounded: '101,56 %' }],
      ['reported-residence-online', '47.790', '–', '95,58 %'],
      ['reported-immigration-online', '22.935', '–', '91,74 %'],
      ['reported-traffic-online', '35.900', '–', '71,80 %'],
      ['reported-offices-with-models', '635', '–', '–'],
    ],
    words: ['xong 19/07/2023, sớm 11 ngày so với hạn', 'xong 19/07/2023, sớm 42 ngày so với hạn'],
  },
  'ha-noi': {
    province: 'Thành phố Hà Nội',
    day: '2022-08-25',
    says: [
      ['reported-cleaned-by-province', '7.965.111', '7.998.762', '99,57 %', { rounded: '99,58 %' }],
      ['reported-records-to-clean', '7.998.762', '–', '–'],
    ],
    words: [],
  },
  'binh-duong': {
    province: 'Tỉnh Bình Dương',
    day: '2023-09-25',
    says: [
      ['eid-activated', '1.428.929', '1.225.350', '116,61 %'],
      ['eid-activated', '872.907', '671.000', '130,09 %'],
      ['reported-licences-integrated', '239.000', '–', '–'],
    ],
    words: ['tính từ 25/07/2023'],
  },
  'soc-trang': {
    province: 'Tỉnh Sóc Trăng',
    day: '2023-11-19',
    says: [
      ['eid-activated', '639.870', '654.392', '97,78 %'],
      ['eid-collected', '1.000.777', '–', '–'],
      ['eid-accepted', '930.102', '–', '92,93 %', { rounded: '92,94 %' }],
      ['reported-civil-records-digitised', '1.414.170', '–', '100,00 %'],
    ],
    words: [],
  },
  'reform-day': {
    province: 'Thành phố Cần Thơ',
    day: '2025-07-01',
    says: [['eid-activated', '639.870', '–', '68,79 %', { rounded: '68,80 %' }]],
    words: [],
  },
};

const plain = (words) => words.replace(/\s+/g, ' ').trim();

/** Plays a campaign and serves it; gives where, and whom to sign in as. */
async function serve(name) {
  const options = ['demo', '--replay', name, '--sample', '--serve', '--listen', '127.0.0.1:0', '--web', join(WEB, 'dist')];
  const child = spawn(SAMPAN, options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const timer = setTimeout(() => child.kill(), START_MS_MAX);
  const told = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, account, password] = /^account (\S+) \(\S+\), password (\S+)$/.exec(line) ?? [];
    if (account) Object.assign(told, { account, password });
    told.address = /^listening at (\S+)$/.exec(line)?.[1];
    if (told.address) break;
  }
  clearTimeout(timer);
  if (!told.address) throw new Error(`${name}: the server did not start`);
  const stop = async () => {
    const gone = once(child, 'exit');
    child.kill();
    await gone;
  };
  return { ...told, stop };
}

async function signIn(page, { address, account, password }) {
  await page.goto(`${address}/console.html`);
  await page.getByLabel('Tên đăng nhập').fill(account);
  await page.getByLabel('Mật khẩu').fill(password);
  await page.keyboard.press('Enter');
  await page.getByText('Trực tiếp').waitFor();
}

/** The unit of this name among those the console offers. */
async function provinceOf(page, name) {
  const me = await page.evaluate(async () => (await fetch('v1/session')).json());
  const found = me.units.find((unit) => unit.name === name);
  assert.ok(found, `${name} is not among ${me.units.map((unit) => unit.name)}`);
  return found.unit;
}

async function linesOf(page) {
  const rows = await page.locator('[data-part=figures] tbody tr').all();
  const lines = [];
  for (const row of rows) {
    const indicator = await row.locator('[data-indicator]').getAttribute('data-indicator');
    lines.push([indicator, ...(await row.locator('td').allInnerTexts()).map(plain)]);
  }
  return lines;
}

async function holds(page, served, { province, day, says, words }, percents) {
  const unit = await provinceOf(page, province);
  const mode = percents === 'round' ? '&percents=round' : '';
  const answer = page.waitForResponse((response) => response.url().includes('/v1/progress') && response.url().includes(day));
  await page.goto(`${served.address}/console.html#progress?path=${unit}&day=${day}${mode}`);
  await page.reload();
  await answer;
  await page.getByRole('heading', { name: `Tiến độ: ${province}` }).waitFor();
  const lines = await linesOf(page);
  for (const [indicator, count, target, percent, { rounded } = {}] of says) {
    const wanted = [indicator, count, target, percents === 'round' ? (rounded ?? percent) : percent];
    const found = lines.filter((line) => line[0] === indicator);
    assert.ok(found.some((line) => wanted.every((word, at) => line[at] === word)), `${wanted} is not among ${JSON.stringify(found)}`);
  }
  const text = plain(await page.locator('[data-part=figures]').innerText());
  for (const each of words) assert.ok(text.includes(each), `"${each}" is not on the page`);
}

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(CAMPAIGNS);
await mkdir(PICTURES, { recursive: true });
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--lang=vi', '--disable-gpu'] });
try {
  for (const name of names) {
    const served = await serve(name);
    const context = await browser.newContext({ locale: 'vi-VN', viewport: { width: 1280, height: 800 } });
    context.setDefaultTimeout(WAIT_MS_MAX);
    const page = await context.newPage();
    try {
      await signIn(page, served);
      for (const percents of ['truncate', 'round']) await holds(page, served, CAMPAIGNS[name], percents);
      await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true });
      console.log(`kept: ${name} stands on the page as published, cut and rounded`);
    } catch (cause) {
      await page.screenshot({ path: join(PICTURES, 'broken.png'), fullPage: true });
      throw new Error(`broken: ${name}; pictures in ${PICTURES}`, { cause });
    } finally {
      await context.close();
      await served.stop();
    }
  }
} finally {
  await browser.close();
}
