/**
 * The console in a real browser against a real server: `node tests/console.mjs [--out DIR]`.
 *
 * The server is `sampan demo`, at `SAMPAN` or in the workspace's target folder, on a port it
 * chooses itself. It serves the built app if `dist/` is there; otherwise vite serves the app and
 * passes `/v1` on. Pictures go to DIR, to `PICTURES`, or to a temporary folder. Every promise stands in its name; the first that is broken
 * leaves a picture and stops the run.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { Phone } from './phone.mjs';
import { waitFor } from './wait.mjs';

const { values: options } = parseArgs({ options: { out: { type: 'string' } } });
const OUT = options.out ?? process.env['PICTURES'] ?? join(tmpdir(), 'sampan-console');
const WEB = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(WEB, 'dist');
const SAMPAN = process.env['SAMPAN'] ?? join(process.env['CARGO_TARGET_DIR'] ?? join(WEB, '../target'), 'debug/sampan');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 640 };
const START_MS_MAX = 120_000;
const WAIT_MS_MAX = 20_000;

const PROMISES = {
  async 'a wrong password is not let in, and nothing says what was wrong'({ page, open, demo }) {
    await open('');
    await knock(page, { name: demo.accounts[0].name, password: 'không phải mật khẩu' });
    await page.getByText('Sai tên hoặc mật khẩu').waitFor();
    await looks('sign-in', page);
  },

  async 'name and password open the console by keyboard alone, at the own unit'({ page, open, demo }) {
    await open('');
    await knock(page, demo.coordinator);
    await page.getByRole('heading', { name: `Tiến độ: ${demo.province.name}` }).waitFor();
    await page.getByText('Trực tiếp').waitFor();
    assert.ok(!page.url().includes(demo.coordinator.name));
    assert.equal(await page.evaluate(() => document.cookie), '', 'a script sees the cookie');
  },

  async 'drilling down reaches the commune, and the way stands in the address'({ page, demo }) {
    const { province, commune } = demo;
    await page.getByRole('button', { name: commune.name, exact: true }).click();
    await page.getByRole('heading', { name: `Tiến độ: ${commune.name}` }).waitFor();
    assert.match(page.url(), new RegExp(`#progress\\?path=${province.unit}\\.${commune.unit}$`));
  },

  async 'every figure is what the server answers, a dash where no target is set'({ page, demo }) {
    const answer = await demo.ask(`progress?unit=${demo.commune.unit}`);
    await sameFigures(page, answer.unit);
    const rows = await page.getByRole('table', { name: 'Xếp hạng đơn vị' }).locator('tbody tr').all();
    assert.equal(rows.length, answer.children.length);
    const shown = new Map();
    for (const row of rows) {
      const words = await row.locator('.col-done').innerText();
      shown.set(await row.locator('th').innerText(), words.replace(/\s+/g, ' '));
    }
    for (const child of answer.children) assert.equal(shown.get(child.name), doneOfTarget(child), child.name);
    await looks('progress', page);
  },

  async 'percentages are as the server cut them'({ page, demo }) {
    const { unit } = await demo.ask(`progress?unit=${demo.commune.unit}`);
    const target = unit.targets.find(({ indicator }) => indicator === 'eid-activated');
    assert.equal(plain(await page.locator('.headline-rate').innerText()), `${target.percent.replace('.', ',')} %`);
  },

  async 'a day in the address gives the figures of that day'({ page, demo }) {
    const { as_of: today } = await demo.ask(`progress?unit=${demo.commune.unit}`);
    const day = new Date(Date.parse(today) - 10 * 86_400_000).toISOString().slice(0, 10);
    await page.getByLabel('Tính đến ngày').fill(day.split('-').reverse().join('/'));
    await page.keyboard.press('Enter');
    await page.getByText('Số liệu tính đến').waitFor();
    assert.match(page.url(), new RegExp(`day=${day}`));
    await sameFigures(page, (await demo.ask(`progress?unit=${demo.commune.unit}&day=${day}`)).unit);
    await page.reload();
    await page.getByText('Số liệu tính đến').waitFor();
    await page.goBack();
    await page.getByText('Số liệu tính đến').waitFor({ state: 'detached' });
  },

  async 'figures told apart by team, day, area, place and shift add up to the unit as the server answers'({ page, demo }) {
    const part = page.locator('[data-part="breakdown"]');
    const { unit } = await demo.ask(`progress?unit=${demo.commune.unit}`);
    const all = new Map(unit.figures.map(({ indicator, count }) => [indicator, count]));
    for (const [by, name] of [['day', 'Ngày'], ['area', 'Vùng'], ['place', 'Địa điểm'], ['place-area', 'Loại địa bàn'], ['shift', 'Ca'], ['team', 'Tổ']]) {
      await part.getByRole('button', { name, exact: true }).click();
      const first = ['place', 'place-area', 'shift'].includes(by) ? 'sessions' : 'eid-activated';
      const shown = await part.locator(`tbody .col-${first}`);
      await part.locator(`thead th:has-text("${name}")`).first().waitFor();
      await page.waitForFunction(
        ([column, wanted]) => {
          const cells = [...document.querySelectorAll(`[data-part="breakdown"] tbody .col-${column}`)];
          return cells.reduce((sum, cell) => sum + Number(cell.textContent.replace(/\D/g, '')), 0) === wanted;
        },
        [first, all.get(first) ?? 0],
      );
      assert.ok((await shown.count()) > 0, by);
    }
    assert.ok((await part.locator('tbody th').allInnerTexts()).some((words) => words.startsWith('Tổ ')), 'no team has a name');
    await part.getByRole('button', { name: 'Vùng', exact: true }).click();
    await part.getByRole('rowheader', { name: 'Thành thị' }).waitFor();
    assert.match(page.url(), /by=area/);
    await pictured('breakdown-part', page, part);
    await looks('breakdown', page);
  },

  async 'each team says when it was heard, and what is known to be missing stands beside the figures'({ page, demo }) {
    const { unit, teams } = await demo.ask(`freshness?unit=${demo.commune.unit}`);
    assert.ok(unit.phones > 0 && teams.length > 0, 'no phone works in the demo');
    const part = page.locator('[data-part="contacts"]');
    const rows = part.locator('tbody tr');
    await rows.first().waitFor();
    assert.equal(await rows.count(), teams.length);
    for (const { team, phones, unsent } of teams) {
      const row = part.locator('tr', { has: page.locator(`[data-team="${team}"]`) });
      const shown = await Promise.all(['phones', 'unsent'].map((column) => row.locator(`.col-${column}`).innerText()));
      assert.deepEqual(shown.map((words) => Number(words.replace(/\D/g, ''))), [phones, unsent], `team ${team}`);
    }
    await pictured('contacts-part', page, part);
    const heads = await page.locator('[data-part="figures"] h2, [data-part="breakdown"] h2, [data-part="services"] h2, [data-part="online"] h2').allInnerTexts();
    assert.equal(heads.length, 4);
    for (const words of heads) {
      assert.match(words, /Tính đến/);
      if (unit.silent > 0) assert.ok(words.includes(`${unit.silent}/${unit.phones} máy im lặng`), words);
    }
  },

  async 'each service says who was guided, and what was reported from below stands beside it'({ page, demo }) {
    const { services, obstacles } = await demo.ask(`services?unit=${demo.commune.unit}`);
    const part = page.locator('[data-part="services"]');
    const rows = part.getByRole('table', { name: 'Hướng dẫn từng dịch vụ' }).locator('tbody tr');
    await rows.first().waitFor();
    assert.equal(await rows.count(), services.length);
    for (const row of await rows.all()) {
      const number = await row.locator('[data-service]').getAttribute('data-service');
      const { guided } = services.find(({ service }) => String(service) === number);
      assert.equal((await row.locator('.col-guided').innerText()).replace(/\D/g, ''), String(guided), number);
    }
    assert.ok(services.some(({ guided }) => guided > 0), 'nobody was guided');
    assert.ok(obstacles > 0, 'nothing was reported');
    const reported = await demo.ask(`reported?unit=${demo.commune.unit}`);
    const lines = part.getByRole('table', { name: 'Vướng mắc từ dưới báo lên' }).locator('tbody tr');
    await lines.first().waitFor();
    assert.equal(await lines.count(), reported.length);
    for (const { text } of reported) await part.getByText(text).first().waitFor();
    await pictured('services-part', page, part);
  },

  async 'a domain without a denominator has a dash and no rate'({ page, demo }) {
    const { unit } = await demo.ask(`progress?unit=${demo.commune.unit}`);
    const served = unit.parts.filter(({ of }) => of.endsWith('-received')).length;
    const cells = await page.getByRole('table', { name: 'Tỷ lệ nộp trực tuyến theo lĩnh vực' }).locator('.col-rate').allInnerTexts();
    assert.deepEqual([cells.length, cells.filter((cell) => cell === '–').length], [5, 5 - served]);
  },

  async 'possible doubles are a number, and their list is for those who may read them'({ page, demo }) {
    const { residents, listed } = await demo.ask(`doubles?unit=${demo.commune.unit}`);
    await page.locator(`[data-part="doubles"] [data-count="${residents}"]`).waitFor();
    await pictured('doubles-part', page, page.locator('[data-part="doubles"]'));
    assert.deepEqual(listed, [], 'a coordinator reads names');
    assert.ok(residents > 0, 'nobody is listed twice in the demo');
    const read = await demo.ask(`doubles?unit=${demo.commune.unit}`, demo.officer);
    assert.equal(read.residents, residents);
    assert.ok(read.listed.length > 0);
  },

  async 'the table goes out as a file with the figures it shows'({ page, demo }) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Xuất', exact: true }).click()]);
    const text = await read(await file.createReadStream());
    const { children } = await demo.ask(`progress?unit=${demo.commune.unit}`);
    assert.equal(text.trim().split('\r\n').length, children.length + 1);
    for (const child of children) assert.ok(text.includes(`"${child.name}",`), child.name);
  },

  async 'the same table goes out as a workbook, and for the public without small counts'({ page, demo }) {
    await page.getByLabel('Dạng tệp').selectOption('xlsx');
    const [book] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Xuất', exact: true }).click()]);
    assert.match(book.suggestedFilename(), /\.xlsx$/);
    assert.equal((await read(await book.createReadStream())).slice(0, 2), 'PK');
    await page.getByLabel('Dạng tệp').selectOption('json');
    await page.getByLabel('công khai').check();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Xuất', exact: true }).click()]);
    const { rows } = JSON.parse(await read(await file.createReadStream()));
    const { children } = await demo.ask(`progress?unit=${demo.commune.unit}`);
    assert.equal(rows.length, children.length);
    for (const row of rows) assert.ok(typeof row['Số lượng'] !== 'number' || row['Số lượng'] === 0 || row['Số lượng'] >= 5, JSON.stringify(row));
    await page.getByLabel('công khai').uncheck();
  },

  async 'sessions and attendances go out row by row, and add up to what the page shows'({ page, demo }) {
    const { sessions } = await demo.ask(`sessions?unit=${demo.commune.unit}`);
    assert.ok(sessions.length > 0, 'nobody was guided');
    const { unit } = await demo.ask(`progress?unit=${demo.commune.unit}`);
    const count = (indicator) => unit.figures.find((one) => one.indicator === indicator).count;
    const attended = sessions.reduce((sum, one) => sum + one.attendances, 0);
    assert.deepEqual([sessions.length, attended], [count('sessions'), count('attendances')]);
    const part = page.locator('[data-part="sessions-export"]');
    const rows = { sessions: sessions.length, attendances: sessions.flatMap(({ outcomes }) => outcomes).length };
    for (const list of ['sessions', 'attendances']) {
      await part.getByLabel('Bảng').selectOption(list);
      const [file] = await Promise.all([page.waitForEvent('download'), part.getByRole('button', { name: 'Lưu thành tệp' }).click()]);
      assert.match(file.suggestedFilename(), new RegExp(`^sampan-${list}-`));
      assert.equal((await read(await file.createReadStream())).trim().split('\r\n').length, rows[list] + 1);
    }
    await pictured('sessions-export-part', page, part);
    const acts = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ kind }) => kind === 'list-exported');
    for (const list of ['sessions', 'attendances']) assert.ok(acts.some(({ act }) => act.includes(`"${list}"`)), list);
  },

  async 'a report is frozen with its signature, and says what differs since'({ page, open, demo }) {
    await open(`#reports?path=${demo.province.unit}.${demo.commune.unit}`);
    await page.getByText('Chưa chốt báo cáo nào ở đây').waitFor();
    await page.getByRole('button', { name: 'Chốt báo cáo' }).click();
    await page.getByText('Từ đó đến nay không có gì khác').waitFor();
    const [{ report }] = await demo.ask('reports');
    const { key, progress, differing } = await demo.ask(`reports/${report}`);
    assert.deepEqual(differing, []);
    assert.deepEqual(progress, await demo.ask(`progress?unit=${demo.commune.unit}`));
    await page.getByText(key).waitFor();
    await looks('report', page);
    await page.getByRole('button', { name: 'Về danh sách' }).click();
    await page.getByRole('table', { name: 'Báo cáo đã chốt' }).waitFor();
    await looks('reports', page);
  },

  async 'an invite shows its QR code and link, once'({ page }) {
    await page.getByRole('button', { name: /^Máy và người/ }).click();
    await page.getByRole('heading', { name: 'Máy và người' }).waitFor();
    await page.getByRole('table', { name: 'Máy đang dùng' }).waitFor();
    await page.getByRole('button', { name: 'Mời người mới' }).click();
    await page.getByLabel('Tên máy hoặc người giữ').fill('Máy thử');
    await page.getByLabel('Đơn vị', { exact: true }).waitFor();
    await looks('invite-form', page);
    await page.getByRole('button', { name: 'Tạo lời mời' }).click();
    await page.getByRole('img', { name: 'Mã QR của lời mời' }).waitFor();
    assert.match(await page.locator('.invite-link').innerText(), /^https?:\/\/[^/]+\/#i=[\w-]{22}$/);
    await looks('invite', page);
    await page.getByRole('button', { name: 'Xong, cất mã' }).click();
    assert.equal(await page.locator('.qr').count(), 0);
  },

  async 'a phone is suspended and put back to work, each step asked for twice'({ page, demo }) {
    const row = page.getByRole('row').filter({ hasText: 'Máy thứ hai' });
    for (const [step, state] of [['Tạm ngưng', 'suspended'], ['Cho làm lại', 'active']]) {
      await row.getByRole('button', { name: step }).click();
      const sure = page.getByRole('group', { name: step });
      if (step === 'Tạm ngưng') {
        await sure.getByText('Phiếu máy gửi về phải chờ duyệt').waitFor();
        await looks('devices', page);
      }
      await sure.getByRole('button', { name: step }).click();
      await row.locator('.chip').filter({ hasText: state === 'active' ? 'Đang dùng' : 'Tạm ngưng' }).waitFor();
      assert.equal((await demo.ask('devices')).find(({ label }) => label === 'Máy thứ hai').state, state);
    }
  },

  async 'a phone is given other work, and what that does to its lists is said first'({ page, demo }) {
    const row = page.getByRole('row').filter({ hasText: 'Máy thứ hai' });
    const now = async () => (await demo.ask('devices')).find(({ label }) => label === 'Máy thứ hai');
    const before = await now();
    await row.getByRole('button', { name: 'Đổi việc' }).click();
    const form = page.getByRole('group', { name: 'Đổi việc' });
    await form.getByText('máy bỏ danh sách cũ và tải danh sách mới').waitFor();
    await form.getByLabel('Tổ', { exact: false }).last().fill('7');
    for (const unit of [demo.province, demo.commune]) await chooseUnit(form, unit);
    await looks('devices-assign', page);
    const [hamlet] = await demo.ask(`units?parent=${demo.commune.unit}`);
    await chooseUnit(form, hamlet);
    await form.getByRole('button', { name: 'Đổi việc' }).click();
    await form.waitFor({ state: 'detached' });
    await page.getByRole('row').filter({ hasText: 'Máy thứ hai' }).filter({ hasText: hamlet.name }).waitFor();
    const after = await now();
    assert.deepEqual([after.team, after.units], [7, [hamlet.unit]]);
    const { role, units, team } = before;
    await demo.tell(`devices/${before.device}/assign`, { role, units, team });
  },

  async 'an approval in one window changes what another shows, without a reload'({ page, open, demo, another }) {
    assert.equal((await demo.ask('held')).length, 1);
    const watching = await another();
    await open('#decide', watching);
    await watching.locator('.queue-item').waitFor();
    await watching.getByText('Trực tiếp').waitFor();
    await watching.evaluate(() => (window.stayed = true));
    await page.getByRole('button', { name: /^Việc cần xử lý/ }).click();
    await page.locator('.queue-item').waitFor();
    await looks('held', page);
    await page.locator('.queue-item').first().focus();
    await page.keyboard.press('d');
    for (const each of [page, watching]) await each.getByText('Không có việc nào').or(each.locator('.note-good')).first().waitFor();
    assert.ok(await watching.evaluate(() => window.stayed));
    assert.equal((await demo.ask('held')).length, 0);
    assert.equal(parseInt(await watching.locator('.side-badge').innerText()), (await demo.ask('pairs')).length);
    await looks('held-none', page);
    await watching.close();
  },

  async 'signing out leaves nothing to go back to'({ page, open, demo, another }) {
    const other = await another();
    await open('#devices', other);
    await other.getByRole('button', { name: 'Đăng xuất' }).click();
    await other.getByRole('heading', { name: 'Đăng nhập' }).waitFor();
    await other.goBack().catch(() => undefined);
    await open('#progress', other);
    await other.getByRole('heading', { name: 'Đăng nhập' }).waitFor();
    await other.close();
    await page.getByRole('heading', { name: 'Đăng nhập' }).waitFor();
  },

  async 'a person is found without marks, and no address or title holds a name'({ page, open, demo }) {
    await open('');
    await knock(page, demo.officer);
    await page.getByRole('button', { name: 'Hồ sơ', exact: true }).click();
    const { all, lines } = await demo.search('');
    await page.getByText(`${all} người / ${all} người`).waitFor();
    await looks('dossiers', page);
    const { name } = lines[0];
    await page.getByLabel('Tìm tên hoặc 3 số cuối').fill(folded(name));
    const { fitting } = await demo.search(folded(name));
    await page.getByText(`${fitting} người / ${all} người`).waitFor();
    await page.getByRole('button', { name, exact: true }).first().press('Enter');
    await page.getByRole('heading', { level: 1, name }).waitFor();
    assert.match(page.url(), /dossier=[0-9a-f]{32}$/);
    assert.ok(!(await page.title()).includes(name));
    await looks('dossier', page);
    await page.getByRole('button', { name: 'Về danh sách' }).click();
    assert.equal(await page.getByLabel('Tìm tên hoặc 3 số cuối').inputValue(), folded(name));
  },

  async 'two ways of writing stand side by side with their authors until one is chosen'({ page, demo }) {
    const { fitting, lines } = await demo.search('', 'conflicted');
    await page.getByLabel('Tìm tên hoặc 3 số cuối').fill('');
    await page.getByRole('group', { name: 'Lọc hồ sơ' }).getByRole('button', { name: 'Cần chọn' }).click();
    await page.getByText(`${fitting} người /`).waitFor();
    await page.getByRole('button', { name: lines[0].name, exact: true }).click();
    await page.getByRole('heading', { level: 1, name: lines[0].name }).waitFor();
    const field = page.locator('.said-field.conflicted');
    assert.equal(await field.locator('.said-value').count(), 2);
    await looks('dossier-conflict', page);
    const chosen = await field.locator('.said-shown').first().innerText();
    await field.getByRole('button', { name: 'Ghi này đúng' }).first().click();
    await page.getByText('Đã lưu vào hồ sơ').waitFor();
    await page.locator('.said-field.conflicted').waitFor({ state: 'detached' });
    await page.locator('.said-shown').filter({ hasText: chosen }).waitFor();
    const { fields } = await demo.ask(`dossiers/${documentIn(page)}`, demo.officer);
    assert.ok(fields.every((field) => !field.is_conflicted));
  },

  async 'what somebody else wrote while the form was open stands beside what is saved'({ page, demo }) {
    const path = `dossiers/${documentIn(page)}`;
    const field = page.locator('.said-field[data-field=note]');
    await field.getByRole('button', { name: 'Sửa' }).click();
    const before = await demo.ask(path, demo.lead);
    await demo.send(`${path}/edit`, { heads: before.heads, put: { key: 'note', value: 'Nhà có chó' } }, demo.lead);
    await field.getByLabel('Ghi chú').fill('Nhà sau chợ');
    await looks('dossier-form', page);
    await field.getByRole('button', { name: 'Lưu' }).click();
    await page.getByText('Lúc trang này mở, có người ghi khác').waitFor();
    for (const words of ['Nhà có chó', 'Nhà sau chợ', 'Danh Thị Thắm', 'Trần Văn Tâm']) await field.getByText(words).first().waitFor();
    await page.waitForFunction(() => document.activeElement?.tagName === 'H1' && document.querySelector('.console-body').scrollTop === 0);
    await looks('dossier-beside', page);
  },

  async 'a value that does not fit is refused in words, and what was there stays'({ page, demo }) {
    const field = page.locator('.said-field[data-field=phone]');
    await field.getByRole('button', { name: 'Sửa' }).click();
    await field.getByLabel('Số điện thoại').fill('12');
    await page.keyboard.press('Enter');
    await field.locator('.field-remark').waitFor();
    assert.equal(await field.getByLabel('Số điện thoại').inputValue(), '12');
    await looks('dossier-refused', page);
    assert.ok(await field.locator('.said-shown').count());
    await page.keyboard.press('Escape');
    await field.getByLabel('Số điện thoại').waitFor({ state: 'detached' });
  },

  async 'what happened is taken back with a reason, and stays to be seen'({ page }) {
    const lines = page.locator('.happened').first().locator('.happened-line');
    const all = await lines.count();
    await lines.first().getByRole('button', { name: 'Bỏ việc này' }).click();
    await looks('dossier-void', page);
    await page.getByRole('group', { name: 'Vì sao' }).getByRole('button', { name: 'Ghi nhầm' }).first().click();
    await page.getByText('Đã bỏ 1 việc').waitFor();
    assert.equal(await lines.count(), all - 1);
  },

  async 'markup that somebody typed stays text, and no script comes of it'({ page, demo }) {
    const hostile = `<img src="x" onerror="document.body.dataset.broken='yes'"><b>Út</b>`;
    const path = `dossiers/${documentIn(page)}`;
    const { heads } = await demo.ask(path, demo.officer);
    await demo.send(`${path}/edit`, { heads, put: { key: 'addr', value: hostile } }, demo.officer);
    await page.getByText(hostile, { exact: true }).first().waitFor();
    assert.equal(await page.locator('main img, main b').count(), 0);
    assert.equal(await page.evaluate(() => document.body.dataset.broken), undefined);
    if (!demo.serves) return;
    const taken = await page.evaluate(() => {
      try {
        document.createElement('p').innerHTML = '<b>';
        return 'taken';
      } catch (cause) {
        return cause.name;
      }
    });
    assert.equal(taken, 'TypeError', 'the page trusts any text');
  },

  async 'a person gets a copy of everything held on them, and that is written down'({ page, open, demo }) {
    const [document] = [documentIn(page)];
    await page.getByRole('button', { name: 'Bản cho người dân' }).click();
    const copy = page.getByRole('region', { name: 'Mọi điều đang giữ về một người' });
    for (const words of ['Nhà sau chợ', 'Nhà có chó', '<b>Út</b>']) await copy.getByText(words).first().waitFor();
    await looks('dossier-export', page);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await page.getByRole('navigation', { name: 'Các trang' }).isVisible(), false);
    assert.ok((await copy.boundingBox()).width > DESK.width * 0.8, 'the paper is not used');
    await page.screenshot({ path: join(OUT, 'dossier-export-paper.png'), fullPage: true });
    await page.emulateMedia({ media: null });
    const [file] = await Promise.all([page.waitForEvent('download'), copy.getByRole('button', { name: 'Tải tệp' }).click()]);
    const held = JSON.parse(await read(await file.createReadStream()));
    assert.equal(held.dossier, document);
    assert.ok(held.documents.some(({ kind }) => kind === 'dossier'));
    const [last] = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ kind }) => kind === 'exported').slice(-1);
    assert.deepEqual([last.who, last.about], [demo.officer.name, document]);
    await copy.getByRole('button', { name: 'Đóng' }).click();
    demo.exported = document;
  },

  async 'a thing is taken out of a dossier with its history once it was asked twice, and the rest stays'({ page, open, demo }) {
    const { lines } = await demo.search('', null);
    const others = lines.filter(({ is_conflicted, document }) => !is_conflicted && document !== documentIn(page) && document !== demo.exported);
    const { document: before } = others.at(-1);
    await open(`#dossiers?path=${demo.commune.unit}&dossier=${before}`);
    const field = page.locator('.said-field[data-field=addr]');
    await demo.send(`dossiers/${before}/edit`, { heads: (await demo.ask(`dossiers/${before}`, demo.officer)).heads, put: { key: 'addr', value: 'Mật khẩu: 1234' } }, demo.officer);
    await field.getByText('Mật khẩu: 1234').waitFor();
    await field.getByRole('button', { name: 'Lấy hẳn khỏi hồ sơ' }).click();
    await looks('dossier-take-out', page);
    await page.getByRole('group', { name: 'Lấy hẳn mục này ra?' }).getByRole('button', { name: 'Lấy hẳn ra' }).click();
    await page.waitForURL((url) => !url.href.includes(before));
    await field.getByText('Mật khẩu: 1234').waitFor({ state: 'detached' });
    const { fields } = await demo.ask(`dossiers/${documentIn(page)}`, demo.officer);
    assert.ok(fields.some(({ key }) => key === 'name'), 'the name went, too');
    const acts = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ kind, about }) => kind === 'refounded' && about === before);
    assert.deepEqual(acts.map(({ who }) => who), [demo.officer.name]);
  },

  async 'two ways of writing wait in a queue with who wrote each and when, until somebody who may chooses'({ page, open, demo }) {
    await open(`#decide?path=${demo.commune.unit}&queue=conflicts`);
    await page.getByRole('heading', { level: 1, name: 'Việc cần xử lý' }).waitFor();
    const { fitting, lines } = await demo.search('', 'conflicted');
    await page.getByText(`${fitting} hồ sơ có chỗ ghi khác nhau`).waitFor();
    const detail = page.getByRole('region', { name: 'Chi tiết phiếu đang chọn' });
    await detail.locator('.beside .said-value').nth(1).waitFor();
    const { fields } = await demo.ask(`dossiers/${lines[0].document}`, demo.officer);
    const { values } = fields.find(({ is_conflicted }) => is_conflicted);
    for (const { wrote } of values) await detail.getByText(`${wrote.by} ghi`, { exact: false }).first().waitFor();
    assert.ok(!/mới (hơn|nhất)/.test(await detail.innerText()), 'one is called newer');
    await looks('decide-conflicts', page);
    await detail.getByRole('button', { name: 'Ghi này đúng' }).first().click();
    await page.getByText('Đã lưu vào hồ sơ').waitFor();
    if (fitting === 1) await page.getByText('Không còn việc chờ ở đây').waitFor();
    const [last] = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ kind }) => kind === 'edited').slice(-1);
    assert.deepEqual([last.who, last.about], [demo.officer.name, lines[0].document]);
  },

  async 'two dossiers with one number stand side by side, are united, and come apart again for good'({ page, demo }) {
    await page.getByRole('group', { name: 'Loại việc' }).getByRole('button', { name: 'Nghi trùng người' }).click();
    const before = await demo.ask('pairs', demo.officer);
    assert.deepEqual(before.map(({ is_one_unit }) => is_one_unit).sort(), [false, true]);
    const pair = before.find(({ is_one_unit }) => is_one_unit);
    await page.locator('.queue-item').nth(before.indexOf(pair)).click();
    const detail = page.getByRole('region', { name: 'Chi tiết phiếu đang chọn' });
    const born = detail.getByRole('row').filter({ hasText: 'Năm sinh' });
    for (const { birth_year } of pair.people) await born.getByText(String(birth_year), { exact: true }).waitFor();
    await born.getByText('khác nhau').waitFor();
    await looks('decide-doubles', page);
    await detail.getByRole('button', { name: 'Đúng là một người' }).click();
    await page.getByText('Đã ghi: đúng là một người').waitFor();
    assert.equal((await demo.ask('pairs', demo.officer)).length, before.length - 1);
    await detail.getByRole('button', { name: /^Một người, tính ở / }).first().waitFor();
    await looks('decide-doubles-units', page);
    await detail.getByRole('button', { name: 'Hai người khác nhau' }).click();
    await page.getByText('Không còn việc chờ ở đây').waitFor();
    await page.getByRole('group', { name: 'Loại việc' }).getByRole('button', { name: 'Đã gộp' }).click();
    const union = page.getByRole('list', { name: 'Đã gộp' }).getByRole('listitem').filter({ hasText: `${demo.officer.name} gộp` });
    await union.getByRole('button', { name: 'Tách lại' }).click();
    await page.getByRole('group', { name: 'Tách lại hai hồ sơ này?' }).waitFor();
    await looks('decide-unions', page);
    await page.getByRole('group', { name: 'Tách lại hai hồ sơ này?' }).getByRole('button', { name: 'Tách lại' }).click();
    await page.getByText('Đã tách thành hai hồ sơ').waitFor();
    assert.deepEqual(await demo.ask('pairs', demo.officer), [], 'somebody would be asked again');
    const kinds = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ who }) => who === demo.officer.name).map(({ kind }) => kind);
    for (const kind of ['united', 'parted', 'refounded']) assert.ok(kinds.includes(kind), kind);
  },

  async 'two people whom a worker marked on a phone as one are asked about first, with who and when, and dismissing that can be undone'({ page, open, demo, folder }) {
    const phone = new Phone({ name: 'anh Lực', folder, address: demo.address });
    try {
      await phone.start();
      await phone.enrol(demo.field, 'team-member');
      const { lines } = await demo.search('', null);
      const own = lines.filter(({ unit, is_conflicted, name }) => unit === demo.hamlet.unit && !is_conflicted && lines.filter((line) => line.name === name).length === 1);
      const [one, other] = own;
      await waitFor('the phone has the list', async () => {
        await phone.lookAtAgain();
        return (await phone.page.getByRole('button', { name: new RegExp(`^${lines.find(({ unit }) => unit === demo.hamlet.unit).name}`) }).count()) > 0;
      });
      await phone.openPerson(one.name);
      await phone.page.getByRole('button', { name: /^Báo trùng với hồ sơ khác/ }).click();
      await phone.page.getByRole('searchbox').fill(other.name);
      await phone.page.getByRole('button', { name: new RegExp(`^${other.name}`) }).first().click();
      await phone.page.getByText(`Đã báo là một người với ${other.name}`, { exact: false }).waitFor();
      const documents = [other.document, one.document];
      const first = async () => (await demo.ask('pairs', demo.officer))[0];
      await waitFor('the mark has come', async () => {
        await phone.lookAtAgain();
        return (await first())?.people.map(({ document }) => document).join() === documents.join();
      });
      await open('#decide?queue=doubles');
      const queue = page.locator('.queue-item');
      await queue.filter({ hasText: other.name }).first().waitFor();
      assert.match(await queue.first().innerText(), new RegExp(`${other.name}[^]*tổ báo`), 'the mark is not the first');
      await queue.first().click();
      const detail = page.getByRole('region', { name: 'Chi tiết phiếu đang chọn' });
      await detail.getByText(/^anh Lực báo hai hồ sơ này là một người, /).waitFor();
      for (const { name } of [one, other]) await detail.getByRole('row').filter({ hasText: 'Họ tên' }).getByText(name, { exact: true }).waitFor();
      await looks('decide-marked', page);
      await detail.getByRole('button', { name: 'Hai người khác nhau' }).click();
      await page.getByText('Đã ghi: hai người khác nhau').waitFor();
      assert.ok(!(await demo.ask('pairs', demo.officer)).some(({ marks }) => marks.length > 0), 'the mark is asked about again');
      const parted = page.locator('details').filter({ hasText: 'đã ghi là hai người' });
      await parted.locator('summary').click();
      const line = parted.getByRole('listitem').filter({ hasText: other.name });
      await line.getByText(`${demo.officer.name} ghi là hai người`, { exact: false }).waitFor();
      await looks('decide-parted', page);
      await line.getByRole('button', { name: 'Xét lại' }).click();
      await page.getByText('Hai hồ sơ này lại chờ chọn').waitFor();
      assert.deepEqual((await first()).people.map(({ document }) => document), documents);
      await queue.filter({ hasText: other.name }).first().click();
      await detail.getByRole('button', { name: 'Hai người khác nhau' }).click();
      await page.getByText('Đã ghi: hai người khác nhau').waitFor();
      const acts = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ about, who }) => documents.includes(about) && who === demo.officer.name).map(({ kind }) => kind);
      for (const kind of ['parted', 'reopened']) assert.ok(acts.includes(kind), kind);
    } finally {
      await phone.picture(join(OUT, 'phone-marks.png'));
      await phone.stop();
    }
  },

  async 'what a phone hands in while a form is open at the desk stands beside what is saved, with both authors'({ page, open, demo, folder }) {
    const phone = new Phone({ name: 'chị Thắm', folder, address: demo.address });
    const note = page.locator('.said-field[data-field=addr]');
    try {
      await phone.start();
      await phone.enrol(demo.field, 'team-member');
      const { lines } = await demo.search('', null);
      const own = lines.filter(({ unit, is_conflicted, name }) => unit === demo.hamlet.unit && !is_conflicted && lines.filter((line) => line.name === name).length === 1);
      const { document, name } = own.at(-1);
      await waitFor('the phone has the list', async () => {
        await phone.lookAtAgain();
        return (await phone.page.getByRole('button', { name: new RegExp(`^${lines.find(({ unit }) => unit === demo.hamlet.unit).name}`) }).count()) > 0;
      });
      await phone.openPerson(name);
      await phone.cut();
      await phone.page.getByRole('button', { name: /^Sửa thông tin/ }).click();
      await phone.page.getByLabel('Địa chỉ').fill('Nhà đầu kênh, do máy ghi');
      await phone.press('Lưu');
      await phone.saved();
      await open(`#dossiers?path=${demo.commune.unit}&dossier=${document}`);
      await note.getByRole('button', { name: 'Sửa' }).click();
      const shown = await demo.ask(`dossiers/${document}`, demo.officer);
      await phone.mend();
      await waitFor('the phone has handed in', async () => {
        await phone.lookAtAgain();
        const now = await demo.ask(`dossiers/${document}`, demo.officer);
        return now.heads.join() !== shown.heads.join();
      });
      await note.getByLabel('Địa chỉ').fill('Nhà cuối kênh, do bàn ghi');
      await looks('dossier-before-upload', page);
      await note.getByRole('button', { name: 'Lưu' }).click();
      await page.getByText('Lúc trang này mở, có người ghi khác').waitFor();
      for (const words of ['Nhà đầu kênh, do máy ghi', 'chị Thắm ghi', 'Nhà cuối kênh, do bàn ghi', `${demo.officer.person} ghi`]) await note.getByText(words).first().waitFor();
      const { fields } = await demo.ask(`dossiers/${document}`, demo.officer);
      const { values } = fields.find(({ key }) => key === 'addr');
      assert.deepEqual(values.map(({ value }) => value).sort(), ['Nhà cuối kênh, do bàn ghi', 'Nhà đầu kênh, do máy ghi'].sort(), 'something was overwritten');
      await looks('dossier-after-upload', page);
    } finally {
      await phone.picture(join(OUT, 'phone-beside-desk.png'));
      await phone.stop();
    }
  },

  async 'lists that name people leave as filtered, each time with who took them, and never for the public'({ page, open, demo }) {
    await open(`#dossiers?path=${demo.commune.unit}`);
    const { all, fitting } = await demo.search('', 'conflicted');
    await page.getByText(`${all} người / ${all} người`).waitFor();
    const take = async (kind) => {
      await page.getByLabel('Dạng tệp').selectOption(kind);
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Xuất', exact: true }).click()]);
      return read(await file.createReadStream());
    };
    assert.equal((await take('csv')).trim().split('\r\n').length, all + 1, 'every line leaves, not only those in view');
    await page.getByRole('group', { name: 'Lọc hồ sơ' }).getByRole('button', { name: 'Cần chọn' }).click();
    await page.getByText(`${fitting} người / ${all} người`).waitFor();
    assert.equal(JSON.parse(await take('json')).rows.length, fitting);
    await open('#decide');
    assert.equal((await take('xlsx')).slice(0, 2), 'PK');
    await open('#devices');
    const devices = await demo.ask('devices', demo.officer);
    assert.equal(JSON.parse(await take('json')).rows.length, devices.length);
    const left = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ kind, who }) => kind === 'list-exported' && who === demo.officer.name);
    assert.equal(left.length, 4);
    const table = { title: 'Hồ sơ', columns: [{ name: 'Họ tên' }], rows: [] };
    const asked = { unit: demo.commune.unit, kind: 'csv', list: 'dossiers', table };
    assert.equal(await demo.refused('exports', { ...asked, is_public: true }, demo.officer), 'bad-request');
    assert.equal(await demo.refused('exports', { ...asked, is_public: false }, demo.coordinator), 'not-permitted');
  },

  async 'a list is looked at, imported and taken back, and nothing is written before'({ page, open, demo }) {
    const count = async () => {
      const { unit } = await demo.ask(`progress?unit=${demo.commune.unit}`, demo.officer);
      return unit.figures.find(({ indicator }) => indicator === 'dossiers')?.count ?? 0;
    };
    const before = await count();
    await open('#import');
    await page.getByRole('heading', { name: `Nhập vào ${demo.commune.name}` }).waitFor();
    await page.getByText('Chưa nhập bảng nào vào đây').waitFor();
    await looks('import-first', page);
    await page.getByLabel('Nguồn số liệu').fill('Công an xã');
    await page.getByLabel('Tệp Excel hoặc CSV').setInputFiles({ name: 'con-lai.csv', mimeType: 'text/csv', buffer: Buffer.from(await roster(demo)) });
    await page.getByText('Chạy thử, chưa ghi gì vào hệ thống').waitFor();
    await page.locator('[data-count=new] .number').filter({ hasText: '3' }).waitFor();
    await page.getByText('Có chữ O thay cho số 0').waitFor();
    await page.getByText('Không có ấp này trong đơn vị').waitFor();
    await looks('import-preview', page);
    assert.equal(await count(), before, 'a preview wrote');
    await page.getByRole('button', { name: 'Nhập 3 dòng' }).click();
    await page.getByText('Đã nhập 3 dòng').waitFor();
    assert.equal(await count(), before + 3);
    await looks('import-done', page);
    await page.getByRole('table', { name: 'Những lần nhập trước' }).getByRole('button', { name: 'Hoàn tác' }).click();
    await page.getByRole('group', { name: 'Hoàn tác cả lần nhập này?' }).getByRole('button', { name: 'Hoàn tác' }).click();
    await page.getByText('Đã hoàn tác 3 dòng').waitFor();
    assert.equal(await count(), before);
  },

  async 'people are lent to a card team for a day, in order, and taken back'({ page, demo, open, folder }) {
    const phone = new Phone({ name: 'đội thẻ', folder, address: demo.address });
    try {
      await phone.start();
      const device = await phone.enrol(demo.field, 'mobile-card-team');
      const lent = async () => (await demo.ask(`devices/${device}/loans`, demo.officer)).filter((one) => one.is_current);
      const { lines } = await demo.search('', null);
      const own = lines.filter(({ unit, name }) => unit === demo.hamlet.unit && lines.filter((line) => line.name === name).length === 1);
      const chosen = [own[1], own[0]];
      const { as_of: today } = await demo.ask(`progress?unit=${demo.commune.unit}`);
      const undone = own.filter(({ eid }) => eid.furthest < 5).slice(0, 4);
      const rows = undone.map(({ name, birth_year: born }) => `${name},${born},${demo.hamlet.name}`);
      const file = Buffer.from(`Họ tên,Năm sinh,Ấp\n${rows.join('\n')}\n`).toString('base64');
      const imported = { what: 'cohort', unit: demo.commune.unit, source: 'Trường THCS', list: 'Lớp 9A', as_of: today, file };
      assert.equal(await demo.refused('imports', imported, demo.officer), undefined);
      await open('#devices');
      const row = page.getByRole('row').filter({ hasText: 'đội thẻ' });
      await row.getByRole('button', { name: 'Giao danh sách ngày' }).click();
      assert.equal(await page.getByRole('button', { name: 'Giao danh sách ngày' }).count(), 2, 'a role that borrows nothing is offered it');
      const form = page.getByRole('group', { name: 'Giao danh sách ngày' });
      await chooseUnit(form, demo.commune);
      for (const { name } of chosen) {
        await form.getByLabel('Tìm người để giao').fill(name);
        await form.getByRole('list', { name: 'Người tìm được' }).getByRole('button', { name }).first().click();
      }
      await looks('devices-lend', page);
      await form.getByRole('button', { name: 'Giao danh sách ngày' }).click();
      await form.getByText('Danh sách ngày, 2 người').waitFor();
      assert.deepEqual((await lent())[0].dossiers, chosen.map(({ document }) => document));
      await phone.lookAtAgain();
      await phone.goTo('Hôm nay');
      await phone.page.getByText(chosen[0].name).first().waitFor();
      await form.getByRole('button', { name: 'Thu lại' }).click();
      await form.getByText('Danh sách ngày, 2 người').waitFor({ state: 'detached' });
      assert.deepEqual(await lent(), []);
      await form.getByRole('button', { name: /^Lớp 9A/ }).click();
      await looks('devices-lend-list', page);
      await form.getByRole('button', { name: 'Giao danh sách ngày' }).click();
      await form.getByRole('button', { name: 'Thu lại' }).waitFor();
      const [whole] = await lent();
      assert.deepEqual([whole.title, whole.dossiers.toSorted()], ['Lớp 9A', undone.map(({ document }) => document).toSorted()]);
      const granted = (await demo.ask('audit?last=1000', demo.auditor)).filter(({ kind, who }) => kind === 'granted' && who === demo.officer.name);
      assert.ok(granted.length > 0, 'nobody wrote the loan down');
    } finally {
      await phone.stop();
    }
  },

  async 'an officer for data protection sees no name, and erases nobody whom a legal matter needs'({ page, demo }) {
    await page.getByRole('button', { name: 'Đăng xuất' }).click();
    await knock(page, demo.auditor);
    await page.getByRole('heading', { level: 1, name: 'Quyền dữ liệu' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Hồ sơ', exact: true }).count(), 0);
    await page.getByText('Chưa xóa ai').waitFor();
    await page.getByLabel('Mã hồ sơ').fill('Út');
    await page.getByRole('button', { name: 'Xem hồ sơ này' }).click();
    await page.getByText('Mã gồm 32 ký tự').waitFor();
    await page.getByLabel('Mã hồ sơ').fill(demo.exported);
    await page.keyboard.press('Enter');
    const one = page.getByRole('region', { name: 'Hồ sơ này' });
    await one.getByLabel('Số vụ việc').fill('VA-12/2026');
    await one.getByRole('button', { name: 'Giữ hồ sơ này' }).click();
    await one.getByText('Đang giữ cho vụ việc VA-12/2026').waitFor();
    await looks('rights-hold', page);
    assert.equal(await one.getByRole('button', { name: 'Xóa người này' }).count(), 0);
    assert.equal(await demo.refused(`dossiers/${demo.exported}/erase`, { reason: 'request' }, demo.auditor), 'on-hold');
    await one.getByRole('button', { name: 'Thôi giữ hồ sơ' }).click();
    await one.getByRole('button', { name: 'Xóa người này' }).waitFor();
  },

  async 'somebody is erased once the code was typed again, and phones that still have to forget are counted'({ page, demo }) {
    const address = page.url();
    await page.getByRole('button', { name: 'Xóa người này' }).click();
    const form = page.getByRole('group', { name: 'Xóa người này' });
    await form.getByText('Không ai lấy lại được').waitFor();
    const now = form.getByRole('button', { name: 'Xóa hẳn' });
    await form.getByLabel(/^Gõ /).fill('abc');
    assert.equal(await now.getAttribute('aria-disabled'), 'true');
    await looks('rights-erase', page);
    await form.getByLabel(/^Gõ /).fill(demo.exported.slice(-6));
    await now.click();
    await page.getByText('Đã xóa. Bảng dưới').waitFor();
    const row = page.getByRole('row').filter({ hasText: demo.exported });
    await row.getByText('Đã hủy').waitFor();
    await row.getByText(/\d+ máy đã xóa, còn \d+ máy/).waitFor();
    await looks('rights-erased', page);
    assert.equal(page.url(), address, 'no code goes into the address');
    assert.equal(await demo.refused(`dossiers/${demo.exported}`, undefined, demo.officer), 'no-dossier');
  },

  async 'the record of acts names what was done and is whole, and its signed head can be kept elsewhere'({ page }) {
    await page.getByRole('button', { name: 'Nhật ký' }).click();
    const table = page.getByRole('table', { name: 'Ai đã làm gì' });
    const older = page.getByRole('button', { name: 'Xem thêm dòng cũ' });
    const exported = table.getByText('Xuất bản cho người dân', { exact: true });
    // The promises before this one may leave more lines than the page shows at first.
    await waitFor('the export stands among the lines', async () => {
      const isThere = (await exported.count()) > 0;
      if (!isThere && (await older.isVisible())) await older.click();
      return isThere;
    });
    for (const act of ['Xóa người', 'Giữ cho vụ việc', 'Thôi giữ', 'Xuất bản cho người dân']) await table.getByText(act, { exact: true }).first().waitFor();
    await page.getByRole('button', { name: 'Kiểm tra nhật ký' }).click();
    await page.getByText('Nhật ký còn nguyên').waitFor();
    assert.match(await page.locator('[data-part=head]').innerText(), /^[\w-]{80,}$/);
    await looks('audit', page);
    await page.getByRole('button', { name: 'Đăng xuất' }).click();
    await page.getByRole('heading', { name: 'Đăng nhập' }).waitFor();
  },

  async 'a lead sees the own hamlet, and not what a lead does not do'({ page, open, demo }) {
    await knock(page, demo.lead);
    await page.locator('.console').waitFor();
    assert.equal(await page.getByRole('button', { name: /^Việc cần xử lý/ }).count(), 0);
    await open(`#progress?path=${demo.commune.unit}`);
    await page.getByText('Tài khoản này không có quyền ở đây').waitFor();
    await looks('not-permitted', page);
    await open('#progress');
    await page.getByRole('heading', { name: /^Tiến độ: / }).waitFor();
  },

  async 'a server that is gone is said so, with since when'({ page, demo }) {
    await demo.stop();
    await page.locator('.console-lost').waitFor();
    await looks('lost', page);
  },
};

/** A list as an office keeps it: letterhead above, two rows wrong, one to look at. */
async function roster(demo) {
  const [{ name: hamlet }] = await demo.ask(`units?parent=${demo.commune.unit}`, demo.officer);
  return [
    'CÔNG AN XÃ,,,,', 'STT,Họ và tên,Năm sinh,Số định danh,Ấp',
    `1,Phạm Hữu Đời,1959,099059900417,${hamlet}`, `2,Sơn Thị Út,1987,09918790268O,${hamlet}`, '3,Lý Kim Cẩm,1994,099194904471,Ấp 7B',
    `4,Ðặng Văn Đào,1962,099062903318,${hamlet}`, `5,Châu Quốc Khoa,,,${hamlet}`, 'Tổng cộng,5,,,',
  ].join('\n');
}

