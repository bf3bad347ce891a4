/** A phone is reported lost: it hands in what it has, forgets everything, and says so; what arrived late waits for a decision. */
import assert from 'node:assert/strict';
import { waitFor } from '../wait.mjs';
import { everythingStored } from '../stored.mjs';

const DEP = { name: 'Lâm Thị Đẹp', number: '099158004127', birth: '1958', phone: '0951000001' };
const UT = { name: 'Trần Văn Út', number: '099047000311', birth: '1947', phone: '0951000002' };
/** What nobody may find on the phone afterwards. */
const SECRETS = ['Đẹp', 'Út', '099158004127', '158004127', '099047000311', '0951000001', '0951000002', 'Rạch Tràm', 'anh Khoa'];

export async function story({ server, phone, step }) {
  const khoa = await phone('anh Khoa');
  const device = await khoa.enrol(server);
  const listed = async () => (await server.ask('/v1/devices')).find((one) => one.device === device);
  await khoa.addPerson(DEP);
  await waitFor('the server has her', async () => (await server.figures()).dossiers === 1);
  await khoa.back();
  await step('without signal a lost phone keeps what it has: nobody can tell it', async () => {
    await khoa.cut();
    await khoa.addPerson(UT);
    await server.ask(`/v1/devices/${device}/lose`, {});
    assert.equal((await listed()).wiped, null);
    const { bytes } = await khoa.page.evaluate(everythingStored);
    assert.ok(bytes.length > 0);
  });
  await step('once it meets the server it hands in its work, and forgets', async () => {
    await khoa.mend();
    await khoa.lookAtAgain();
    await khoa.heading('Danh sách trên máy đã xóa').waitFor();
    await waitFor('the phone has said so', async () => (await listed()).wiped !== null);
    const held = await server.ask('/v1/held');
    assert.ok(held.length > 0, 'its work arrived first');
    assert.deepEqual([...new Set(held.map(({ reason }) => reason))], ['after-revocation']);
  });
  await step('nothing of anybody is left on it, not even after a restart', async () => {
    await nothingReadable(khoa);
    await khoa.kill();
    await khoa.start();
    await khoa.open();
    await khoa.heading('Danh sách trên máy đã xóa').waitFor();
    await nothingReadable(khoa);
  });
  await step('what it handed in counts once a coordinator approves it', async () => {
    for (const { document, change } of await server.ask('/v1/held')) await server.ask(`/v1/held/${document}/${change}/approve`, {});
    await waitFor('the server counts both', async () => (await server.figures()).dossiers === 2);
  });
}

/**
 * Only what is sealed to the server may be left, and the order itself, which came again and which a
 * phone without keys does not open; and no word of anybody.
 */
async function nothingReadable({ page }) {
  const { stores, bytes } = await page.evaluate(everythingStored);
  const kept = stores.filter((name) => !['Outbox', 'Custody', 'Inbox'].includes(name));
  assert.deepEqual(kept, ['outside:build', 'outside:erased', 'outside:spent', 'outside:writer']);
  const found = Buffer.from(bytes, 'latin1').toString('utf8');
  for (const secret of SECRETS) assert.ok(!found.includes(secret), `${secret} can be read`);
}
