/**
 * What one phone wrote down without signal reaches the server in a colleague's pocket, and the
 * receipt comes back the same way: as a file, as text, as one code before a camera, by the share panel.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { film } from '../film.mjs';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const UT = { name: 'Trần Văn Út', number: '099047000311', birth: '1947' };

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
    await savedAs(khoa, 'Lưu phiếu thành tệp', file);
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
  const back = join(folder, 'back.sampan');
  await step('she brings the receipt and the news back, and nothing waits any more', async () => {
    await tham.page.getByText(/Biên nhận và tin của/).waitFor();
    await tham.press('Mã QR, chép chữ, quét mã');
    await tham.heading('Nhờ người khác mang').waitFor();
    await savedAs(tham, 'Gửi tệp', back);
    await take(khoa, back);
    await khoa.page.getByText('Đã nhận biên nhận: máy chủ có thêm 1 phiếu').waitFor();
    await khoa.page.getByText('Đồng nghiệp mang giúp').waitFor({ state: 'hidden' });
  });
  await step('as text: pasted with words around it, and a cut one is not taken', async () => {
    await khoa.goTo('Người dân');
    await khoa.addPerson(UT);
    await khoa.back();
    await khoa.goTo('Gửi nhận');
    await khoa.press('Mã QR, chép chữ, quét mã');
    await khoa.press('Chép chữ');
    const text = await khoa.page.getByLabel('Phiếu viết thành chữ').inputValue();
    assert.match(text, /^SAMPAN1 parcel 1\/1 /);
    await khoa.page.keyboard.press('Escape');
    await paste(tham, text.slice(0, -7));
    await tham.page.getByText('Chữ này thiếu hoặc đã đổi').waitFor();
    await paste(tham, `Chị ơi giúp em nhé: ${text}\n`);
    await waitFor('the server counts it', async () => (await server.figures()).dossiers === 2);
  });
  await step('one record is one code, and a camera reads it', async () => {
    await khoa.page.reload();
    await khoa.unlock();
    await khoa.heading('Nhờ người khác mang').waitFor();
    await khoa.press('Mã QR');
    const shown = khoa.page.locator('.qr');
    await shown.waitFor();
    assert.equal(await khoa.page.getByText('Mã tiếp theo').count(), 0);
    const seen = join(folder, 'seen.y4m');
    await film(khoa.page, shown, seen);
    await tham.stop();
    await tham.start([`--use-file-for-fake-video-capture=${seen}`]);
    await tham.open();
    await tham.unlock();
    await tham.goTo('Gửi nhận');
    await tham.press('Mã QR, chép chữ, quét mã');
    await tham.press('Quét mã');
    // She has it already: the code was read, and said to hold nothing new.
    await tham.page.getByText(/Đã giữ hộ từ trước|Đã nhận tệp/).waitFor();
  });
  await step('the share panel posts a file, which waits until she has unlocked', async () => {
    const bytes = [...(await readFile(file))];
    await tham.page.evaluate(async (content) => {
      const form = new FormData();
      form.append('file', new File([new Uint8Array(content)], 'x.sampan'));
      await fetch('./brought', { method: 'POST', body: form });
    }, bytes);
    await tham.page.reload();
    await tham.unlock();
    await tham.page.getByText(/Đã nhận tệp|Đã giữ hộ từ trước/).waitFor();
  });
  await step('back in signal nothing is sent twice', async () => {
    await khoa.mend();
    await khoa.page.keyboard.press('Escape');
    await khoa.back();
    await khoa.page.getByText('Đồng nghiệp mang giúp').waitFor({ state: 'hidden' });
    assert.equal((await server.figures()).dossiers, 2);
    for (const { rejected } of await server.ask('/v1/devices')) assert.equal(rejected, 0);
  });
}

function take({ page }, file) {
  return page.getByLabel('Nhận tệp của người khác').last().setInputFiles(file);
}

async function savedAs(phone, button, file) {
  const taken = phone.page.waitForEvent('download');
  await phone.page.getByRole('button', { name: button, exact: true }).first().click();
  await (await taken).saveAs(file);
}

async function paste(phone, text) {
  await phone.press('Dán chữ');
  await phone.page.getByLabel('Chữ nhận được').fill(text);
  await phone.press('Nhận');
}
