/**
 * Two phones that are one: one is copied and both go on; another is set back to before it changed
 * its keys. Nothing is lost, both are told what to do, and the console sees it.
 */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const UT = { name: 'Trần Văn Út', number: '099047000311', birth: '1947' };
const MUOI = { name: 'Thạch Thị Mười', number: '099162001188', birth: '1962' };
const YEAR_MS = 367 * 24 * 3600 * 1000;

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const device = await khoa.enrol(server);
  const listed = async (of = device) => (await server.ask('/v1/devices')).find((one) => one.device === of);
  await khoa.addPerson(DEP);
  await waitFor('the server has her', async () => (await server.figures()).dossiers === 1);
  await khoa.stop();
  const copy = await phone('máy chép');
  await copy.stop();
  await khoa.copyTo(copy);
  await step('both write down somebody else, and both arrive', async () => {
    for (const [one, person, n] of [[khoa, UT, 2], [copy, MUOI, 3]]) {
      await one.start();
      await one.open();
      await one.unlock();
      await one.addPerson(person);
      await waitFor(`the server has ${n}`, async () => {
        await one.lookAtAgain();
        return (await server.figures()).dossiers === n;
      });
      await one.back();
    }
  });
  await step('the one that came second says so until somebody was told, and the console has counted it', async () => {
    await copy.goTo('Gửi nhận');
    await copy.page.getByText('Có hai máy mang cùng một tên').waitFor();
    await copy.page.reload();
    await copy.unlock();
    await copy.page.getByText('Có hai máy mang cùng một tên').waitFor();
    await copy.press('Đã báo điều phối');
    await copy.page.getByText('Có hai máy mang cùng một tên').waitFor({ state: 'hidden' });
    assert.ok((await listed()).copies > 0);
  });
  await step('the first goes on as before and sees the work of both', async () => {
    await waitFor('three people are listed', async () => {
      await khoa.lookAtAgain();
      return (await khoa.page.getByText('3 người', { exact: true }).count()) === 1;
    });
    await khoa.stop();
    await copy.stop();
  });
  const tham = await phone('chị Thắm');
  const second = await tham.enrol(server);
  await waitFor('her list is here', async () => (await tham.page.getByText('3 người', { exact: true }).count()) === 1);
  await tham.stop();
  const before = await phone('bản cũ');
  await before.stop();
  await tham.copyTo(before);
  await step('a year later her phone changes its keys', async () => {
    await tham.start();
    await tham.open();
    await tham.unlock();
    const changed = tham.page.waitForResponse((response) => response.url().endsWith('/v1/keys') && response.ok());
    await tham.moveClock(YEAR_MS);
    await changed;
    await tham.moveClock(0);
    await tham.goTo('Gửi nhận');
    await tham.stop();
  });
  await step('set back to before that, it is told that nobody knows it; what it writes still arrives', async () => {
    before.expects(/403/);
    await before.start();
    await before.open();
    await before.unlock();
    await waitFor('it says so', async () => {
      await before.lookAtAgain();
      await before.goTo('Gửi nhận');
      return (await before.page.getByRole('heading', { name: 'Máy chủ không nhận ra máy này' }).count()) === 1;
    });
    await before.goTo('Người dân');
    await before.openPerson(DEP.name);
    await before.visit();
    await waitFor('the visit counts', async () => (await server.figures()).visits === 1);
    await before.back();
  });
  await step('it is set up again by a new invite', async () => {
    await before.goTo('Gửi nhận');
    await before.press('Xóa danh sách, nhập máy lại');
    await before.heading('Danh sách trên máy đã xóa').waitFor();
    await before.page.getByText('Danh sách đã xóa để nhập máy lại', { exact: false }).waitFor();
    await before.page.evaluate((fragment) => (location.hash = fragment), `i=${await server.invite('chị Thắm')}`);
    await before.page.reload();
    await before.press('Bắt đầu lại');
    await before.confirmed(server);
    await before.page.getByText('3 người', { exact: true }).waitFor();
    assert.notEqual((await server.ask('/v1/devices')).length, 0);
    assert.equal((await listed(second)).rejected, 0);
  });
}
