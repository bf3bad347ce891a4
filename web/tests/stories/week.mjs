/**
 * A worker's weeks: invited, three weeks without signal, a courier, a refusal, receipts brought back,
 * and in the end three counts of the same work that are equal.
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const UT = { name: 'Trần Văn Út', number: '099047000311', birth: '1947' };
const MUOI = { name: 'Nguyễn Thị Mười', number: '099162000442', birth: '1962' };
const DAY_MS = 24 * 3600 * 1000;
/** What is compared; all of it is on the results screen. */
const COUNTED = ['eid-activated', 'visits', 'sessions', 'people-guided'];

export async function story({ server, phone, step, folder }) {
  const khoa = await phone('anh Khoa');
  const tham = await phone('chị Thắm');
  const device = await khoa.enrol(server);
  await tham.enrol(server);
  await tham.goTo('Gửi nhận');
  await khoa.cut();
  await step('the first week: two homes', async () => {
    await khoa.moveClock(-21 * DAY_MS);
    await khoa.addPerson(DEP);
    await khoa.visit();
    await khoa.back();
    await khoa.addPerson(UT);
    await khoa.visit('Không gặp');
    await khoa.back();
  });
  await step('the second week, after the battery was empty: a session', async () => {
    await khoa.stop();
    await khoa.start();
    await khoa.open();
    await khoa.unlock();
    await khoa.moveClock(-14 * DAY_MS);
    await khoa.openPerson(DEP.name);
    await khoa.guide();
    await khoa.back();
  });
  await step('a courier takes it along and brings the receipt back', async () => {
    await khoa.goTo('Gửi nhận');
    await carriedBy(tham, khoa, folder, () => khoa.page.getByText(/Đã nhận biên nhận: máy chủ có thêm \d phiếu/));
    const { dossiers, visits, sessions } = await server.figures();
    assert.deepEqual({ dossiers, visits, sessions }, { dossiers: 2, visits: 2, sessions: 1 });
  });
  await step('the third week: one visit comes while the phone is suspended, and is given back', async () => {
    await khoa.moveClock(-7 * DAY_MS);
    await khoa.goTo('Người dân');
    await khoa.page.getByRole('searchbox').fill('');
    await khoa.openPerson(UT.name);
    await khoa.visit('Gặp được');
    await khoa.back();
    await server.ask(`/v1/devices/${device}/suspend`, {});
    await khoa.goTo('Gửi nhận');
    await carriedBy(tham, khoa, folder, () => khoa.page.getByText('Chờ điều phối duyệt'));
    for (const { document, change } of await server.ask('/v1/held')) await server.ask(`/v1/held/${document}/${change}/refuse`, {});
    await server.ask(`/v1/devices/${device}/reinstate`, {});
  });
  await step('the next parcel brings the refusal home, with its reason', async () => {
    await khoa.goTo('Người dân');
    await khoa.page.getByRole('searchbox').fill('');
    await khoa.addPerson(MUOI);
    await khoa.back();
    await khoa.goTo('Gửi nhận');
    await carriedBy(tham, khoa, folder, () => khoa.page.getByText('Xem và sửa'));
    await khoa.page.getByText('Xem và sửa').first().click();
    await khoa.page.getByText('Điều phối đã trả lại phiếu này.').waitFor();
    await khoa.press('Ghi lại cho đúng');
    await khoa.visit();
    await khoa.back();
  });
  await step('with signal again nothing waits, and three counts are the same', async () => {
    await khoa.moveClock(0);
    await khoa.mend();
    await waitFor('the server counts the visit that was done again', async () => {
      await khoa.lookAtAgain();
      return (await server.figures()).visits === 3;
    });
    const all = await server.figures();
    assert.equal(all.dossiers, 3);
    for (const { rejected } of await server.ask('/v1/devices')) assert.equal(rejected, 0);
    const seen = [];
    const wanted = Object.fromEntries(COUNTED.map((name) => [name, all[name]]));
    for (const one of [khoa, tham]) {
      await one.goTo('Kết quả');
      await waitFor(`${one.name} counts what the server counts`, async () => {
        seen.push(await overWeeks(one));
        return JSON.stringify(seen.at(-1)) === JSON.stringify(wanted);
      });
    }
  });
}

/** The file goes to the courier's phone, her phone sends it, and what came for it goes back. */
async function carriedBy(tham, khoa, folder, known) {
  const [there, back] = [join(folder, 'there.sampan'), join(folder, 'back.sampan')];
  await saved(khoa, 'Lưu phiếu thành tệp', there);
  await tham.goTo('Gửi nhận');
  await take(tham, there);
  await tham.page.getByText('Đã nhận tệp').waitFor();
  await waitFor('the courier has sent it', async () => (await tham.page.getByText('Đang giữ hộ').count()) === 0);
  await tham.press('Mã QR, chép chữ, quét mã');
  await tham.page.getByText(/Biên nhận và tin của/).waitFor();
  // The news comes a moment after the receipt: what is taken twice is taken once.
  await waitFor('it has come home', async () => {
    await saved(tham, 'Gửi tệp', back);
    await take(khoa, back);
    return known().first().waitFor({ timeout: 2000 }).then(() => true, () => false);
  });
  await tham.back();
}

/** The team's counts, week by week, each read in its own week. */
async function overWeeks(phone) {
  const sums = Object.fromEntries(COUNTED.map((name) => [name, 0]));
  for (const weeks of [-3, -2, -1, 0]) {
    await phone.moveClock(weeks * 7 * DAY_MS);
    const week = await phone.figures();
    for (const name of COUNTED) sums[name] += week[name] ?? 0;
  }
  return sums;
}

async function saved({ page }, button, file) {
  const taken = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).first().click();
  await (await taken).saveAs(file);
}

function take({ page }, file) {
  return page.getByLabel('Nhận tệp của người khác').last().setInputFiles(file);
}