/** Stands in a picture of both sizes, without findings of axe and without sideways scrolling. */
async function looks(name, page) {
  for (const viewport of [PHONE, DESK]) {
    await page.setViewportSize(viewport);
    const label = `${name}-${viewport.width}`;
    await page.screenshot({ path: join(OUT, `${label}.png`), fullPage: true });
    await page.evaluate(await source());
    const { violations } = await page.evaluate(() => window.axe.run());
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
    assert.deepEqual(found, [], label);
    const over = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('.console-body')].filter((box) => box.scrollWidth > box.clientWidth + 1).length,
    );
    assert.equal(over, 0, `${label} is wider than the screen`);
  }
}

/** A part of a page that is further down, in a picture of both sizes. */
async function pictured(name, page, part) {
  for (const viewport of [PHONE, DESK]) {
    await page.setViewportSize(viewport);
    await part.screenshot({ path: join(OUT, `${name}-${viewport.width}.png`) });
  }
}

let axe;
async function source() {
  axe ??= (await import('node:fs/promises')).readFile(AXE, 'utf8');
  return axe;
}

/** Signs in by keyboard alone. */
async function knock(page, { name, password }) {
  await page.getByRole('heading', { name: 'Đăng nhập' }).waitFor();
  await page.locator('body').focus();
  for (const typed of [name, password]) {
    await page.keyboard.press('Tab');
    await page.keyboard.press('Control+A');
    await page.keyboard.type(typed);
  }
  await page.keyboard.press('Enter');
}

