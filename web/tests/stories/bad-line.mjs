/** At 256 kbit/s, with every fifth piece lost and connections that die: nobody waits, nothing is lost, nothing is claimed. */
import assert from 'node:assert/strict';
import { BadLine } from '../bad-line.mjs';
import { waitFor } from '../wait.mjs';

const PEOPLE = ['Lâm Thị Đẹp', 'Trần Văn Út', 'Ngô Thị Bé', 'Lê Văn Sáu', 'Thạch Sa Rinh'];

export async function story({ server, phone, step }) {
  const line = await BadLine.to(server.address);
  const khoa = await phone('anh Khoa', line.address);
  await khoa.enrol(server);
  khoa.expects(/Failed to load resource|ERR_/);
  line.worsen();
  await step('five people, one after the other, while the line is bad', async () => {
    for (const name of PEOPLE) {
      await khoa.addPerson({ name, birth: '1960' });
      await khoa.back();
    }
  });
  await step('all of them arrive, by tries that the phone makes itself', async () => {
    let told = 0;
    await waitFor('the server has five', async () => {
      const here = (await server.figures()).dossiers ?? 0;
      assert.ok(here >= told, 'what was received is not lost again');
      told = here;
      // As a phone in a pocket: looked at now and then.
      await khoa.lookAtAgain();
      return here === PEOPLE.length;
    });
    await khoa.goTo('Gửi nhận');
    await waitFor('nothing waits any more', async () => {
      await khoa.lookAtAgain();
      return (await khoa.page.getByText('Trên máy này', { exact: true }).count()) <= 1;
    });
  });
  await step('each is there once', async () => {
    assert.equal((await server.figures()).dossiers, PEOPLE.length);
    for (const { rejected } of await server.ask('/v1/devices')) assert.equal(rejected, 0);
    assert.ok(line.died > 0, 'the line was not bad enough to show anything');
  });
  line.close();
}
