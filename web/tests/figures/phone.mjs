/**
 * What a phone with many dossiers takes: from the PIN to the list, from a key to the found, from a
 * tap to "saved", and how much memory. The browser is slowed down while it is measured, and by how
 * much is measured too.
 */
import { PIN, Site, pause, say } from './site.mjs';

const RUNS = Number(process.env['RUNS'] ?? 5);
/** A slow browser is left alone for so long before something is timed. */
const SETTLE_MS = 1_000;
const QUERIES = ['lam', 'thi', 'nguyen', 'van', 'sang'];

/** Medians of several runs. */
export async function phone(residents) {
  const site = await Site.of(residents);
  try {
    await site.apply();
    await site.confirm();
    const dossiers = await listed(site, 3 * residents);
    say(`${dossiers} dossiers are here`);
    const unhurried = await spin(site);
    const release = site.slowed();
    const slow = await spin(site);
    say(`the page is ${(slow.page / unhurried.page).toFixed(1)} times slower, the worker ${(slow.worker / unhurried.worker).toFixed(1)} times`);
    const taken = {
      dossiers,
      throttle: Math.min(slow.page / unhurried.page, slow.worker / unhurried.worker),
      unlock_to_list_ms: await runs(site, unlockToList),
      search_ms: await runs(site, searchFor),
      save_ms: await runs(site, saveVisit),
      heap_mib: await heapMib(site),
    };
    await release();
    return taken;
  } finally {
    await site.close();
  }
}

/** How many are listed, once it is so many. */
async function listed({ page }, dossiers) {
  await page.locator('nav').getByText('Người dân').first().click();
  for (; ; await pause(1_000)) {
    const text = (await page.locator('.people-count .strong').textContent()) ?? '';
    const now = Number(text.replaceAll(/\D/g, ''));
    if (now >= dossiers) return now;
  }
}

/** From the last digit of the PIN until rows of the list stand there. */
async function unlockToList({ page }) {
  await page.reload();
  await page.locator('.pin-words h1').waitFor();
  await pause(SETTLE_MS);
  await page.keyboard.type(PIN.slice(0, -1), { delay: 50 });
  await pause(SETTLE_MS);
  return untilPainted(page, 'keydown', () => page.keyboard.press(PIN.at(-1)), () => document.querySelector('.long-list li') !== null);
}

/** From a key in the search box until the list says what it was searched for. */
async function searchFor({ page }, n) {
  const query = QUERIES[n % QUERIES.length];
  const box = page.getByRole('searchbox');
  await box.fill('');
  await page.locator('.long-list li').first().waitFor();
  await pause(SETTLE_MS);
  await box.focus();
  await page.keyboard.type(query.slice(0, -1), { delay: 150 });
  await pause(SETTLE_MS);
  const says = (text) => document.querySelector('.people-count')?.textContent.includes(`“${text}”`);
  return untilPainted(page, 'keydown', () => page.keyboard.press(query.at(-1)), says, query);
}

/** From the tap on a visit's result until the page says that it is saved. */
async function saveVisit({ page }, n) {
  await page.getByRole('searchbox').fill('');
  await page.locator('.long-list li button, .long-list li a').nth(n).click();
  await page.getByRole('button', { name: 'Đến nhà' }).click();
  const button = page.getByRole('button', { name: 'Gặp được', exact: true });
  await button.waitFor();
  await pause(SETTLE_MS);
  const took = await untilPainted(page, 'pointerdown', () => button.click(), () => document.body.textContent.includes('Đã lưu trên máy này'));
  await page.getByRole('button', { name: 'Quay lại' }).click();
  await page.locator('.long-list li').first().waitFor();
  await pause(5_000);
  return took;
}

/** Milliseconds from the event that `act` causes until what is awaited has been painted. */
async function untilPainted(page, event, act, holds, argument) {
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
async function heapMib({ page, browser }) {
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
async function spin({ page }) {
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

async function runs(site, measure) {
  const took = [];
  for (let n = 0; n < RUNS; n += 1) {
    took.push(await measure(site, n));
    say(`${measure.name}: ${took.at(-1).toFixed(0)} ms`);
  }
  return median(took);
}

function median(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
