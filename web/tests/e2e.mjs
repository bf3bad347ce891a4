/**
 * One phone's first day against the real server, in a real browser: invited, confirmed, a resident
 * written down without signal, a reload without signal, and what the server counts afterwards.
 *
 *     SAMPAN=target/debug/sampan npm run phone      # after `npm run build`
 *
 * Everything lies in a temporary folder and the server takes a free port. Pictures of the way are
 * put where PICTURES says; on a failure one is always kept and its place printed. With HISTORY=blocked
 * the module that confirms saves never arrives, and everything else goes as before.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM, PHONE } from './browser.mjs';

const SAMPAN = process.env['SAMPAN'] ?? fileURLToPath(new URL('../../target/debug/sampan', import.meta.url));
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const IS_BLOCKED = process.env['HISTORY'] === 'blocked';
const PICTURES = process.env['PICTURES'];
const PIN = '790815';
/** A phone that waits to be confirmed asks every 15 seconds. */
const PATIENCE_MS = 20_000;

const folder = await mkdtemp(join(tmpdir(), 'phone-'));
const server = await serve(join(folder, 'data'));
const browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: CHROMIUM, headless: true, args: ARGS, viewport: PHONE, deviceScaleFactor: 2, reducedMotion: 'reduce',
});
if (IS_BLOCKED) await browser.route('**/client_history*', (route) => route.abort());
const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE_MS);
page.on('pageerror', (error) => console.error('page:', error.message));
page.on('console', (line) => ['error', 'warning'].includes(line.type()) && console.error('console:', line.text()));
let isDone = false;
try {
  await firstDay();
  isDone = true;
} finally {
  if (!isDone) {
    const picture = join(tmpdir(), 'phone-failed.png');
    await page.screenshot({ path: picture }).catch(() => undefined);
    console.error(`failed; see ${picture}`);
  }
  await browser.close();
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
  await rm(folder, { recursive: true, force: true });
}

