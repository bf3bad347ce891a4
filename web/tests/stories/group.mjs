/**
 * Groups: a class, found by its age, at a school that nobody had written down yet; the rest of the
 * hamlet found by filters; and what came of it stands against the target.
 */
import assert from 'node:assert/strict';
import { COMMUNE } from '../server.mjs';
import { waitFor } from '../wait.mjs';

const YEAR = new Date().getFullYear();
const CLASS = ['Lâm Văn An', 'Trần Thị Bình', 'Thạch Sa Rinh'].map((name) => ({ name, birth: String(YEAR - 15) }));
const ELDER = { name: 'Nguyễn Thị Già', birth: '1940' };
const TARGETS = 'Đơn vị,Nội dung,Chỉ tiêu giao,Văn bản,Thời hạn\nẤp Rạch Tràm,Kích hoạt,12,41/KH-UBND,31/12/2026\n';

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const { page } = khoa;
  await khoa.enrol(server, 'team-lead');
  for (const person of [...CLASS, ELDER]) {
    await khoa.addPerson(person);
    await khoa.back();
  }
  await waitFor('the server has all', async () => (await server.figures()).dossiers === 4);
  await step('without signal: a session at a school by its name, a class by its age, and five more heads', async () => {
    await khoa.cut();
    await khoa.goTo('Hướng dẫn');
    await khoa.press('Buổi hướng dẫn mới');
    await khoa.press('Trường học');
    await page.getByLabel('Nơi chưa có trong danh sách').fill('Trường THPT Vàm Sậy');
    await khoa.press('Thêm nơi này');
    await page.getByRole('button', { name: 'Trường THPT Vàm Sậy', pressed: true }).waitFor();
    await khoa.press('Tiếp');
    await khoa.press('Kích hoạt tài khoản');
    await khoa.press('Tiếp');
    await khoa.press('Thêm người');
    await khoa.press('Lọc danh sách');
    await page.getByRole('dialog').getByRole('button', { name: '14–17 tuổi' }).click();
    await khoa.press('Xem 3 người');
    await khoa.press('Thêm cả 3 người này');
    await khoa.press('Xong, đã chọn 3 người');
    await khoa.press('Tiếp');
    await page.getByRole('group', { name: 'Cả 3 người như nhau' }).getByRole('button', { name: 'Kích hoạt xong' }).click();
    for (let n = 0; n < 5; n += 1) await khoa.press('Thêm một người');
    await khoa.press('Lưu buổi hướng dẫn');
    await khoa.saved();
  });
  await step('the server counts three activations, one session and eight attendances', async () => {
    await khoa.mend();
    await waitFor('it is counted', async () => {
      const { sessions, attendances, 'eid-activated': activated } = await server.figures();
      return activated === 3 && sessions === 1 && attendances === 8;
    });
  });
  await step('filters narrow the list: by stage and by age, together and apart', async () => {
    await khoa.goTo('Người dân');
    await waitFor('the activations have come', async () => {
      await khoa.lookAtAgain();
      await khoa.press('Chưa kích hoạt');
      const rest = await page.getByText('1 người', { exact: true }).count();
      await khoa.press('Chưa kích hoạt');
      return rest === 1;
    });
    await khoa.press('Lọc danh sách');
    await page.getByRole('dialog').getByRole('button', { name: '14–17 tuổi' }).click();
    await khoa.press('Xem 3 người');
    await page.getByText('3 người', { exact: true }).waitFor();
    await khoa.press('Chưa kích hoạt');
    await page.getByText('Không ai khớp bộ lọc này').waitFor();
    await khoa.press('Bỏ bộ lọc');
    await page.getByText('4 người', { exact: true }).waitFor();
  });
  await step('a target that was set above stands in the results, with what is done and what is left', async () => {
    const order = { what: 'targets', unit: 1, source: 'UBND', as_of: `${YEAR}-01-02`, file: Buffer.from(TARGETS).toString('base64') };
    assert.equal((await server.ask('/v1/imports', order)).written, 1);
    await khoa.goTo('Kết quả');
    await waitFor('the target has come', async () => {
      await khoa.lookAtAgain();
      return (await page.locator('[data-indicator="aim-eid-activated"][data-done="3"]').count()) === 1;
    });
    assert.equal((await khoa.figures('Cả tổ'))['eid-activated'], 3);
  });
  const hoa = await phone('cô Hoa');
  const device = await hoa.enrol(server, 'desk', COMMUNE.unit);
  await step('a class that was imported as a list is lent to a desk, and there by one tap without signal', async () => {
    const rows = CLASS.map(({ name, birth }) => `${name},${birth},Ấp Rạch Tràm`).join('\n');
    const file = Buffer.from(`Họ tên,Năm sinh,Ấp\n${rows}\n`).toString('base64');
    const asked = { what: 'cohort', unit: COMMUNE.unit, source: 'Trường THPT Vàm Sậy', list: 'Lớp 9A', as_of: `${YEAR}-01-02`, file };
    const { import: list } = await server.ask('/v1/imports', asked);
    const { lent } = await server.ask(`/v1/devices/${device}/loans`, { list, until: Math.floor(Date.now() / 1000) + 3600 });
    assert.equal(lent, 3, 'they have their e-ID, and no card yet');
    await hoa.goTo('Hôm nay');
    await waitFor('the class is there', async () => {
      await hoa.lookAtAgain();
      return (await hoa.page.getByRole('heading', { name: 'Lớp 9A' }).count()) === 1;
    });
    await hoa.cut();
    await hoa.goTo('Hướng dẫn');
    await hoa.press('Buổi hướng dẫn mới');
    await hoa.press('Trường học');
    await hoa.press('Tiếp');
    await hoa.press('Kích hoạt tài khoản');
    await hoa.press('Tiếp');
    await hoa.press('Thêm người');
    await hoa.page.getByRole('heading', { name: 'Lớp 9A' }).waitFor();
    await hoa.press('Thêm cả 3 người này');
    await hoa.press('Xong, đã chọn 3 người');
    await hoa.press('Tiếp');
    await hoa.page.getByRole('group', { name: 'Cả 3 người như nhau' }).getByRole('button', { name: 'Chuyển nơi khác' }).click();
    await hoa.press('Lưu buổi hướng dẫn');
    await hoa.saved();
    await hoa.mend();
    await waitFor('it is counted', async () => {
      const { sessions, attendances } = await server.figures(COMMUNE.unit);
      return sessions === 2 && attendances === 11;
    });
  });
}
