/** The real server for one story: its data in a folder of the story, on a port it chose itself. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait.mjs';

const SAMPAN = process.env['SAMPAN'] ?? fileURLToPath(new URL('../../target/debug/sampan', import.meta.url));
export const DIST = fileURLToPath(new URL('../dist', import.meta.url));

/** One hamlet, and all that stands above it. */
export const HAMLET = { unit: 1_000_001, name: 'Ấp Rạch Tràm' };
export const COMMUNE = { unit: 101, name: 'Vàm Sậy' };
const UNITS = `id,code,kind,name,parent,valid_from,valid_to,successors
1,91,province,An Giang,,,,
${COMMUNE.unit},30001,commune,${COMMUNE.name},1,,,
${HAMLET.unit},,hamlet,${HAMLET.name},${COMMUNE.unit},,,
1000002,,hamlet,Ấp Kinh Mới,${COMMUNE.unit},,,
`;

export class Server {
  #data;
  #child = null;
  #port = 0;
  /** The built app that is served. */
  web = DIST;

  constructor(data) {
    this.#data = data;
  }

  /** A new server with new keys, running. */
  static async found(folder) {
    const [data, units] = [join(folder, 'data'), join(folder, 'units.csv')];
    await writeFile(units, UNITS);
    const init = spawn(SAMPAN, ['init', '--data', data, '--units', units], { stdio: ['ignore', 'ignore', 'inherit'] });
    const [code] = await once(init, 'exit');
    if (code !== 0) throw new Error(`sampan init ended with ${code}`);
    const server = new Server(data);
    server.token = (await readFile(join(data, 'token'), 'utf8')).trim();
    await server.start();
    return server;
  }

  get address() {
    return `http://localhost:${this.#port}`;
  }

  /** Serves again what was there before, under the same address. */
  async start() {
    const listen = `127.0.0.1:${this.#port}`;
    this.#child = spawn(SAMPAN, ['serve', '--data', this.#data, '--listen', listen, '--web', this.web], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    for await (const line of createInterface(this.#child.stdout)) {
      const heard = /listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(line);
      if (!heard) continue;
      this.#port = Number(heard[1]);
      return;
    }
    throw new Error('the server did not start');
  }

  async stop(signal = 'SIGTERM') {
    const child = this.#child;
    if (child === null) return;
    this.#child = null;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  /** What a console would be answered. */
  async ask(path, body, method = body === undefined ? 'GET' : 'POST') {
    const response = await fetch(this.address + path, {
      method,
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    const text = await response.text();
    return text === '' ? null : JSON.parse(text);
  }

  /** A link's secret for one phone of the hamlet's team. */
  async invite(label, role = 'team-member', unit = HAMLET.unit) {
    const { invite } = await this.ask('/v1/invites', { role, units: [unit], team: 1, label });
    return invite;
  }

  /** The phone that waits to be confirmed. */
  newcomer() {
    return waitFor('a phone asks to be enrolled', async () => {
      const devices = await this.ask('/v1/devices');
      return devices.find((one) => one.check_code !== null);
    });
  }

  /** The hamlet's figures by their names; what is 0 is left out. */
  async figures(of = HAMLET.unit) {
    const { unit } = await this.ask(`/v1/progress?unit=${of}`);
    return Object.fromEntries(unit.figures.filter(({ count }) => count > 0).map(({ indicator, count }) => [indicator, count]));
  }
}
