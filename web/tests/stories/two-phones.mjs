/** Two phones of one hamlet work without signal, write the same citizen down, and become one. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const SAME = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958' };
const OWN = {
  'anh Khoa': { name: 'Trần Văn Út', number: '099047000311', birth: '1947' },
  'chị Thắm': { name: 'Nguyễn Thị Mười', number: '099162000442', birth: '1962' },
};
const TELEPHONE = { 'anh Khoa': '0951000001', 'chị Thắm': '0951000002' };
/** What the phone's owner did. */
const OWN_CARD = 'Của tôi';
/** Indicators that the results screen shows. */
const COUNTED = ['eid-activated', 'visits', 'sessions', 'people-guided'];

export async function story({ server, phone: begin, step }) {
  const khoa = await begin('anh Khoa');
  const tham = await begin('chị Thắm');
  const both = [khoa, tham];
  await step('both are invited and confirmed', async () => {
    for (const phone of both) await phone.enrol(server);
  });
  await step('the network is cut and the server dies', async () => {
    for (const phone of both) await phone.cut();
    await server.stop('SIGKILL');
  });
  for (const phone of both) {
    await step(`${phone.name} works without signal`, () => dayOf(phone));
  }
  for (const phone of both) {
    await step(`${phone.name} reloads, and everything is there`, async () => {
      await phone.page.reload();
      await phone.unlock();
      await everythingIsThere(phone);
    });
    await step(`${phone.name} starts the browser anew, and everything is there`, async () => {
      await phone.stop();
      await phone.start();
      await phone.open();
      await phone.unlock();
      await everythingIsThere(phone);
    });
  }
  await step('the server is there again, on the same data', async () => {
    await server.start();
    for (const phone of both) await phone.mend();
    await waitFor('the server counts three people', async () => (await server.figures()).dossiers === 3);
  });
  for (const phone of both) {
    await step(`${phone.name} has one dossier with both values side by side`, () => seesBoth(phone));
  }
  await step('one tap chooses, and the other phone learns it', async () => {
    const hers = khoa.page.locator('.value', { hasText: grouped(TELEPHONE['chị Thắm']) });
    await hers.getByRole('button').click();
    await khoa.page.getByRole('heading', { name: 'Hai máy ghi khác nhau' }).waitFor({ state: 'hidden' });
    await khoa.page.getByText(grouped(TELEPHONE['chị Thắm'])).waitFor();
    await nothingWaits(khoa);
    await news(tham);
    await tham.page.getByRole('heading', { name: 'Hai máy ghi khác nhau' }).waitFor({ state: 'hidden' });
    await tham.page.getByText(grouped(TELEPHONE['chị Thắm'])).waitFor();
  });
  await step('the console counts what both phones count', async () => {
    const counted = only(await server.figures(), COUNTED);
    assert.deepEqual(counted, { 'eid-activated': 2, visits: 2, sessions: 2, 'people-guided': 2 });
    const sums = {};
    for (const phone of both) {
      await phone.back();
      await news(phone);
      await phone.goTo('Kết quả');
      assert.deepEqual(only(await phone.figures(), COUNTED), counted, phone.name);
      const own = await phone.figures(OWN_CARD);
      for (const name of COUNTED) sums[name] = (sums[name] ?? 0) + own[name];
    }
    assert.deepEqual(sums, counted, 'what each did herself adds up to what all did');
  });
}

/** Two enrolments, a visit, a session. */
async function dayOf(phone) {
  await phone.addPerson({ ...SAME, phone: TELEPHONE[phone.name] });
  await phone.back();
  await phone.addPerson(OWN[phone.name]);
  await phone.visit();
  await phone.guide();
  await phone.back();
}

async function everythingIsThere(phone) {
  await phone.heading(/./).waitFor();
  if ((await phone.heading('Người dân').count()) === 0) await phone.back();
  await phone.heading('Người dân').waitFor();
  await phone.page.getByText('2 người', { exact: true }).waitFor();
  await phone.openPerson(OWN[phone.name].name);
  await phone.page.getByText(/Đến nhà · gặp được/i).waitFor();
  await phone.page.getByText(/Hướng dẫn · kích hoạt xong/i).waitFor();
  await phone.back();
}

async function seesBoth(phone) {
  await phone.heading('Người dân').waitFor();
  // Whoever comes back finds what was searched for.
  const box = phone.page.getByRole('searchbox');
  assert.equal(await box.inputValue(), OWN[phone.name].name);
  await box.fill('');
  await waitFor('three people are listed', async () => {
    await phone.lookAtAgain();
    return (await phone.page.getByText('3 người', { exact: true }).count()) > 0;
  });
  await phone.openPerson(SAME.name);
  await phone.page.getByRole('heading', { name: 'Hai máy ghi khác nhau' }).waitFor();
  await phone.press('Chọn');
  for (const [name, telephone] of Object.entries(TELEPHONE)) {
    const card = phone.page.locator('.value', { hasText: grouped(telephone) });
    await card.getByText(name, { exact: false }).waitFor();
    await card.getByText(/hôm nay|\d+:\d\d/).first().waitFor();
  }
  if (phone.name === 'chị Thắm') await phone.press('Chưa chắc, để hỏi lại sau');
}

/** Asks the server until it has everything. */
async function nothingWaits(phone) {
  await phone.lookAtAgain();
  await phone.page.getByText(/phiếu trên máy/).waitFor({ state: 'hidden' });
}

async function news(phone) {
  await phone.lookAtAgain();
}

function grouped(telephone) {
  return `${telephone.slice(0, 4)} ${telephone.slice(4, 7)} ${telephone.slice(7)}`;
}

function only(figures, names) {
  return Object.fromEntries(names.filter((name) => name in figures).map((name) => [name, figures[name]]));
}