/** The page's own table of all figures beside what the server answers. */
async function sameFigures(page, unit) {
  const wanted = unit.figures.map(({ indicator, count }) => `${indicator} ${count}`).sort();
  await page.waitForFunction(
    (all) => {
      const rows = [...document.querySelectorAll('[data-part="figures"] tbody tr')];
      const shown = rows.map((row) => `${row.querySelector('[data-indicator]').dataset.indicator} ${row.querySelector('.col-count').textContent.replace(/\D/g, '')}`);
      return JSON.stringify([...new Set(shown)].sort()) === all;
    },
    JSON.stringify(wanted),
  );
}

function doneOfTarget({ figures, targets }) {
  const target = targets.find(({ indicator }) => indicator === 'eid-activated');
  const count = figures.find(({ indicator }) => indicator === 'eid-activated')?.count ?? 0;
  return target ? `${target.reached} / ${target.value}` : `${count} / –`;
}

/** The next list of units, where this one stands in. */
async function chooseUnit(form, { unit }) {
  const list = form.locator(`select:has(option[value="${unit}"])`);
  await list.waitFor();
  await list.selectOption(String(unit));
}

const documentIn = (page) => /dossier=([0-9a-f]{32})/.exec(page.url())[1];

/** As somebody types who leaves the marks out. */
const folded = (name) => name.normalize('NFD').replace(/[\u0300-\u036f]/g, '').replace(/[đĐ]/g, 'd').toLowerCase();

