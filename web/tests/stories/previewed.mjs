/**
 * What a colleague hands over on a boat is shown before the server has it, as a preview and no
 * more; then the server has it, and it is there like everything else.
 */
import { join } from 'node:path';
import { waitFor } from '../wait.mjs';

const UT = { name: 'Trần Văn Út', number: '099047000311', birth: '1947' };
const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const JUST = 'Đồng nghiệp vừa ghi';
const FROM = 'Xem trước từ anh Khoa, chưa tới máy chủ';

export async function story({ server, phone, step, folder }) {
  const khoa = await phone('anh Khoa');
  const tham = await phone('chị Thắm');
  await step('two phones of one hamlet; the first meets the work of the second', async () => {
    for (const one of [khoa, tham]) await one.enrol(server);
    await khoa.cut();
    await tham.addPerson(UT);
    await tham.back();
    await waitFor('the server has it', async () => (await server.figures()).dossiers === 1);
    await khoa.page.reload();
    await khoa.unlock();
    await khoa.mend();
    await waitFor('it is in his list', async () => {
      await khoa.lookAtAgain();
      return (await khoa.page.getByText('1 người', { exact: true }).count()) > 0;
    });
    // He knows her keys as soon as he knows her name.
    await khoa.openPerson(UT.name);
    await khoa.page.getByText('Lịch sử hồ sơ').click();
    await khoa.page.getByText(/chị Thắm/).first().waitFor();
    for (const _ of ['history', 'dossier']) await khoa.back();
    await khoa.heading('Người dân').waitFor();
  });
  const file = join(folder, 'handed-over.sampan');
  await step('without signal he writes somebody down and hands the file over', async () => {
    for (const one of [khoa, tham]) await one.cut();
    await khoa.addPerson(DEP);
    await khoa.back();
    await khoa.goTo('Gửi nhận');
    const taken = khoa.page.waitForEvent('download');
    await khoa.press('Lưu phiếu thành tệp');
    await (await taken).saveAs(file);
  });
  await step('she sees it, as his word', async () => {
    await tham.goTo('Gửi nhận');
    await tham.page.getByLabel('Nhận tệp của người khác').last().setInputFiles(file);
    await tham.page.getByText('Đã nhận tệp').waitFor();
    await seesPreview(tham);
  });
  await step('her phone is locked and opened again, and it is still there', async () => {
    await tham.page.reload();
    await tham.unlock();
    await seesPreview(tham);
  });
  await step('she carries it to the signal, and it is a preview no more', async () => {
    await tham.mend();
    await waitFor('the server has both', async () => (await server.figures()).dossiers === 2);
    await waitFor('her list has both', async () => {
      await tham.lookAtAgain();
      return (await tham.page.getByText('2 người', { exact: true }).count()) > 0;
    });
    await tham.page.getByText(JUST).waitFor({ state: 'hidden' });
    await tham.openPerson(DEP.name);
    await tham.page.getByText(FROM).waitFor({ state: 'hidden' });
  });
}

async function seesPreview(phone) {
  if ((await phone.heading('Người dân').count()) === 0) await phone.goTo('Người dân');
  await phone.page.getByText(JUST).waitFor();
  await phone.page.getByRole('button', { name: DEP.name }).click();
  await phone.heading(DEP.name).waitFor();
  await phone.page.getByText(FROM).waitFor();
  await phone.back();
}
