/** A phone's browser, with a commune at work behind it, for whoever measures. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { ARGS, CHROMIUM, PHONE } from '../browser.mjs';
import { slowDown } from '../slow.mjs';

const SAMPAN = process.env['SAMPAN'] ?? fileURLToPath(new URL('../../../target/release/sampan', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
/** The slow-down asked for; what is reached is printed. */
const TIMES = Number(process.env['TIMES'] ?? 6);
const PATIENCE_MS = Number(process.env['PATIENCE_MS'] ?? 300_000);
export const PIN = '790815';

/** One phone, one server, and a folder that holds both until `close`. */
export class Site {
  server;
  browser;
  page;
  #folder;

  /** A commune with so many residents in each of its three hamlets. */
  static async of(residents) {
    const site = new Site();
    site.#folder = await mkdtemp(join(tmpdir(), 'figures-'));
    site.server = await serve(join(site.#folder, 'data'), residents);
    site.browser = await chromium.launchPersistentContext(join(site.#folder, 'profile'), {
      executablePath: CHROMIUM, headless: true, args: ARGS, viewport: PHONE, reducedMotion: 'reduce',
    });
    site.page = await site.browser.newPage();
    site.page.setDefaultTimeout(PATIENCE_MS);
    site.page.on('pageerror', (error) => say(`page: ${error.message}`));
    site.page.on('console', (line) => line.type() === 'error' && say(`console: ${line.text()}`));
    return site;
  }

  async close() {
    await this.browser.close();
    this.server.child.kill('SIGTERM');
    await once(this.server.child, 'exit');
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** As slow as a cheap phone, until the returned function is called. */
  slowed() {
    return TIMES > 1 ? slowDown(process.pid, TIMES) : async () => undefined;
  }

  /** Opens an invite at this address and chooses a PIN; a coordinator has yet to confirm. */
  async apply(address = this.server.address) {
    const { invite } = await this.ask('/v1/invites', { role: 'team-lead', units: [this.server.commune], team: 1, label: 'đo' });
    await this.page.goto(`${address}/#i=${invite}`);
    // What a guess costs is found out by a phone that is as slow as it will be.
    const release = this.slowed();
    await this.enterPin();
    await this.enterPin();
    await this.page.getByRole('button', { name: 'Mã giống nhau, tiếp tục' }).click();
    await release();
  }

  async confirm() {
    for (let device; device === undefined; await pause(200)) {
      device = (await this.ask('/v1/devices')).find((one) => one.check_code !== null);
      if (device) await this.ask(`/v1/devices/${device.device}/confirm`, {});
    }
    await this.page.getByRole('heading', { name: 'Người dân' }).waitFor();
  }

  async enterPin() {
    await this.page.locator('.pin-words h1').waitFor();
    await pause(100);
    await this.page.keyboard.type(PIN, { delay: 20 });
  }

  async ask(path, body) {
    const response = await fetch(this.server.address + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${this.server.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  }
}

export function say(text) {
  console.error(`   ${text}`);
}

export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A commune at work; resolves once the server listens. */
async function serve(data, residents) {
  const child = spawn(SAMPAN, ['demo', '--residents', String(residents), '--data', data, '--listen', '127.0.0.1:0', '--web', DIST], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let commune;
  for await (const line of createInterface(child.stdout)) {
    commune ??= Number(/^commune (\d+)/.exec(line)?.[1] ?? NaN) || undefined;
    const heard = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
    if (heard) return { child, commune, token: (await readFile(join(data, 'token'), 'utf8')).trim(), address: `http://localhost:${heard[1]}` };
  }
  throw new Error('the server did not start');
}
