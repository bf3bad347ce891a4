/** A home with two people: a card's text fills the form, one round of taps does the work, and the next task is at hand. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const CARD = '099158004127|381234567|LÂM THỊ ĐẸP|14031958|Nữ|Rạch Ông Đội, Ấp Rạch Tràm|01072021';

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const { page } = khoa;
  await khoa.enrol(server);
  await khoa.cut();
  await step('the text of a chip card fills the form', async () => {
    await khoa.press('Thêm người dân');
    await khoa.press('Quét mã trên thẻ');
    await page.getByLabel('Chữ trong mã QR của thẻ').fill('https://vnid.example');
    await khoa.press('Điền vào phiếu');
    await page.getByText('Đây không phải chữ trên thẻ căn cước', { exact: false }).waitFor();
    await page.getByLabel('Chữ trong mã QR của thẻ').fill(CARD);
    await khoa.press('Điền vào phiếu');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    assert.equal(await page.getByLabel('Họ tên').inputValue(), 'Lâm Thị Đẹp');
    assert.equal(await page.getByLabel('Ngày hoặc năm sinh').inputValue(), '14/03/1958');
    await khoa.press('Lưu');
    await khoa.heading(/Lâm Thị Đẹp/).waitFor();
  });
  await step('a household on its canal, and somebody else who lives there', async () => {
    await page.getByRole('button', { name: /^Chưa ghi nhà/ }).click();
    await khoa.press('Nhà mới');
    await page.getByLabel('Rạch hoặc đường').fill('Rạch Ông Đội');
    await khoa.press('Lưu');
    await page.getByText('Nhà 1 người').waitFor();
    await page.getByRole('button', { name: /^Lâm Thị Đẹp · Rạch Ông Đội/ }).click();
    await khoa.press('Thêm người vào nhà');
    await page.getByText('Ở nhà Lâm Thị Đẹp').waitFor();
    await page.getByLabel('Họ tên').fill('Trần Văn Phát');
    await khoa.press('Lưu');
    await khoa.heading(/Trần Văn Phát/).waitFor();
    await page.getByText('Nhà 2 người').waitFor();
    await promise(khoa);
    await khoa.back();
    await khoa.heading(/Lâm Thị Đẹp/).waitFor();
    await promise(khoa);
  });
  await step('a visit, an enrolment and an activation in eleven taps', async () => {
    await khoa.back();
    await khoa.goTo('Hôm nay');
    await page.getByText('con nước lớn 15 giờ').first().waitFor();
    const taps = await counted(page);
    await page.getByRole('button', { name: /^Lâm Thị Đẹp/ }).click();
    await khoa.visit();
    await page.getByRole('button', { name: /Xem các bước: Định danh/ }).click();
    await page.getByRole('button', { name: /Ghi bước này.*Thu nhận mức 2/ }).click();
    await khoa.press('Lưu');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await khoa.guide();
    assert.equal(await taps(), 11);
  });
  await step('the rest of that home is at hand, one tap away', async () => {
    await page.getByRole('heading', { name: 'Việc khác ở nhà này' }).waitFor();
    await page.getByRole('button', { name: /^Trần Văn Phát/ }).first().click();
    await khoa.heading(/Trần Văn Phát/).waitFor();
  });
  await step('consent at the door, and whose SIM it is', async () => {
    await page.getByRole('button', { name: /^Chưa hỏi/ }).click();
    await page.getByText('Lời hỏi bản 1').waitFor();
    await khoa.press('Bà con đồng ý');
    await page.getByRole('button', { name: /^Đã đồng ý/ }).waitFor();
    await page.getByRole('button', { name: /^Sửa thông tin/ }).click();
    await page.getByLabel('Số điện thoại').fill('0951000001');
    await khoa.press('SIM người nhà');
    await khoa.press('Lưu');
    await khoa.heading(/Trần Văn Phát/).waitFor();
    await page.getByText('0951 000 001').waitFor();
    await page.getByText('SIM người nhà').waitFor();
  });
  await step('who is here already is offered; who was written twice is marked for union', async () => {
    await khoa.back();
    await khoa.goTo('Người dân');
    await khoa.press('Thêm người dân');
    await page.getByLabel('Họ tên').fill('lam thi dep');
    await page.getByText('Giống: họ tên').waitFor();
    await khoa.press('Người khác');
    await page.getByLabel('Họ tên').fill('Lâm Thị Đẹp');
    await khoa.press('Lưu');
    await page.getByRole('button', { name: /^Báo trùng với hồ sơ khác/ }).click();
    await page.getByRole('button', { name: /^Lâm Thị Đẹp/ }).click();
    await page.getByText('Đã báo là một người với Lâm Thị Đẹp', { exact: false }).waitFor();
    await khoa.back();
  });
  await step('at a desk: digits, the person, what came of it', async () => {
    await khoa.goTo('Hướng dẫn');
    await khoa.press('Quầy một cửa');
    await page.getByRole('searchbox').fill('127');
    await page.getByText('1 người', { exact: true }).waitFor();
    const taps = await counted(page);
    await page.getByRole('button', { name: /^Lâm Thị Đẹp/ }).click();
    await khoa.press('Lấy lại mật khẩu');
    await khoa.press('Xong');
    await page.getByRole('button', { name: 'Xong', exact: true }).waitFor({ state: 'hidden' });
    assert.equal(await taps(), 3);
    await khoa.back();
  });
  await step('an obstacle is told upward', async () => {
    await khoa.press('Báo lên trên');
    await page.getByLabel('Nội dung').fill('Cầu gãy, vỏ không qua được.');
    await khoa.press('Báo lên');
    await page.getByText('Cầu gãy, vỏ không qua được.').last().waitFor();
    await khoa.back();
  });
  await step('what was done stands in the results, and at the server once there is signal', async () => {
    await khoa.goTo('Kết quả');
    const figures = await khoa.figures('Của tôi');
    assert.equal(figures['eid-activated'], 1);
    assert.equal(figures.sessions, 2);
    await khoa.mend();
    await waitFor('everything is counted', async () => {
      const { dossiers, sessions, 'eid-activated': activated } = await server.figures();
      return dossiers === 3 && sessions === 2 && activated === 1;
    });
  });
}

/** On a dossier: to come again today, when the water is high. */
async function promise({ page }) {
  const today = new Date();
  await page.getByRole('button', { name: 'Đến nhà', exact: true }).click();
  await page.getByRole('button', { name: 'Hẹn lại', exact: true }).click();
  await page.getByLabel('Ngày, tháng, năm').fill(`${today.getDate()}/${today.getMonth() + 1}/${today.getFullYear()}`);
  await page.getByLabel('Ghi chú con nước').fill('con nước lớn 15 giờ');
  await page.getByRole('dialog').getByRole('button', { name: 'Lưu', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** Counts taps from now on. */
async function counted(page) {
  await page.evaluate(() => {
    if (window.taps === undefined) document.addEventListener('click', (event) => (window.taps += Number(event.isTrusted)), true);
    window.taps = 0;
  });
  return () => page.evaluate(() => window.taps);
}
