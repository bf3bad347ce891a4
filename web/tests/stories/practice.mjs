/** Practice: an invented hamlet that is marked as such, never sent, and gone when it is over. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const REAL = { name: 'Trần Thị Thật', number: '099160004001', birth: '1960' };

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server);
  await khoa.addPerson(REAL);
  await khoa.back();
  await step('the ribbon stands over every screen, and the real people are not there', async () => {
    await practise(khoa);
    await khoa.page.getByText('6 người', { exact: true }).waitFor();
    assert.equal(await khoa.page.getByText(REAL.name).count(), 0);
    await khoa.openPerson('Lâm Thị Đẹp');
    await khoa.visit();
    await khoa.back();
    await khoa.goTo('Gửi nhận');
    await khoa.page.getByText('Đang tập, không gửi đi').first().waitFor();
    await khoa.page.getByText('Trên máy này').first().waitFor();
  });
  await step('it ends, and nothing of it is left', async () => {
    await khoa.press('Thôi tập');
    await khoa.page.getByText('1 người', { exact: true }).waitFor();
    await khoa.page.getByText('Đang tập, không gửi đi').waitFor({ state: 'hidden' });
    await waitFor('the real person is counted', async () => (await server.figures()).dossiers === 1);
    assert.equal((await server.figures()).visits, undefined);
    await practise(khoa);
    await khoa.openPerson('Lâm Thị Đẹp');
    assert.equal(await khoa.page.getByText(/Đến nhà · gặp được/i).count(), 0, 'practice remembers');
  });
}

async function practise(khoa) {
  await khoa.goTo('Hôm nay');
  await khoa.press('Mở trình đơn');
  await khoa.page.getByText('Tập thử').click();
  await khoa.heading('Người dân').waitFor();
}
