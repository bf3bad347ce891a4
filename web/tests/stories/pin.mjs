/** Ten wrong PINs: each counted before it is tried, each dearer, the last one the end of the list and not of the work. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958', phone: '0951000001' };
/** What nobody may find on the phone afterwards. */
const SECRETS = ['Đẹp', '099158004127', '158004127', '0951000001', 'Rạch Tràm'];
const WRONG = '111222';

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server);
  await khoa.cut();
  // A browser that starts may send before it is cut off again.
  await server.stop();
  await khoa.addPerson(DEP);
  await khoa.page.reload();
  await step('what a guess costs is as dear as OWASP wants, or dearer', async () => {
    const { cost } = await kept(khoa);
    assert.ok(cost.memoryKib >= 19 * 1024 && cost.passes >= 2, JSON.stringify(cost));
  });
  await step('four wrong PINs are told, the fifth costs a minute', async () => {
    for (const left of [4, 3, 2, 1]) await wrong(khoa, `còn ${left} lần`);
    await wrong(khoa, 'Thử lại sau 1 phút');
    assert.equal((await kept(khoa)).tries, 5);
  });
  await step('while it waits not even the right one is tried, also after a kill', async () => {
    await khoa.kill();
    await khoa.start();
    await khoa.open();
    await khoa.enterPin('Nhập mã PIN');
    await khoa.page.getByText('Thử lại sau 1 phút').waitFor();
    assert.equal((await kept(khoa)).tries, 5);
  });
  await step('before the last try the sealed records are offered', async () => {
    for (const minutes of [2, 4, 8, 15]) {
      await minutesPass(khoa);
      await wrong(khoa, `Thử lại sau ${minutes} phút`);
    }
    await khoa.page.getByText('Sai lần nữa thì danh sách trên máy bị xóa').waitFor();
    assert.match(await savedFile(khoa), /^SMPP/);
  });
  await step('the tenth erases: nothing readable is left, not even after a restart', async () => {
    await minutesPass(khoa);
    await khoa.enterPin('Nhập mã PIN', WRONG);
    await khoa.heading('Danh sách trên máy đã xóa').waitFor();
    await nothingReadable(khoa);
    await khoa.kill();
    await khoa.start();
    await khoa.open();
    await khoa.heading('Danh sách trên máy đã xóa').waitFor();
    await nothingReadable(khoa);
  });
  await step('what was not sent is still offered, and sent', async () => {
    await khoa.page.getByText('1 phiếu chưa gửi trên máy này').waitFor();
    assert.match(await savedFile(khoa), /^SMPP/);
    await server.start();
    await khoa.mend();
    await waitFor('the server counts it', async () => (await server.figures()).dossiers === 1);
    await khoa.page.getByText('Không còn phiếu nào chờ gửi').waitFor();
  });
  await step('a new invite begins anew, and the list is there again', async () => {
    const invite = await server.invite(khoa.name);
    await khoa.page.goto('about:blank');
    await khoa.open(`#i=${invite}`);
    await khoa.press('Bắt đầu lại');
    await khoa.enterPin('Đặt mã PIN 6 số');
    await khoa.enterPin('Nhập lại mã PIN');
    await khoa.press('Mã giống nhau, tiếp tục');
    const { device } = await server.newcomer();
    await server.ask(`/v1/devices/${device}/confirm`, {});
    await khoa.lookAtAgain();
    await khoa.openPerson(DEP.name);
  });
}

async function wrong(phone, said) {
  await phone.enterPin('Nhập mã PIN', WRONG);
  await phone.page.getByText(said).waitFor();
}

/** The file that a person would find among the downloads. */
async function savedFile(phone) {
  const taken = phone.page.waitForEvent('download');
  await phone.press('Lưu phiếu thành tệp');
  const file = await taken;
  assert.match(file.suggestedFilename(), /^\d{8}-\d{4}\.sampan$/);
  return readFile(await file.path(), 'latin1');
}

function kept({ page }) {
  return page.evaluate(outside, 'key');
}

/** The wait is over: no clock can be turned in a worker, so its end is moved instead. */
async function minutesPass({ page }) {
  await page.evaluate(outside, 'wait');
  await page.reload();
}

/** Only what is sealed to the server is left, which app this is and what its sending cost, and no word of anybody. */
async function nothingReadable({ page }) {
  const { stores, bytes } = await page.evaluate(outside, 'all');
  assert.deepEqual(stores.filter((name) => name !== 'Outbox'), ['outside:build', 'outside:erased', 'outside:spent', 'outside:writer']);
  const found = Buffer.from(bytes, 'latin1').toString('utf8');
  for (const secret of SECRETS) assert.ok(!found.includes(secret), `${secret} can be read`);
}

/** Runs in the page: the kept key, its wait ended, or everything that is stored. */
async function outside(what) {
  const done = (request) => new Promise((resolve, reject) => ([request.onsuccess, request.onerror] = [() => resolve(request.result), reject]));
  const db = await done(indexedDB.open('sampan'));
  const change = db.transaction([...db.objectStoreNames], 'readwrite');
  const key = await done(change.objectStore('outside').get('key'));
  const [stores, found] = [[], []];
  if (what === 'wait') await done(change.objectStore('outside').put({ ...key, notBefore: 0 }, 'key'));
  for (const name of what === 'all' ? db.objectStoreNames : []) {
    const [names, values] = [await done(change.objectStore(name).getAllKeys()), await done(change.objectStore(name).getAll())];
    if (name === 'outside') stores.push(...names.map((one) => `outside:${one}`));
    else if (names.length > 0) stores.push(name);
    for (const one of [...names, ...values]) {
      const isBytes = one instanceof ArrayBuffer || ArrayBuffer.isView(one);
      found.push(isBytes ? String.fromCharCode(...new Uint8Array(one)) : JSON.stringify(one));
    }
  }
  db.close();
  return what === 'all' ? { stores, bytes: found.join('\n') } : { tries: key.tries, cost: key.cost };
}
