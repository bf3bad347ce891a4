/** A phone's first day: invited, confirmed, a resident written down without signal, a reload, and what is counted. */
import assert from 'node:assert/strict';
import { IS_ALONE } from '../phone.mjs';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958', phone: '0951000001' };

/** A person, a visit, a step, a reason, that taken back, two sessions. */
const SAVES = 7;

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const { page } = khoa;
  await step('invited, both codes are the same, confirmed', async () => {
    const invite = await server.invite(khoa.name);
    await khoa.open(`#i=${invite}`);
    await khoa.enterPin('Đặt mã PIN 6 số');
    await khoa.enterPin('Nhập lại mã PIN');
    await khoa.heading('Vào tổ cùng làm').waitFor();
    assert.ok(!page.url().includes(invite), 'the invite is still in the address');
    const { device, check_code: code } = await server.newcomer();
    assert.equal((await page.locator('.gate-digits').textContent()).replaceAll(/\s/g, ''), code);
    await khoa.press('Mã giống nhau, tiếp tục');
    await server.ask(`/v1/devices/${device}/confirm`, {});
    await khoa.lookAtAgain();
    await khoa.heading('Người dân').waitFor();
    await page.getByText('Ấp Rạch Tràm').first().waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  });
  if (!IS_ALONE) {
    await step('the history module is on the phone', () => waitFor('its files', () => page.evaluate(historyFiles)));
  }
  await khoa.cut();
  await step('the number is judged while it is typed', async () => {
    await khoa.press('Thêm người dân');
    await page.getByLabel('Số định danh').fill('09915800412');
    await page.getByText('còn 1 số').waitFor();
    await page.getByLabel('Số định danh').fill('099147004127');
    await page.getByLabel('Ngày hoặc năm sinh').fill('1958');
    await page.getByText('Số này ứng với năm sinh 1947').waitFor();
    await khoa.press('Đóng');
  });
  await step('a resident, a visit, a step, a reason', async () => {
    await khoa.addPerson(DEP);
    await khoa.visit();
    await page.locator('.stepper-open').nth(1).click();
    await page.getByRole('button', { name: /Ghi bước này.*Mức 1/ }).click();
    await khoa.press('Lưu');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByText('Chưa rõ lý do').last().click();
    await khoa.press('SIM không chính chủ');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByText('SIM không chính chủ').waitFor();
  });
  await step('the last save is taken back, and history keeps both', async () => {
    await khoa.press('Hoàn tác');
    await page.getByText('SIM không chính chủ').waitFor({ state: 'hidden' });
    await page.getByText('Lịch sử hồ sơ').click();
    await khoa.heading('Lịch sử hồ sơ').waitFor();
    await page.getByText('Lý do: SIM không chính chủ').waitFor();
    await page.getByText('Số định danh: ••• 127').waitFor({ state: 'hidden' });
    await khoa.back();
  });
  await step('a half-filled session is there after a lock and a reload', async () => {
    await khoa.heading(/Lâm Thị Đẹp/).waitFor();
    await khoa.press('Hướng dẫn');
    await khoa.press('Lấy lại mật khẩu');
    await khoa.press('Tiếp');
    await khoa.press('Vướng');
    await page.getByText('Bản nháp giữ trên máy này').waitFor();
    await page.reload();
    await khoa.unlock();
    await khoa.heading('Buổi hướng dẫn').waitFor();
    await khoa.press('Vướng');
    await page.getByText('Chọn lý do vướng').click();
    await khoa.press('Quên mật khẩu, bị khóa');
    await khoa.press('Lưu buổi hướng dẫn');
    await khoa.saved();
  });
  await step('a wrong PIN opens nothing', async () => {
    await page.reload();
    await khoa.enterPin('Nhập mã PIN', '111222');
    await page.getByText('Sai mã PIN', { exact: false }).waitFor();
    await khoa.unlock();
  });
  await step('a session with people found by a search, and people only counted', async () => {
    await khoa.heading(/Lâm Thị Đẹp/).waitFor();
    await khoa.back();
    await khoa.goTo('Hướng dẫn');
    await khoa.press('Buổi hướng dẫn mới');
    await khoa.press('Nhóm ở nhà văn hóa, chùa, chợ');
    await khoa.press('Tiếp');
    await khoa.press('Nộp hồ sơ trực tuyến');
    await khoa.press('Tiếp');
    await khoa.press('Thêm người');
    await page.getByRole('searchbox').fill('dep');
    await page.getByRole('button', { name: /^Lâm Thị Đẹp/ }).click();
    await khoa.press('Xong, đã chọn 1 người');
    await khoa.press('Tiếp');
    await khoa.press('Nộp xong');
    await khoa.press('Thêm một người');
    await khoa.press('Lưu buổi hướng dẫn');
    await khoa.heading('Hướng dẫn').waitFor();
    await page.getByText('1 người, 2 lượt').waitFor();
  });
  await step('in English, and back', async () => {
    await khoa.goTo('Hôm nay');
    await khoa.press('Mở trình đơn');
    await khoa.press('English');
    await khoa.heading('Menu').waitFor();
    await khoa.press('Tiếng Việt');
    await khoa.heading('Trình đơn').waitFor();
    await khoa.back();
  });
  await khoa.mend();
  await step('with signal the server counts it', async () => {
    await waitFor('everything is counted', async () => {
      const { dossiers, visits, sessions, submissions } = await server.figures();
      return dossiers === 1 && visits === 1 && sessions === 2 && submissions === 1;
    });
    await khoa.goTo('Gửi nhận');
    await page.getByText('Máy chủ đã nhận').first().waitFor();
  });
  await step(IS_ALONE ? 'no save is checked' : 'automerge confirms every save', () =>
    page.getByText(`Đã kiểm tra ${IS_ALONE ? 0 : SAVES}/${SAVES} lần lưu`).waitFor(),
  );
}

/** Runs in the page: whether both files are kept. */
async function historyFiles() {
  const kept = await caches.open('history-module');
  return (await kept.keys()).length === 2;
}
