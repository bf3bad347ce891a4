/** A whole personal number: hidden until somebody asks, written down before it is shown, and told to the server. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958', phone: '0951000001' };
const WHOLE = '099 158 004 127';

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  await khoa.enrol(server);
  await khoa.cut();
  await step('what was typed is not shown whole afterwards', async () => {
    await khoa.addPerson(DEP);
    await khoa.page.getByText('••• 127', { exact: true }).waitFor();
    assert.equal(await khoa.page.getByText(WHOLE).count(), 0);
  });
  await step('whoever asks sees it, also without signal', () => sees(khoa));
  await step('after a lock it is hidden again', async () => {
    await khoa.page.reload();
    await khoa.unlock();
    await khoa.page.getByText('••• 127', { exact: true }).waitFor();
    assert.equal(await khoa.page.getByText(WHOLE).count(), 0);
  });
  const officer = await phone('cán bộ Lan');
  await step('the police of the commune are sent it, and see it when they ask', async () => {
    await khoa.mend();
    await waitFor('the server counts it', async () => (await server.figures()).dossiers === 1);
    await officer.enrol(server, 'commune-police');
    await officer.openPerson(DEP.name);
    await sees(officer);
  });
  await step('the server has both in its audit, without the number', async () => {
    await officer.lookAtAgain();
    const seen = await waitFor('both are told', async () => {
      const lines = await server.ask('/v1/audit?last=1000');
      const seen = lines.filter(({ kind }) => kind === 'disclosed');
      return seen.length === 2 && seen;
    });
    assert.equal(new Set(seen.map(({ about }) => about)).size, 1);
    assert.equal(new Set(seen.map(({ who }) => who)).size, 2);
    assert.ok(!JSON.stringify(seen).includes(DEP.number));
  });
}

async function sees(phone) {
  await phone.page.getByText('Bấm để xem đủ').click();
  await phone.page.getByText(WHOLE).waitFor();
}
