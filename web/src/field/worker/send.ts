/**
 * Sends what is sealed, without a page and without any key: the core starts locked, freezes the open
 * bundle, posts what has no receipt and keeps what it is answered for whoever unlocks.
 *
 * Only the holder of the writer's lock does so. While a page is open it is the page that sends.
 */
import init, { Phone } from 'sampan-app/client_app.js';
import { READ_TO_SEND } from './core.ts';
import type { Listener } from './phone.ts';
import { Loop, seed } from './phone.ts';
import { Storage, WRITER } from './storage.ts';

export type SendOutcome = 'sent' | 'page-open' | 'unheard';

/** `core` brings the module's bytes from the phone. */
export function sendSealed(core: () => Promise<Response>): Promise<SendOutcome> {
  return navigator.locks.request(WRITER, { ifAvailable: true }, async (lock) => {
    if (lock === null) return 'page-open';
    await init({ module_or_path: core() });
    const storage = await Storage.open();
    await storage.takeOver(crypto.randomUUID());
    const heard = new Heard();
    const phone = new Phone();
    const loop = new Loop(phone, storage, heard);
    loop.input({ Start: { stored: await storage.records(READ_TO_SEND), history: 'Certain', seed: seed() } });
    loop.input({ Reachable: { seed: seed() } });
    await loop.quiet();
    loop.end();
    const left = phone.waiting();
    phone.free();
    storage.close();
    return left === 0 && heard.isAnswered ? 'sent' : 'unheard';
  });
}

/** Nobody looks at a screen: only whether anybody answered matters. */
class Heard implements Listener {
  isAnswered = true;

  notice(): void {}
  enrolRefused(): void {}
  unknown(): void {}

  heard(answered: boolean): void {
    this.isAnswered &&= answered;
  }

  trapped(error: unknown): void {
    throw error;
  }
}
