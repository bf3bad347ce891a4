/** What the server does not take comes back with its reason, and is done again; what was only a slip is taken back. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const UT = { name: 'Trần Văn Út', number: '099047000311', birth: '1947' };

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const { page } = khoa;
  const device = await khoa.enrol(server);
  await khoa.addPerson(DEP);
  await waitFor('the server has her', async () => (await server.figures()).dossiers === 1);
  await step('a visit of a suspended phone is held, and says so', async () => {
    await khoa.cut();
    await khoa.visit();
    await server.ask(`/v1/devices/${device}/suspend`, {});
    await khoa.mend();
    await page.getByText('Chờ duyệt').first().waitFor();
    assert.equal((await server.figures()).visits, undefined);
  });
  await step('the coordinator gives it back: "not accepted", with the reason', async () => {
    for (const { document, change } of await server.ask('/v1/held')) await server.ask(`/v1/held/${document}/${change}/refuse`, {});
    await server.ask(`/v1/devices/${device}/reinstate`, {});
    await khoa.back();
    await khoa.goTo('Gửi nhận');
    await waitFor('the phone has heard of it', async () => {
      await khoa.lookAtAgain();
      return (await page.getByText('Xem và sửa').count()) > 0;
    });
    await page.getByText('Xem và sửa').first().click();
    await khoa.heading('Phiếu chưa được nhận').waitFor();
    await page.getByText('Điều phối đã trả lại phiếu này.').waitFor();
    await page.getByText(/Đến nhà · gặp được/i).waitFor();
  });
  await step('it is let go, and done again', async () => {
    await khoa.press('Ghi lại cho đúng');
    await khoa.heading(/Lâm Thị Đẹp/).waitFor();
    assert.equal(await page.getByText(/Đến nhà · gặp được/i).count(), 0);
    // The very same within the same minute would be the same change, and stay refused.
    await khoa.visit('Không gặp');
    await waitFor('the server counts it', async () => (await server.figures()).visits === 1);
    await khoa.back();
    await khoa.goTo('Gửi nhận');
    await page.getByText('Xem và sửa').first().click();
    await khoa.press('Bỏ, giữ trong lịch sử');
    await khoa.heading('Gửi nhận').waitFor();
    await page.getByText('Xem và sửa').waitFor({ state: 'hidden' });
  });
  await step('who may take a whole dossier back takes a new one back', async () => {
    const officer = await phone('chị Thắm');
    await officer.enrol(server, 'commune-police');
    await officer.addPerson(UT);
    await officer.press('Hoàn tác');
    await officer.page.getByText('Đã bỏ lần lưu vừa rồi').first().waitFor();
    await officer.back();
    await officer.page.getByText('Trần Văn Út').waitFor({ state: 'hidden' });
    await officer.page.getByText(/phiếu trên máy/).waitFor({ state: 'hidden' });
    assert.equal((await server.figures()).dossiers, 1);
  });
  await step('a saved session is read, and put right', async () => {
    await khoa.goTo('Người dân');
    await khoa.openPerson(DEP.name);
    await khoa.guide();
    await khoa.back();
    await khoa.goTo('Hướng dẫn');
    await page.getByText('Kích hoạt tài khoản').click();
    await khoa.heading('Kích hoạt tài khoản').waitFor();
    await page.getByText('Kích hoạt xong').waitFor();
    await khoa.press('Sửa buổi này');
    for (const _ of ['where', 'what']) await khoa.press('Tiếp');
    await khoa.press('Hẹn lại');
    await khoa.press('Thêm một người');
    await khoa.press('Lưu buổi hướng dẫn');
    await khoa.heading('Hướng dẫn').waitFor();
    await page.getByText('1 người, 2 lượt').waitFor();
    assert.equal(await page.getByText('Kích hoạt tài khoản').count(), 1, 'one session, not two');
    await waitFor('the server counts what was said last', async () => {
      const { sessions, attendances, 'eid-activated': activated } = await server.figures();
      return sessions === 1 && attendances === 2 && activated === undefined;
    });
  });
}
