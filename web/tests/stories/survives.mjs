/**
 * The core breaks off in the middle, its worker is gone, the clock runs years ahead, nobody is heard
 * for a month, the browser clears the storage: nothing is claimed, and everything that can go on does.
 */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const DAY_MS = 24 * 3600 * 1000;

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server);
  await khoa.addPerson(DEP);
  await khoa.back();
  await waitFor('the server has her', async () => (await server.figures()).dossiers === 1);
  await khoa.cut();
  await step('the core breaks off over a save: it begins anew from storage, and the form is still there', async () => {
    await khoa.press('Thêm người dân');
    await khoa.page.getByLabel('Họ tên').fill('Trần Văn Út');
    khoa.expects(/broke off|unreachable/);
    for (const worker of khoa.page.workers()) await worker.evaluate(breakOff);
    await khoa.press('Lưu');
    await khoa.unlock();
    khoa.expects(/(?!)/);
    assert.equal(await khoa.page.getByLabel('Họ tên').inputValue(), 'Trần Văn Út');
    await khoa.press('Lưu');
    await khoa.saved();
    await khoa.back();
    await khoa.page.getByText('2 người', { exact: true }).waitFor();
  });
  await step('the worker is gone without a word: whoever looks again gets a new one', async () => {
    for (const worker of khoa.page.workers()) await worker.evaluate(() => self.close());
    await khoa.lookAtAgain();
    await khoa.unlock();
    await khoa.page.getByText('2 người', { exact: true }).waitFor();
  });
  await step('unheard for a month the list is locked; whoever hears the server again has it', async () => {
    await khoa.moveClock(31 * DAY_MS);
    await khoa.heading('Danh sách tạm khóa').waitFor();
    assert.equal(await khoa.page.getByText(DEP.name).count(), 0);
    await khoa.mend();
    await khoa.page.getByText('2 người', { exact: true }).waitFor();
    await waitFor('the server has both', async () => (await server.figures()).dossiers === 2);
    await khoa.moveClock(0);
    await khoa.cut();
    // An answer still on its way would be heard years ahead.
    await khoa.page.reload();
    await khoa.unlock();
    await khoa.page.getByText('2 người', { exact: true }).waitFor();
  });
  await step('with the clock ten years ahead work goes on, and the order of things does not change', async () => {
    await khoa.moveClock(10 * 365 * DAY_MS);
    await khoa.heading('Danh sách tạm khóa').waitFor();
    await khoa.press('Thêm người dân');
    await khoa.page.getByLabel('Họ tên').fill('Ngô Thị Bé');
    await khoa.press('Lưu');
    await khoa.saved();
    await khoa.mend();
    await khoa.moveClock(0);
    await waitFor('the server has all', async () => {
      await khoa.lookAtAgain();
      return (await server.figures()).dossiers === 3;
    });
    await khoa.heading(/Ngô Thị Bé/).waitFor();
    await khoa.back();
  });
  await step('the browser clears the storage: what may be lost is said', async () => {
    await khoa.cut();
    await khoa.openPerson(DEP.name);
    await khoa.visit();
    const devtools = await khoa.context.newCDPSession(khoa.page);
    await khoa.page.goto('about:blank');
    await devtools.send('Storage.clearDataForOrigin', { origin: khoa.address, storageTypes: 'indexeddb,cache_storage,service_workers' });
    // Not before: what waits would go out at once.
    await khoa.mend();
    await khoa.open();
    await khoa.heading('Dữ liệu trên máy đã bị xóa').waitFor();
    await khoa.page.getByText('1 phiếu chưa gửi có thể đã mất').waitFor();
  });
}

/** Runs in the worker: the next thing that the core hands out ends as a trap does. */
function breakOff() {
  const push = Array.prototype.push;
  Array.prototype.push = function (...items) {
    if (!new Error().stack?.includes('wasm')) return push.apply(this, items);
    Array.prototype.push = push;
    throw new WebAssembly.RuntimeError('unreachable');
  };
}
