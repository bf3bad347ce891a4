/**
 * Who may come in: the PIN or the phone's own lock that keeps the data key, and the end of that key
 * when it must not be had any more.
 *
 * Knows nothing of records: it hands over a key, or says that there is none.
 */
import type { ErasedWhy, PinView } from '../model.ts';
import type { LockSecret, PhoneLock } from '../phone-lock.ts';
import { choosing, remarkOf } from './gate.ts';
import type { LockedKey } from './lock-key.ts';
import { keepBehind, openWith } from './lock-key.ts';
import { isOver, keepNew, NoMemory, tryPin } from './pin.ts';
import { PinMaker } from './pin-maker.ts';
import type { Keeping } from './storage.ts';
import { failureOf } from './storage.ts';

/** What the key belongs to. */
export interface House {
  /** Somebody has proven that the list is theirs. */
  unlock(dataKey: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The key is gone: what it opened goes, too. */
  keyless(why: ErasedWhy): void;
  /** The gate may show something else. */
  changed(): void;
}

export class Doorkeeper {
  readonly #storage: Keeping;
  readonly #house: House;
  #hasKey: boolean;
  /** The key that the phone's own lock keeps, instead of a PIN. */
  #locked: LockedKey | undefined;
  #erased: ErasedWhy | null;
  #maker: PinMaker | null = null;
  /** One PIN after the other: no try goes uncounted. */
  #entering: Promise<void> = Promise.resolve();
  #chosen: string | null = null;
  #isWorking = false;
  #remark: PinView['remark'] = null;

  private constructor(storage: Keeping, house: House, kept: { hasKey: boolean; locked: LockedKey | undefined; erased: ErasedWhy | null }) {
    [this.#storage, this.#house] = [storage, house];
    [this.#hasKey, this.#locked, this.#erased] = [kept.hasKey, kept.locked, kept.erased];
  }

  /** As storage says. `goOn` must follow once the house stands. */
  static async of(storage: Keeping, house: House): Promise<Doorkeeper> {
    const [key, locked, erased] = [await storage.outside('key'), await storage.outside('lock'), await storage.outside('erased')];
    return new Doorkeeper(storage, house, { hasKey: key !== undefined || locked !== undefined, locked, erased: erased?.why ?? null });
  }

  /** Asks nobody for anything: there is nothing behind the door. */
  static idle(storage: Keeping, house: House): Doorkeeper {
    return new Doorkeeper(storage, house, { hasKey: true, locked: undefined, erased: null });
  }

  /** The phone may have been switched off in the middle of forgetting its key. */
  async goOn(): Promise<void> {
    if (this.#erased !== null || isOver(await this.#storage.outside('key'))) await this.erase(this.#erased ?? 'pin');
  }

  /** What the gate is drawn from. */
  get standing() {
    return {
      hasKey: this.#hasKey, erased: this.#erased, remark: this.#remark, chosen: this.#chosen, isWorking: this.#isWorking,
      lock: this.#locked?.lock ?? null,
    };
  }

  get hasKey(): boolean {
    return this.#hasKey;
  }

  get erased(): ErasedWhy | null {
    return this.#erased;
  }

  /** Digits are about to be typed. */
  expect(): void {
    if (this.#erased === null && this.#locked === undefined) this.#pinMaker();
  }

  /** The door is open: what a guess takes is given back. */
  rest(): void {
    this.#maker?.end();
    this.#maker = null;
  }

  /** All digits of a PIN; none to choose another one. */
  pin(digits: string): Promise<void> {
    this.#entering = this.#entering.then(() => this.#entered(digits));
    return this.#entering;
  }

  /** Without room no try can be counted, so none is made. */
  async #entered(digits: string): Promise<void> {
    this.#isWorking = digits !== '' && (this.#hasKey || this.#chosen !== null);
    this.#house.changed();
    try {
      if (digits === '') [this.#chosen, this.#remark] = [null, null];
      else if (this.#hasKey) await this.#tried(digits);
      else await this.#choose(digits);
    } catch (error) {
      if (error instanceof NoMemory) {
        this.#remark = { code: 'memory' };
        this.rest();
      } else if (failureOf(error) === 'Full') this.#remark = { code: 'full' };
      else throw error;
    } finally {
      this.#isWorking = false;
    }
    this.#house.changed();
  }

  async #tried(digits: string): Promise<void> {
    const tried = await tryPin(this.#storage, this.#pinMaker(), digits, Date.now());
    if (tried.is === 'over') return this.erase('pin');
    this.#remark = tried.is === 'right' ? null : remarkOf(tried);
    if (tried.is === 'right') await this.#house.unlock(tried.dataKey);
  }

  async #choose(digits: string): Promise<void> {
    this.#remark = choosing(this.#chosen, digits);
    if (this.#chosen !== null && this.#remark === null) {
      const dataKey = await keepNew(this.#storage, this.#pinMaker(), digits);
      [this.#hasKey, this.#chosen] = [true, null];
      await this.#house.unlock(dataKey);
    } else {
      this.#chosen = this.#remark === null ? digits : null;
    }
  }

  /** The phone's own lock is to keep the key, instead of a PIN. */
  async lockBehind(lock: PhoneLock, secret: LockSecret): Promise<void> {
    if (this.#hasKey) return;
    const dataKey = await keepBehind(this.#storage, lock, secret);
    this.#locked = await this.#storage.outside('lock');
    [this.#hasKey, this.#chosen, this.#remark] = [true, null, null];
    await this.#house.unlock(dataKey);
    this.#house.changed();
  }

  /** The phone's lock was opened; says whether the list is, too. */
  async openLocked(secret: LockSecret): Promise<boolean> {
    const dataKey = this.#locked === undefined ? null : await openWith(this.#locked, secret);
    if (dataKey !== null) await this.#house.unlock(dataKey);
    return dataKey !== null;
  }

  /** The phone's lock opens no more, says its owner: the list goes, and what is sealed stays. */
  async lockLost(): Promise<void> {
    if (this.#locked === undefined) return;
    await this.erase('lock');
    this.#house.changed();
  }

  /** The key first: without it nothing that is left can be read. */
  async erase(why: ErasedWhy): Promise<void> {
    await this.#storage.forgetKey(Date.now(), why);
    [this.#hasKey, this.#erased, this.#remark, this.#locked] = [false, why, null, undefined];
    this.#house.keyless(why);
    this.rest();
  }

  /** As if nobody had ever been here. */
  async beginAnew(): Promise<void> {
    await this.#storage.beginAnew();
    this.#erased = null;
  }

  #pinMaker(): PinMaker {
    this.#maker ??= new PinMaker();
    return this.#maker;
  }
}
