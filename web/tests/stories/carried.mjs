/** What one phone wrote down without signal reaches the server as a file on a colleague's phone. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };

export async function story({ server, phone, step, folder }) {
  const khoa = await phone('anh Khoa');
  const tham = await phone('chị Thắm');
  for (const one of [khoa, tham]) await one.enrol(server);
  await khoa.cut();
  const file = join(folder, 'carried.sampan');
  await step('saved as a file, and known to be on its way', async () => {
    await khoa.addPerson(DEP);
    await khoa.back();
    await khoa.goTo('Gửi nhận');
    const taken = khoa.page.waitForEvent('download');
    await khoa.press('Lưu phiếu thành tệp');
    await (await taken).saveAs(file);
    await khoa.page.getByText('Đồng nghiệp mang giúp').waitFor();
  });
  await step('another file is not taken for one of ours', async () => {
    await tham.goTo('Gửi nhận');
    await take(tham, { name: 'anh.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('JFIF') });
    await tham.page.getByText('Tệp này không phải của Sampan').waitFor();
  });
  await step('the colleague takes it in, and her phone brings it to the server', async () => {
    await take(tham, file);
    await tham.page.getByText('Đã nhận tệp').waitFor();
    await waitFor('the server counts it', async () => (await server.figures()).dossiers === 1);
  });
  await step('back in signal nothing is sent twice', async () => {
    await khoa.mend();
    await khoa.page.getByText('Đồng nghiệp mang giúp').waitFor({ state: 'hidden' });
    assert.equal((await server.figures()).dossiers, 1);
    for (const { rejected } of await server.ask('/v1/devices')) assert.equal(rejected, 0);
  });
}

function take({ page }, file) {
  return page.getByLabel('Nhận tệp của người khác').last().setInputFiles(file);
}
