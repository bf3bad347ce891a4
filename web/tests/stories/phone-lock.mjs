/** The phone's own lock instead of a PIN: a finger opens the list, a foreign one does not, and a lost lock costs the list and no record. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958', phone: '0951000001' };

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const lock = await Lock.of(khoa);
  await step('a phone with a lock that can offers it before a PIN is chosen', async () => {
    const invite = await server.invite(khoa.name);
    await khoa.open(`#i=${invite}`);
    await khoa.heading('Đặt mã PIN 6 số').waitFor();
    await khoa.press('Dùng khóa màn hình của máy thay mã PIN');
    await khoa.press('Mã giống nhau, tiếp tục');
    const { device } = await server.newcomer();
    await server.ask(`/v1/devices/${device}/confirm`, {});
    await khoa.lookAtAgain();
    await khoa.heading('Người dân').waitFor();
  });
  await step('no PIN is kept beside it, and nothing of the key can be read', async () => {
    assert.deepEqual(await khoa.page.evaluate(kept), { names: ['lock'], isReadable: false });
  });
  await step('work is saved, and a restarted app is locked', async () => {
    await khoa.cut();
    await server.stop();
    await khoa.addPerson(DEP);
    await khoa.page.reload();
    await khoa.heading('Danh sách người dân đang khóa').waitFor();
    await khoa.page.getByText('1 phiếu chưa gửi trên máy này').waitFor();
  });
  await step('its owner opens it without signal', async () => {
    await khoa.press('Mở khóa');
    await khoa.heading('Danh sách người dân đang khóa').waitFor({ state: 'hidden' });
    await khoa.heading(DEP.name).waitFor();
  });
  await step('whoever is not its owner stays outside', async () => {
    await khoa.page.reload();
    await lock.isTouchedByAStranger();
    await khoa.press('Mở khóa');
    await khoa.page.getByText('Chưa mở được').waitFor();
    assert.equal(await khoa.page.getByText(DEP.name).count(), 0);
  });
  await step('a lock that is lost costs the list, after it was asked twice', async () => {
    await khoa.press('Khóa của máy không mở được nữa');
    await khoa.press('Xóa danh sách trên máy');
    await khoa.heading('Danh sách trên máy đã xóa').waitFor();
    assert.deepEqual(await khoa.page.evaluate(kept), { names: [], isReadable: false });
  });
  await step('and no record: what was sealed is sent', async () => {
    await server.start();
    await khoa.mend();
    await waitFor('the server counts it', async () => (await server.figures()).dossiers === 1);
    await khoa.page.getByText('Không còn phiếu nào chờ gửi').waitFor();
  });
}

/** The phone's lock, which a browser for tests plays. */
class Lock {
  static async of({ context, page }) {
    const lock = new Lock();
    lock.session = await context.newCDPSession(page);
    await lock.session.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'internal', hasResidentKey: true, hasUserVerification: true,
      hasPrf: true, isUserVerified: true, automaticPresenceSimulation: true,
    };
    ({ authenticatorId: lock.authenticatorId } = await lock.session.send('WebAuthn.addVirtualAuthenticator', { options }));
    return lock;
  }

  /** From then on it is shut for good, as phones are after too many strangers. */
  async isTouchedByAStranger() {
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified: false });
  }
}

/** Runs in the page: which keys are kept, and whether a script can read one. */
async function kept() {
  const done = (request) => new Promise((resolve, reject) => ([request.onsuccess, request.onerror] = [() => resolve(request.result), reject]));
  const db = await done(indexedDB.open('sampan'));
  const outside = db.transaction('outside').objectStore('outside');
  const [names, records] = [await done(outside.getAllKeys()), await done(outside.getAll())];
  db.close();
  const keys = ['key', 'lock'].filter((name) => names.includes(name));
  const peppers = keys.map((name) => records[names.indexOf(name)].pepper);
  return { names: keys, isReadable: peppers.some((pepper) => pepper.extractable) };
}
