/**
 * The built app against the real server, in a real browser, told as stories of phones.
 *
 *     SAMPAN=target/debug/sampan npm run phone [-- NAME...]      # after `npm run build`
 *
 * Each story begins with a new server and new profiles in a temporary folder. PICTURES names a
 * folder for a picture of every step; a story that fails always leaves one of each of its phones. With
 * HISTORY=blocked the module that confirms saves never arrives, and everything else goes as before.
 */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Phone } from './phone.mjs';
import { Server } from './server.mjs';

const STORIES = fileURLToPath(new URL('stories', import.meta.url));
const PICTURES = process.env['PICTURES'];

/** What a story is told with. */
class World {
  #name;
  #steps = 0;
  phones = [];

  constructor(name, folder, server) {
    [this.#name, this.folder, this.server] = [name, folder, server];
  }

  /** What stories take out of it. */
  get hands() {
    return { server: this.server, folder: this.folder, phone: this.phone.bind(this), step: this.step.bind(this) };
  }

  /** Its way to the server, where that is not the server itself. */
  async phone(name, address = this.server.address) {
    const phone = new Phone({ name, folder: this.folder, address });
    this.phones.push(phone);
    await phone.start();
    return phone;
  }

  /** One step with its name; says how long it took. */
  async step(name, work) {
    const begin = performance.now();
    const result = await work();
    this.#steps += 1;
    if (PICTURES !== undefined) await this.pictures(PICTURES, `${String(this.#steps).padStart(2, '0')}-${name}`);
    console.log(`  ok  ${name} (${Math.round(performance.now() - begin)} ms)`);
    return result;
  }

  async pictures(folder, name) {
    await mkdir(folder, { recursive: true });
    for (const phone of this.phones.filter((one) => one.context !== null)) {
      const file = `${this.#name}-${name}-${phone.name}.png`.replaceAll(/[^\p{L}\p{N}.]+/gu, '-');
      const taken = phone.picture(join(folder, file)).then(() => file, () => null);
      const shown = await taken;
      if (name === 'failed' && shown !== null) console.error(`see ${join(folder, shown)}`);
    }
  }
}

const wanted = process.argv.slice(2);
const names = (await readdir(STORIES)).map((file) => file.replace(/\.mjs$/, '')).sort();
for (const name of names.filter((one) => wanted.length === 0 || wanted.includes(one))) {
  console.log(name);
  await tell(name);
}

async function tell(name) {
  const { story } = await import(join(STORIES, `${name}.mjs`));
  const folder = await mkdtemp(join(tmpdir(), `sampan-${name}-`));
  const world = new World(name, folder, await Server.found(folder));
  let isTold = false;
  try {
    await story(world.hands);
    isTold = true;
  } finally {
    if (!isTold) await world.pictures(join(tmpdir(), 'sampan-stories'), 'failed');
    for (const phone of world.phones) await phone.stop();
    await world.server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
