/** One phone: a browser with a profile of its own, and what its owner does with the app. */
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM, PHONE } from './browser.mjs';
import { PATIENCE_MS, waitFor } from './wait.mjs';

const PIN = '790815';
/** A camera that nobody has to allow. */
const CAMERA = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];
/** Without the module that confirms saves, which nothing may depend on. */
export const IS_ALONE = process.env['HISTORY'] === 'blocked';

export class Phone {
  #profile;
  #isCut = false;
  #expected = /(?!)/;
  context = null;
  page = null;

  constructor({ name, folder, address }) {
    [this.name, this.address] = [name, address];
    this.#profile = join(folder, `profile-${name.replaceAll(/\W+/g, '-')}`);
  }

  /** Starts the browser; what it stored before is there again. Its camera sees what `more` arguments say. */
  async start(more = []) {
    this.context = await chromium.launchPersistentContext(this.#profile, {
      executablePath: CHROMIUM, headless: true, args: [...ARGS, ...CAMERA, ...more], viewport: PHONE, deviceScaleFactor: 2, reducedMotion: 'reduce',
    });
    this.context.setDefaultTimeout(PATIENCE_MS);
    await this.context.addInitScript(rememberSaved);
    if (IS_ALONE) await this.context.route('**/client_history*', (route) => route.abort());
    await this.context.setOffline(this.#isCut);
    this.page = this.context.pages()[0] ?? (await this.context.newPage());
    this.#listen(this.page);
  }

