/**
 * What a phone with 12,000 dossiers takes: from the PIN to the list, from a key to the found, from
 * a tap to "saved", and how much memory. The dossiers are pulled from a real server that plays a
 * commune at work; then the browser is slowed down, and how much is measured and printed too.
 *
 *     SAMPAN=target/release/sampan npm run figures      # after `npm run build`
 *
 * Prints one JSON object: figures by name, medians of several runs.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM, PHONE } from './browser.mjs';
import { slowDown } from './slow.mjs';

const SAMPAN = process.env['SAMPAN'] ?? fileURLToPath(new URL('../../target/release/sampan', import.meta.url));
const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const RESIDENTS_PER_HAMLET = Number(process.env['RESIDENTS'] ?? 4_000);
/** The slow-down asked for; what is reached is printed. */
const TIMES = Number(process.env['TIMES'] ?? 6);
const RUNS = Number(process.env['RUNS'] ?? 5);
const PIN = '790815';
/** A slow browser is left alone for so long before something is timed. */
const SETTLE_MS = 1_000;
const PATIENCE_MS = Number(process.env['PATIENCE_MS'] ?? 300_000);
const QUERIES = ['lam', 'thi', 'nguyen', 'van', 'sang'];

const folder = await mkdtemp(join(tmpdir(), 'figures-'));
const server = await serve(join(folder, 'data'));
const browser = await chromium.launchPersistentContext(join(folder, 'profile'), {
  executablePath: CHROMIUM, headless: true, args: ARGS, viewport: PHONE, reducedMotion: 'reduce',
});
const page = await browser.newPage();
page.setDefaultTimeout(PATIENCE_MS);
page.on('pageerror', (error) => say(`page: ${error.message}`));
page.on('console', (line) => line.type() === 'error' && say(`console: ${line.text()}`));
try {
  await enrol();
  console.log(JSON.stringify(await figures()));
} catch (error) {
  await page.screenshot({ path: join(tmpdir(), 'figures-failed.png') }).catch(() => undefined);
  throw error;
} finally {
  await browser.close();
  server.child.kill('SIGTERM');
  await once(server.child, 'exit');
  await rm(folder, { recursive: true, force: true });
}

async function figures() {
  const dossiers = await everyone();
  say(`${dossiers} dossiers are here`);
  const unhurried = await spin();
  const release = TIMES > 1 ? slowDown(process.pid, TIMES) : async () => undefined;
  const slow = await spin();
  say(`the page is ${(slow.page / unhurried.page).toFixed(1)} times slower, the worker ${(slow.worker / unhurried.worker).toFixed(1)} times`);
  const unlock = await runs(unlockToList);
  const search = await runs(searchFor);
  const saves = await runs(saveVisit);
  const heap = await heapMib();
  await release();
  return {
    phone_dossiers: dossiers,
    phone_throttle: Math.min(slow.page / unhurried.page, slow.worker / unhurried.worker),
    phone_unlock_to_list_ms: unlock,
    phone_search_ms: search,
    phone_save_ms: saves,
    phone_heap_mib_12000: heap,
  };
}

async function enrol() {
  const { invite } = await ask('/v1/invites', { role: 'team-lead', units: [server.commune], team: 1, label: 'đo' });
  await page.goto(`${server.address}/#i=${invite}`);
  // What a guess costs is found out by a phone that is as slow as it will be.
  const release = TIMES > 1 ? slowDown(process.pid, TIMES) : async () => undefined;
  await enterPin();
  await enterPin();
  await page.getByRole('button', { name: 'Mã giống nhau, tiếp tục' }).click();
  await release();
  for (let device; device === undefined; await pause(200)) {
    device = (await ask('/v1/devices')).find((one) => one.check_code !== null);
    if (device) await ask(`/v1/devices/${device.device}/confirm`, {});
  }
  await page.getByRole('heading', { name: 'Người dân' }).waitFor();
}

/** How many are listed, once the number has stopped growing. */
async function everyone() {
  await page.locator('nav').getByText('Người dân').first().click();
  for (let [known, calm] = [0, 0]; ; await pause(1_000)) {
    const text = (await page.locator('.people-count .strong').textContent()) ?? '';
    const now = Number(text.replaceAll(/\D/g, ''));
    calm = now === known && now > 0 ? calm + 1 : 0;
    known = now;
    if (calm === 5) return now;
  }
}

/** From the last digit of the PIN until rows of the list stand there. */
async function unlockToList() {
  await page.reload();
  await page.locator('.pin-words h1').waitFor();
  await pause(SETTLE_MS);
  await page.keyboard.type(PIN.slice(0, -1), { delay: 50 });
  await pause(SETTLE_MS);
  return untilPainted('keydown', () => page.keyboard.press(PIN.at(-1)), () => document.querySelector('.long-list li') !== null);
}

