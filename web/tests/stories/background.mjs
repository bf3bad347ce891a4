/** What is sealed leaves the phone while nobody looks: with every page closed, and while the app is locked. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const TAG = 'sampan-send';

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server);
  await khoa.cut();
  await step('written down without signal, then every page is closed', async () => {
    await khoa.addPerson({ name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' });
    await khoa.visit();
    const blank = await khoa.context.newPage();
    await khoa.page.close();
    khoa.page = blank;
  });
  await step('the service worker sends it, without a page and without the PIN', async () => {
    await khoa.mend();
    const send = await sender(khoa);
    await waitFor('the server counts it', async () => {
      // As the browser does: the closing page may still be the one that writes.
      await send();
      const { dossiers, visits } = await server.figures();
      return dossiers === 1 && visits === 1;
    });
  });
  await step('after unlocking nothing waits, and nothing was sent twice', async () => {
    await khoa.open();
    await khoa.heading('Nhập mã PIN').waitFor();
    await khoa.page.getByText('Không còn phiếu nào chờ gửi').waitFor();
    await khoa.unlock();
    await khoa.openPerson('Lâm Thị Đẹp');
    await khoa.page.getByText(/phiếu trên máy/).waitFor({ state: 'hidden' });
    const [device] = await server.ask('/v1/devices');
    assert.equal(device.rejected, 0);
  });
  await step('what is saved next goes into a new bundle', async () => {
    await khoa.cut();
    await khoa.visit('Không gặp');
    await khoa.back();
    await khoa.mend();
    await khoa.lookAtAgain();
    await waitFor('the server counts the second visit', async () => (await server.figures()).visits === 2);
  });
  await step('a locked app sends as soon as there is signal', async () => {
    await khoa.cut();
    await khoa.addPerson({ name: 'Trần Văn Út', number: '099047000311', birth: '1947' });
    await khoa.page.reload();
    await khoa.heading('Nhập mã PIN').waitFor();
    await khoa.page.getByText('1 phiếu chưa gửi trên máy này').waitFor();
    await khoa.mend();
    await waitFor('the server counts it', async () => (await server.figures()).dossiers === 2);
    await khoa.page.getByText('Không còn phiếu nào chờ gửi').waitFor();
  });
}

/** Chromium's own switch for "there is signal again", for a registration that the app made. */
async function sender(phone) {
  const devtools = await phone.context.newCDPSession(phone.page);
  const registered = new Promise((resolve) => {
    devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const ours = registrations.find(({ scopeURL }) => scopeURL.startsWith(phone.address));
      if (ours) resolve(ours.registrationId);
    });
  });
  await devtools.send('ServiceWorker.enable');
  const wish = { origin: phone.address, registrationId: await registered, tag: TAG, lastChance: false };
  return () => devtools.send('ServiceWorker.dispatchSyncEvent', wish);
}