const plain = (words) => words.replace(/\s/g, ' ');

async function read(stream) {
  const pieces = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}

/** A server with a commune at work; asks it as its coordinator may. */
async function startDemo() {
  const serves = existsSync(join(DIST, 'console.html'));
  const child = spawn(SAMPAN, ['demo', '--listen', '127.0.0.1:0', ...(serves ? ['--web', DIST] : [])], { stdio: ['ignore', 'pipe', 'inherit'] });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const timer = setTimeout(() => child.kill(), START_MS_MAX);
  const accounts = [];
  let unit, address;
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, role, password] = /^account (\S+) \((\S+)\), password (\S+)$/.exec(line) ?? [];
    if (name) accounts.push({ name, role, password });
    unit ??= /^commune (\d+)/.exec(line)?.[1];
    address = /^listening at (\S+)$/.exec(line)?.[1];
    if (address) break;
  }
  clearTimeout(timer);
  if (!address) throw new Error('the server did not start');
  const by = (role) => accounts.find((account) => account.role === role);
  const coordinator = by('coordinator');
  const programs = new Map();
  for (const account of accounts) {
    programs.set(account, await program(address, account));
    account.person = programs.get(account).me.person;
  }
  const [province] = programs.get(coordinator).me.units;
  const ask = (path, account = coordinator) => programs.get(account).ask(path);
  const send = (path, body, account) => programs.get(account).ask(path, JSON.stringify(body));
  const tell = (path, body, account = coordinator) => programs.get(account).tell(path, JSON.stringify(body));
  const refused = async (path, body, account) => {
    const answer = await programs.get(account).tell(path, body && JSON.stringify(body));
    return (await answer.json()).code;
  };
  const commune = (await ask(`units?parent=${province.unit}`)).find((each) => each.unit === Number(unit));
  const officer = by('commune-police');
  const search = (text, only = null) => send('dossiers/search', { unit: commune.unit, text, only }, officer);
  const stop = () => (child.kill(), gone);
  const [hamlet] = await ask(`units?parent=${commune.unit}`);
  // What a phone's owner and the console agree on in person.
  const field = {
    invite: async (label, role) => (await send('invites', { role, units: [hamlet.unit], team: 1, label }, coordinator)).invite,
    newcomer: () => waitFor('a phone asks to be enrolled', async () => (await ask('devices')).find(({ check_code }) => check_code !== null)),
    ask: (path) => tell(path.replace('/v1/', ''), {}),
  };
  return { serves, address, accounts, coordinator, officer, hamlet, field, lead: by('team-lead'), auditor: by('auditor'), ask, send, tell, refused, search, stop, province, commune };
}