/** From a key in the search box until the list says what it was searched for. */
async function searchFor(n) {
  const query = QUERIES[n % QUERIES.length];
  const box = page.getByRole('searchbox');
  await box.fill('');
  await page.locator('.long-list li').first().waitFor();
  await pause(SETTLE_MS);
  await box.focus();
  await page.keyboard.type(query.slice(0, -1), { delay: 150 });
  await pause(SETTLE_MS);
  const says = (text) => document.querySelector('.people-count')?.textContent.includes(`“${text}”`);
  return untilPainted('keydown', () => page.keyboard.press(query.at(-1)), says, query);
}

/** From the tap on a visit's result until the page says that it is saved. */
async function saveVisit(n) {
  await page.getByRole('searchbox').fill('');
  await page.locator('.long-list li button, .long-list li a').nth(n).click();
  await page.getByRole('button', { name: 'Đến nhà' }).click();
  const button = page.getByRole('button', { name: 'Gặp được', exact: true });
  await button.waitFor();
  await pause(SETTLE_MS);
  const took = await untilPainted('pointerdown', () => button.click(), () => document.body.textContent.includes('Đã lưu trên máy này'));
  await page.getByRole('button', { name: 'Quay lại' }).click();
  await page.locator('.long-list li').first().waitFor();
  await pause(5_000);
  return took;
}

/** Milliseconds from the event that `act` causes until what is awaited has been painted. */
async function untilPainted(event, act, holds, argument) {
  await page.evaluate(
    ([name, source, given]) => {
      const isThere = new Function(`return (${source})`)();
      window.painted = new Promise((resolve) => {
        const heard = ({ timeStamp }) => {
          const look = () => (isThere(given) ? requestAnimationFrame(() => resolve(performance.now() - timeStamp)) : requestAnimationFrame(look));
          requestAnimationFrame(look);
        };
        window.addEventListener(name, heard, { once: true, capture: true });
      });
    },
    [event, holds.toString(), argument],
  );
  await act();
  return page.evaluate(() => window.painted);
}

/** What page and worker hold: their scripts' heaps and buffers, and the memory of the core's module. */
async function heapMib() {
  const client = await browser.newCDPSession(page);
  let [sum, id] = [heapBytes(await client.send('Runtime.getHeapUsage')), 0];
  const answers = new Map();
  client.on('Target.receivedMessageFromTarget', ({ message }) => {
    const answer = JSON.parse(message);
    answers.get(answer.id)?.(answer.result);
  });
  const workers = [];
  client.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => targetInfo.type === 'worker' && workers.push(sessionId));
  await client.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  for (const sessionId of workers) {
    const inWorker = (method, params = {}) =>
      new Promise((resolve) => {
        answers.set((id += 1), resolve);
        void client.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method, params }) });
      });
    const prototype = await inWorker('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
    const { objects } = await inWorker('Runtime.queryObjects', { prototypeObjectId: prototype.result.objectId });
    const sumOf = 'function () { return this.reduce((sum, one) => sum + one.buffer.byteLength, 0); }';
    const memory = await inWorker('Runtime.callFunctionOn', { objectId: objects.objectId, functionDeclaration: sumOf, returnByValue: true });
    const heap = heapBytes(await inWorker('Runtime.getHeapUsage'));
    say(`worker: modules ${mib(memory.result.value)} MiB, scripts ${mib(heap)} MiB; page ${mib(sum)} MiB`);
    sum += memory.result.value + heap;
  }
  return sum / 2 ** 20;
}

function heapBytes({ usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 }) {
  return usedSize + embedderHeapUsedSize + backingStorageSize;
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}

/** The same arithmetic on the page and in a worker, in milliseconds; the shortest of several. */
async function spin() {
  const work = () => {
    const begin = performance.now();
    for (let [n, x] = [0, 1]; n < 2e7; n += 1) x = (x * 48271) % 2147483647;
    return performance.now() - begin;
  };
  const [page_, worker] = [[], []];
  for (let n = 0; n < RUNS; n += 1) {
    page_.push(await page.evaluate(work));
    worker.push(await page.workers()[0].evaluate(work));
  }
  return { page: median(page_), worker: median(worker) };
}

async function runs(measure) {
  const took = [];
  for (let n = 0; n < RUNS; n += 1) {
    took.push(await measure(n));
    say(`${measure.name}: ${took.at(-1).toFixed(0)} ms`);
  }
  return median(took);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function enterPin() {
  await page.locator('.pin-words h1').waitFor();
  await pause(100);
  await page.keyboard.type(PIN, { delay: 20 });
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

/** A commune at work; resolves once the server listens. */
async function serve(data) {
  const child = spawn(SAMPAN, ['demo', '--residents', String(RESIDENTS_PER_HAMLET), '--data', data, '--listen', '127.0.0.1:0', '--web', DIST], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let commune;
  for await (const line of createInterface(child.stdout)) {
    commune ??= Number(/^commune (\d+)/.exec(line)?.[1] ?? NaN) || undefined;
    const heard = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
    if (heard) return { child, commune, token: (await readFile(join(data, 'token'), 'utf8')).trim(), address: `http://localhost:${heard[1]}` };
  }
  throw new Error('the server did not start');
}

function say(text) {
  console.error(`   ${text}`);
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
