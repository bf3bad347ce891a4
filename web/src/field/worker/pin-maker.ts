/**
 * Bytes from the digits of a PIN, made in a worker of their own: the memory that a guess costs goes
 * with the worker, while a module keeps what it once took.
 *
 * The worker runs the same script as the one that owns the phone and differs by its name, so nothing
 * more is downloaded, and it is started while somebody types.
 */
import init, { pinBytes, pinCost } from 'sampan-app/client_app.js';
import wasmAddress from 'sampan-app/client_app_bg.wasm?url';
import * as Comlink from 'comlink';
import { scriptUrl } from '../script-url.ts';

export const PIN_WORKER = 'sampan-pin';

/** What each guess costs. */
export interface Cost {
  memoryKib: number;
  passes: number;
}

/** Lives in the worker. */
export class PinScribe {
  readonly #ready = init({ module_or_path: wasmAddress });

  /** Runs the trial and says what this phone can pay. */
  async costHere(): Promise<Cost> {
    await this.#ready;
    const begin = performance.now();
    await this.bytes('', new Uint8Array(16), costOf(pinCost()));
    return costOf(pinCost(Math.round(performance.now() - begin)));
  }

  async bytes(digits: string, salt: Uint8Array, { memoryKib, passes }: Cost): Promise<Uint8Array<ArrayBuffer>> {
    await this.#ready;
    return new Uint8Array(pinBytes(digits, salt, memoryKib, passes));
  }
}

/** Asks it, from outside. */
export class PinMaker {
  readonly #worker: Worker;
  readonly #scribe: Comlink.Remote<PinScribe>;

  constructor() {
    this.#worker = new Worker(scriptUrl(self.location.href), { type: 'module', name: PIN_WORKER });
    this.#scribe = Comlink.wrap<PinScribe>(this.#worker);
  }

  costHere(): Promise<Cost> {
    return this.#scribe.costHere();
  }

  bytes(digits: string, salt: Uint8Array, cost: Cost): Promise<Uint8Array<ArrayBuffer>> {
    return this.#scribe.bytes(digits, salt, cost);
  }

  end(): void {
    this.#worker.terminate();
  }
}

function costOf(said: Uint32Array): Cost {
  return { memoryKib: said[0]!, passes: said[1]! };
}
