/** Every task of a day with nothing but a keyboard. */
import { waitFor } from '../wait.mjs';

/** More stops than any screen has. */
const STOPS_MAX = 60;

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const { page } = khoa;
  const reach = (name) => reached(page, name);
  const press = async (name, key = 'Enter') => {
    await reach(name);
    await page.keyboard.press(key);
  };
  const type = async (label, words) => {
    await reach(label);
    await page.keyboard.type(words);
  };
  await step('in, by the PIN and the check code', async () => {
    await khoa.open(`#i=${await server.invite(khoa.name)}`);
    await khoa.enterPin('Đặt mã PIN 6 số');
    await khoa.enterPin('Nhập lại mã PIN');
    await press('Mã giống nhau, tiếp tục');
    const { device } = await server.newcomer();
    await server.ask(`/v1/devices/${device}/confirm`, {});
    await khoa.lookAtAgain();
    await khoa.heading('Người dân').waitFor();
  });
  await step('a new resident', async () => {
    await press('Thêm người dân');
    await khoa.heading('Thêm người dân').waitFor();
    await type('Số định danh', '099158004127');
    await type('Họ tên', 'Lâm Thị Đẹp');
    await type('Ngày hoặc năm sinh', '1958');
    await press('nữ', ' ');
    await press('Lưu');
    await khoa.heading(/Lâm Thị Đẹp/).waitFor();
  });
  await step('a visit, and it is taken back', async () => {
    await press('Đến nhà');
    await press('Gặp được');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByText(/Đến nhà · gặp được/i).waitFor();
    await press('Hoàn tác');
    await page.getByText(/Đến nhà · gặp được/i).waitFor({ state: 'hidden' });
  });
  await step('a step of the card, and a reason', async () => {
    await press(/Xem các bước: Thẻ/);
    await press(/Ghi bước này.*Đã hẹn/);
    await press('Lưu');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByText('Đã hẹn').first().waitFor();
    await press(/Chưa rõ lý do.*Chưa kích hoạt/);
    await press('Không có điện thoại');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.getByText('Không có điện thoại').waitFor();
  });
  await step('a guidance session', async () => {
    await press('Hướng dẫn');
    await press('Kích hoạt tài khoản');
    await press('Tiếp');
    await press('Kích hoạt xong');
    await press('Lưu buổi hướng dẫn');
    await page.getByText(/Hướng dẫn · kích hoạt xong/i).waitFor();
  });
  await step('back, search, and lock', async () => {
    await press('Quay lại');
    await type(/Tìm tên/, 'dep');
    await press(/^Lâm Thị Đẹp/);
    await khoa.heading(/Lâm Thị Đẹp/).waitFor();
    await press('Quay lại');
    await press(/Hôm nay/);
    await khoa.heading('Hôm nay').waitFor();
    await press('Mở trình đơn');
    await press('Khóa ngay');
    await khoa.unlock();
  });
  await waitFor('the server counts it', async () => {
    const { dossiers, sessions, 'card-appointed': appointed } = await server.figures();
    return dossiers === 1 && sessions === 1 && appointed === 1;
  });
}

/** Waits for what has this name and goes on by Tab until it has the focus. */
async function reached(page, name) {
  const fits = (found) => (typeof name === 'string' ? found === name : name.test(found));
  await waitFor(`something named ${name}`, async () => (await page.evaluate(named)).some(fits));
  await waitFor(`the focus on ${name}`, async () => {
    for (let stops = 0; stops < STOPS_MAX; stops += 1) {
      if ((await page.evaluate(named, 'focus')).some(fits)) return true;
      await page.keyboard.press('Tab');
    }
    return false;
  });
}

/** Runs in the page: what a screen reader would call what has the focus, or all that can have it. */
function named(which) {
  const all = which === 'focus' ? [document.activeElement] : [...document.querySelectorAll('a[href], button, input, [tabindex]')];
  return all.map((one) => {
    const words = one?.getAttribute('aria-label') ?? one?.labels?.[0]?.textContent ?? one?.textContent ?? '';
    return words.replaceAll(/\s+/g, ' ').trim();
  });
}