/** Signs in without a browser, to ask what the pages are to show. */
async function program(address, { name, password }) {
  const ours = { 'sec-fetch-site': 'same-origin' };
  const answer = await fetch(`${address}/v1/session`, { method: 'POST', headers: ours, body: JSON.stringify({ name, password }) });
  assert.ok(answer.ok, `${name}: ${answer.status}`);
  const [cookie] = answer.headers.get('set-cookie').split(';');
  const tell = (path, body) => {
    const sent = body === undefined ? {} : { method: 'POST', body };
    return fetch(`${address}/v1/${path}`, { ...sent, headers: { ...ours, cookie } });
  };
  const ask = async (path, body) => {
    const answer = await tell(path, body);
    assert.ok(answer.ok, `${path}: ${answer.status}`);
    return answer.json();
  };
  return { me: await answer.json(), ask, tell };
}

async function startApp({ serves, address }) {
  if (serves) return { address, close: async () => undefined };
  const server = await createServer({
    root: WEB,
    server: { port: 0, strictPort: false, hmr: false, ws: false, proxy: { '/v1': address } },
    logLevel: 'error',
  });
  await server.listen();
  return { address: `http://localhost:${server.httpServer.address().port}`, close: () => server.close() };
}

await mkdir(OUT, { recursive: true });
const folder = await mkdtemp(join(tmpdir(), 'console-'));
const demo = await startDemo();
const app = await startApp(demo);
const context = await chromium.launchPersistentContext(join(folder, 'desk'), {
  executablePath: CHROMIUM, headless: true, reducedMotion: 'reduce', acceptDownloads: true,
  locale: 'vi-VN',
  args: ['--no-sandbox', '--lang=vi', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
});
context.setDefaultTimeout(WAIT_MS_MAX);
const another = async () => {
  const page = await context.newPage();
  await page.setViewportSize(DESK);
  page.on('pageerror', (error) => console.error(`in the page: ${error.stack}`));
  return page;
};
const page = await another();
const open = (hash, on = page) => on.goto(`${app.address}/console.html${hash}`);
try {
  console.log(`the app comes from ${demo.serves ? 'the server itself' : 'vite'}`);
  for (const [name, keeps] of Object.entries(PROMISES)) {
    if (process.env['ONLY'] && !name.includes(process.env['ONLY'])) continue;
    try {
      await keeps({ page, open, demo, another, folder });
    } catch (cause) {
      await page.screenshot({ path: join(OUT, 'broken.png'), fullPage: true });
      throw new Error(`broken: ${name}; pictures in ${OUT}`, { cause });
    }
    console.log(`kept: ${name}`);
  }
} finally {
  await context.close();
  await app.close();
  await demo.stop();
  await rm(folder, { recursive: true, force: true });
}
