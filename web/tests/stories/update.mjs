/** A new version comes while a form is open: nobody is asked before the form is left, and nothing is lost. */
import assert from 'node:assert/strict';
import { appendFile, cp } from 'node:fs/promises';
import { join } from 'node:path';
import { DIST } from '../server.mjs';
import { waitFor } from '../wait.mjs';

export async function story({ server, phone, step, folder }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server);
  // From its second visit on a page is served by the version on the phone.
  await khoa.page.reload();
  await khoa.unlock();
  await step('a form is open when the new version arrives', async () => {
    await khoa.press('Thêm người dân');
    await khoa.page.getByLabel('Họ tên').fill('Trần Văn Út');
    const next = join(folder, 'next');
    await cp(DIST, next, { recursive: true });
    await appendFile(join(next, 'sw.js'), '\n// The next version.\n');
    await server.stop();
    server.web = next;
    await server.start();
    await khoa.lookAtAgain();
    await waitFor('it is on the phone', () =>
      khoa.page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.waiting)),
    );
    assert.equal(await khoa.page.getByRole('dialog').count(), 0, 'asked over an open form');
    assert.equal(await khoa.page.getByLabel('Họ tên').inputValue(), 'Trần Văn Út');
  });
  await step('asked once the form is left; later is an answer', async () => {
    await khoa.press('Lưu');
    await khoa.saved();
    await khoa.back();
    await khoa.page.getByRole('dialog', { name: 'Có bản mới của app' }).waitFor();
    await khoa.press('Để sau');
    await khoa.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await khoa.press('Thêm người dân');
    await khoa.page.getByLabel('Họ tên').fill('Ngô Thị Bé');
    await khoa.page.goBack();
  });
  await step('it comes when it may, and the records and the draft are there', async () => {
    await khoa.goTo('Gửi nhận');
    await khoa.page.reload();
    await khoa.unlock();
    await khoa.press('Cập nhật');
    await khoa.unlock();
    await khoa.goTo('Người dân');
    await khoa.page.getByText('1 người', { exact: true }).waitFor();
    await khoa.press('Thêm người dân');
    assert.equal(await khoa.page.getByLabel('Họ tên').inputValue(), 'Ngô Thị Bé');
  });
}