async function firstDay() {
  const unit = await commune();
  const { invite } = await ask('/v1/invites', { role: 'team-member', units: [unit], team: 1, label: 'anh Khoa' });
  await page.goto(`${server.address}/#i=${invite}`);
  await step('choose a PIN', async () => {
    await enterPin();
    await enterPin();
  });
  await step('compare the codes, and be confirmed', async () => {
    await page.getByRole('button', { name: 'Mã giống nhau, tiếp tục' }).click();
    if (page.url().includes(invite)) throw new Error('the invite is still in the address');
    const device = await waitFor('the phone asks to be enrolled', async () => {
      const devices = await ask('/v1/devices');
      return devices.find((one) => one.check_code !== null);
    });
    const shown = (await page.locator('.gate-digits').textContent()).replaceAll(/\s/g, '');
    if (shown !== device.check_code) throw new Error(`the phone shows ${shown}, the server ${device.check_code}`);
    await ask(`/v1/devices/${device.device}/confirm`, {});
    await page.getByRole('heading', { name: 'Người dân' }).waitFor();
  });
  await step('the shell is on the phone', () => page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined)));
  if (!IS_BLOCKED) await step('the history module is on the phone', () => waitFor('its files', () => page.evaluate(historyFiles)));
  await browser.setOffline(true);
  await step('write a resident down without signal', async () => {
    await page.getByRole('button', { name: 'Thêm người dân' }).click();
    await page.getByLabel('Số định danh').fill('09915800412');
    await page.getByLabel('Họ và tên').or(page.getByLabel('Họ tên')).first().fill('Lâm Thị Đẹp');
    await picture('new-person-short-number');
    await page.getByLabel('Số định danh').fill('099158004127');
    await page.getByLabel('Năm sinh', { exact: false }).first().fill('1958');
    await picture('new-person');
    await page.getByRole('button', { name: 'Lưu', exact: true }).click();
    await page.getByText('Đã lưu trên máy này').waitFor();
    await page.getByRole('heading', { level: 1, name: /Lâm Thị Đẹp/ }).waitFor();
  });
  await step('a visit and a step', async () => {
    await page.getByRole('button', { name: 'Đến nhà' }).click();
    await picture('visit');
    await page.getByRole('button', { name: 'Gặp được', exact: true }).click();
    await page.getByText('Có gặp').first().waitFor({ state: 'hidden' });
    await page.getByText('Gặp được').first().waitFor();
    await page.locator('.stepper-open').nth(1).click();
    await page.getByRole('dialog').waitFor();
    await picture('steps');
    await page.getByRole('button', { name: /Ghi bước này.*Đã kích hoạt/ }).click();
    await picture('step');
    await page.getByRole('button', { name: 'Vẫn lưu' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await picture('dossier-done');
  });
  await step('reload without signal: locked, and everything is there', async () => {
    await page.reload();
    await page.getByRole('heading', { name: 'Nhập mã PIN' }).or(page.locator('.pin-words h1')).first().waitFor();
    await picture('locked');
    await enterPin('111222');
    await page.getByText('Sai mã PIN', { exact: false }).waitFor();
    await picture('wrong-pin');
    await enterPin();
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.getByText('Lâm Thị Đẹp').first().waitFor();
  });
  await step('found by a word without its marks', async () => {
    await page.getByRole('button', { name: 'Quay lại' }).click();
    await page.getByRole('searchbox').fill('dep');
    await page.getByText('Lâm Thị Đẹp').first().waitFor();
    await picture('found');
    await page.locator('nav').getByText('Gửi nhận').first().click();
    await picture('sync-offline');
  });
  await step(IS_BLOCKED ? 'no save is checked' : 'automerge confirms every save', () =>
    page.getByText(`Đã kiểm tra ${IS_BLOCKED ? 0 : 3}/3 lần lưu`).waitFor(),
  );
  await browser.setOffline(false);
  await step('with signal the server counts it', async () => {
    await waitFor('the server counts one resident', async () => {
      const progress = await ask(`/v1/progress?unit=${unit}`);
      return count(progress, 'dossiers') === 1 && count(progress, 'eid-activated') === 1;
    });
    await page.getByText('Máy chủ đã nhận').first().waitFor();
    await picture('sync-online');
    for (const [name, tab] of [['today', 'Hôm nay'], ['guidance', 'Hướng dẫn'], ['results', 'Kết quả'], ['people', 'Người dân']]) {
      await page.locator('nav').getByText(tab).first().click();
      await picture(name);
    }
  });
  await step('a second tab asks before it writes', async () => {
    const other = await browser.newPage();
    await other.goto(`${server.address}/`);
    await other.getByRole('button', { name: 'Dùng ở đây' }).click();
    await other.locator('.pin-words h1').waitFor();
    await page.getByRole('button', { name: 'Dùng ở đây' }).waitFor();
    await other.close();
  });
}

async function step(name, work) {
  const begin = Date.now();
  await work();
  await picture(name.replaceAll(/\W+/g, '-'));
  console.log(`ok  ${name} (${Date.now() - begin} ms)`);
}

async function picture(name) {
  if (PICTURES === undefined) return;
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

async function enterPin(digits = PIN) {
  await page.locator('.pin-words h1').waitFor();
  await page.waitForTimeout(50);
  await page.keyboard.type(digits, { delay: 20 });
}

/** Runs in the page: whether both files are kept. */
async function historyFiles() {
  const kept = await caches.open('history-module');
  return (await kept.keys()).length === 2;
}

/** The first commune of the first province. */
async function commune() {
  const [province] = await ask('/v1/units');
  const [first] = await ask(`/v1/units?parent=${province.unit}`);
  return first.unit;
}

function count(progress, indicator) {
  return progress.unit.figures.find((one) => one.indicator === indicator)?.count ?? 0;
}

async function ask(path, body) {
  const response = await fetch(server.address + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

async function waitFor(what, look) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain: ${what}`);
}

/** A new server; resolves once it listens. */
async function serve(data) {
  await once(spawn(SAMPAN, ['init', '--data', data], { stdio: ['ignore', 'ignore', 'inherit'] }), 'exit');
  const token = (await readFile(join(data, 'token'), 'utf8')).trim();
  const child = spawn(SAMPAN, ['serve', '--data', data, '--listen', '127.0.0.1:0', '--web', DIST], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for await (const line of createInterface(child.stdout)) {
    const heard = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
    if (heard) return { child, token, address: `http://localhost:${heard[1]}` };
  }
  throw new Error('the server did not start');
}