  /** Everything this phone has stored, on another one: as after a copy or a restore. It must be stopped. */
  async copyTo(other) {
    await rm(other.#profile, { recursive: true, force: true });
    await cp(this.#profile, other.#profile, { recursive: true });
  }

  async stop() {
    await this.context?.close();
    this.context = null;
  }

  /** The browser dies in the middle of whatever it does. */
  async kill() {
    const pid = await this.#pid();
    const closed = new Promise((resolve) => this.context.once('close', resolve));
    process.kill(pid, 'SIGKILL');
    await closed;
    await waitFor('the browser is gone', async () => !(await isAlive(pid)));
    this.context = null;
  }

  async cut() {
    this.#isCut = true;
    await this.context.setOffline(true);
  }

  async mend() {
    this.#isCut = false;
    await this.context.setOffline(false);
  }

  async open(fragment = '') {
    await this.page.goto(`${this.address}/${fragment}`);
  }

  /** What the page may complain of from now on. */
  expects(words) {
    this.#expected = words;
  }

  /** The phone's clock runs ahead by so much for whoever asks it: its worker. */
  async moveClock(aheadMs) {
    const move = (ms) => {
      self.trueNow ??= Date.now.bind(Date);
      Date.now = () => self.trueNow() + ms;
    };
    for (const worker of this.page.workers()) await worker.evaluate(move, aheadMs);
    await this.lookAtAgain();
  }

  async tab() {
    const page = await this.context.newPage();
    this.#listen(page);
    return page;
  }

  /** From an invite to the list, with the console's part done through its interface. */
  async enrol(server, role, unit) {
    const invite = await server.invite(this.name, role, unit);
    await this.open(`#i=${invite}`);
    return this.confirmed(server);
  }

  /** From the choice of a PIN to the list. */
  async confirmed(server) {
    await this.enterPin('Đặt mã PIN 6 số');
    await this.enterPin('Nhập lại mã PIN');
    await this.press('Mã giống nhau, tiếp tục');
    const { device } = await server.newcomer();
    await server.ask(`/v1/devices/${device}/confirm`, {});
    await this.lookAtAgain();
    await this.heading('Người dân').waitFor();
    await this.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    return device;
  }

  /** To where the phone was when it was locked. */
  async unlock() {
    await this.enterPin('Nhập mã PIN');
    await this.heading('Nhập mã PIN').waitFor({ state: 'hidden' });
  }

  async enterPin(title, digits = PIN) {
    await this.heading(title).waitFor();
    await this.page.keyboard.type(digits);
  }

  /** As if the screen was switched off and on. */
  async lookAtAgain() {
    await this.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
  }

  async goTo(tab) {
    await this.page.locator('nav').getByText(tab, { exact: true }).click();
    await this.heading(tab).waitFor();
  }

  async back() {
    await this.press('Quay lại');
  }

  async press(name) {
    await this.page.evaluate(() => ([window.saidSaved, window.toastBefore] = [false, document.querySelector('.toast')]));
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  heading(name) {
    return this.page.getByRole('heading', { level: 1, name });
  }

  /** The last thing pressed was saved, and the page said so: perhaps no longer, on a slow machine. */
  async saved() {
    await this.page.waitForFunction(() => window.saidSaved === true);
  }

  /** From the list of people to the new dossier. */
  async addPerson({ name, number, birth, phone }) {
    await this.press('Thêm người dân');
    if (number) await this.page.getByLabel('Số định danh').fill(number);
    await this.page.getByLabel('Họ tên').fill(name);
    await this.page.getByLabel('Ngày hoặc năm sinh').fill(birth);
    if (phone) await this.page.getByLabel('Số điện thoại').fill(phone);
    await this.press('Lưu');
    await this.heading(new RegExp(name)).waitFor();
    await this.saved();
  }

  /** On a dossier. */
  async visit(result = 'Gặp được') {
    await this.press('Đến nhà');
    await this.press(result);
    await this.page.getByRole('dialog').waitFor({ state: 'hidden' });
    await this.page.getByText(new RegExp(`Đến nhà · ${result}`, 'i')).first().waitFor();
  }

  /** On a dossier: an activation, with the person of the dossier. */
  async guide(service = 'Kích hoạt tài khoản', result = 'Kích hoạt xong') {
    await this.press('Hướng dẫn');
    await this.press(service);
    await this.press('Tiếp');
    await this.press(result);
    await this.press('Lưu buổi hướng dẫn');
    await this.page.getByText(new RegExp(`Hướng dẫn · ${result}`, 'i')).first().waitFor();
  }

  /** From the list, by a search. */
  async openPerson(name) {
    await this.page.getByRole('searchbox').fill(name);
    await this.page.getByRole('button', { name: new RegExp(`^${name}`) }).first().click();
    await this.heading(new RegExp(name)).waitFor();
  }

  /** What the results screen counts, by the name of what is counted. */
  async figures(card = 'Cả tổ') {
    const shown = this.page.locator('section', { hasText: card }).locator('[data-indicator]');
    const pairs = await shown.evaluateAll((rows) => rows.map((row) => [row.dataset.indicator, Number(row.dataset.done)]));
    return Object.fromEntries(pairs.filter(([, done]) => done > 0));
  }

  async picture(to) {
    await this.page.screenshot({ path: to });
  }

  #listen(page) {
    page.on('pageerror', (error) => console.error(`${this.name}:`, error.message));
    page.on('console', (line) => {
      const isExpected = this.#isCut && line.text().includes('ERR_INTERNET_DISCONNECTED');
      if (line.type() === 'error' && !isExpected && !this.#expected.test(line.text())) console.error(`${this.name}:`, line.text());
    });
  }

  /** The browser's own process, found by its profile: nobody else's can bear it. */
  async #pid() {
    for (const pid of await readdir('/proc')) {
      if (!/^\d+$/.test(pid)) continue;
      const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).split('\0');
      const isOurs = words.includes(`--user-data-dir=${this.#profile}`);
      if (isOurs && !words.some((word) => word.startsWith('--type='))) return Number(pid);
    }
    throw new Error(`no browser runs with ${this.#profile}`);
  }
}

/** On the page: remembers that it said that something was saved. */
function rememberSaved() {
  new MutationObserver(() => {
    const toast = document.querySelector('.toast');
    window.saidSaved ||= toast !== window.toastBefore && (toast?.textContent.startsWith('Đã lưu trên máy này') ?? false);
  }).observe(document, { childList: true, subtree: true, characterData: true });
}

async function isAlive(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  return stat !== null && !/\) Z /.test(stat);
}
