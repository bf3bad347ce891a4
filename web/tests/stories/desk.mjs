/**
 * A desk that follows no hamlet: one person at a time, by the whole number, from the server; and a
 * day list that somebody lends to a mobile team. Both leave the phone again.
 */
import assert from 'node:assert/strict';
import { COMMUNE } from '../server.mjs';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const UT = { name: 'Trần Văn Út', number: '099047000311', birth: '1947' };
const NOBODY = '099047000999';
const CARD = `${DEP.number}||LÂM THỊ ĐẸP|14031958|Nữ|Rạch Ông Đội|01072021`;
const HOUR_MS = 3600 * 1000;

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server, 'team-lead');
  const known = [];
  for (const person of [DEP, UT]) {
    await khoa.addPerson(person);
    known.push(await khoa.page.evaluate(() => history.state.document));
    await khoa.back();
  }
  await waitFor('the server has both', async () => (await server.figures()).dossiers === 2);
  const desk = await phone('chị Mai');
  await desk.enrol(server, 'desk', COMMUNE.unit);
  const { page } = desk;
  await desk.goTo('Hướng dẫn');
  await desk.press('Quầy một cửa');
  await step('without signal nobody can be asked for, and the work goes on', async () => {
    await desk.cut();
    await page.getByRole('searchbox').fill(DEP.number);
    await page.getByText('Không có sóng nên chưa hỏi được máy chủ', { exact: false }).waitFor();
    await desk.press('Kích hoạt xong');
    await desk.saved();
    await desk.mend();
  });
  await step('half a number asks nothing; one that nobody bears finds nobody', async () => {
    await page.getByRole('searchbox').fill('0470003');
    await page.getByText('Gõ đủ 12 số để hỏi máy chủ').waitFor();
    await page.getByRole('searchbox').fill(NOBODY);
    await desk.press('Hỏi máy chủ');
    await page.getByText('Máy chủ không thấy số này ở nơi mình phụ trách.').waitFor();
  });
  await step('a card is read, the server lends the dossier, one tap says what came of it', async () => {
    await page.getByRole('searchbox').fill('');
    await desk.press('Quét mã trên thẻ');
    await page.getByLabel('Chữ trong mã QR của thẻ').fill(CARD);
    await desk.press('Điền vào phiếu');
    await desk.press('Hỏi máy chủ');
    await page.getByText('Hồ sơ mượn, tự rời máy này lúc', { exact: false }).waitFor();
    await page.getByRole('button', { name: /^Lâm Thị Đẹp/ }).waitFor();
    await desk.press('Kích hoạt xong');
    await desk.saved();
    await waitFor('the server counts it', async () => (await server.figures())['eid-activated'] === 1);
  });
  await step('her dossier says that it is lent, and no list has the other', async () => {
    await desk.back();
    await desk.goTo('Người dân');
    await page.getByText('1 người', { exact: true }).waitFor();
    await desk.openPerson(DEP.name);
    await page.getByText('Hồ sơ mượn, tự rời máy này', { exact: false }).waitFor();
    await desk.back();
  });
  await step('when its time is over it is gone, with or without signal', async () => {
    await desk.cut();
    await desk.moveClock(2 * HOUR_MS);
    await page.getByText('0 người', { exact: true }).waitFor();
  });
  const team = await phone('anh Tư');
  const device = await team.enrol(server, 'mobile-card-team', COMMUNE.unit);
  const lend = () => server.ask(`/v1/devices/${device}/loans`, { dossiers: [known[1], known[0]], until: Math.floor(Date.now() / 1000) + 12 * 3600 });
  await step('a day list comes in its order, and what is done for it counts', async () => {
    await team.goTo('Hôm nay');
    const { numbers: [number] } = await lend();
    await waitFor('the list is there', async () => {
      await team.lookAtAgain();
      return (await team.page.getByRole('heading', { name: 'Danh sách được giao' }).count()) === 1;
    });
    const names = await team.page.locator('section', { hasText: 'Danh sách được giao' }).locator('.resident .name').allTextContents();
    assert.deepEqual(names, [UT.name, DEP.name]);
    await team.page.getByRole('button', { name: /^Trần Văn Út/ }).click();
    await team.visit();
    await waitFor('the server counts the visit', async () => (await server.figures()).visits === 1);
    await team.back();
    await server.ask(`/v1/devices/${device}/loans/${number}`, undefined, 'DELETE');
    await waitFor('an ended list is gone', async () => {
      await team.lookAtAgain();
      return (await team.page.getByRole('heading', { name: 'Danh sách được giao' }).count()) === 0;
    });
  });
}
