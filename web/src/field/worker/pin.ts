/**
 * Six digits keep the data key.
 *
 * The data key is random; what is stored is the key wrapped under one made of the PIN and of a
 * secret that no script can read out of this browser, so a wrong PIN is known at once and a new PIN
 * rewrites one record. A try is counted on the disk *before* it is made: pulling the battery buys
 * nobody another one. After the last one the record is deleted, and with it what it opened.
 */
import type { Cost, PinMaker } from './pin-maker.ts';
import type { Keeping } from './storage.ts';
import type { Wrapped } from './wrapping.ts';
import { random, unwrap, wrapNew } from './wrapping.ts';

const SALT_BYTES = 16;
const PURPOSE = 'sampan/pin';
/** Wrong tries before the first wait. */
const TRIES_FREE = 5;
/** No try after this one. */
const TRIES_MAX = 10;
/** Minutes to wait after each further wrong try; the last repeats. */
const WAITS_MINUTES = [1, 2, 4, 8, 15];

/** The data key as it lies on the phone. */
export interface KeptKey extends Wrapped {
  salt: Uint8Array<ArrayBuffer>;
  /** What each guess costs, as this phone could pay it at set-up. */
  cost: Cost;
  /** Tries begun since the last right one. */
  tries: number;
  /** No try before this moment, in milliseconds since 1970. */
  notBefore: number;
}

/** Other programs have taken the memory: nothing was tried. */
export class NoMemory extends Error {}

export type Tried =
  | { is: 'right'; dataKey: Uint8Array<ArrayBuffer> }
  | { is: 'wrong'; triesLeft: number }
  | { is: 'wait'; minutes: number; isLast: boolean }
  /** No try is left. */
  | { is: 'over' };

/** Makes a data key and keeps it under these digits. */
export async function keepNew(storage: Keeping, maker: PinMaker, digits: string): Promise<Uint8Array<ArrayBuffer>> {
  const salt = random(SALT_BYTES);
  const cost = await maker.costHere();
  const secret = await maker.bytes(digits, salt, cost);
  const { dataKey, kept } = await wrapNew({ secret, salt, purpose: PURPOSE });
  await storage.setOutside('key', { ...kept, salt, cost, tries: 0, notBefore: 0 });
  return dataKey;
}

/** Tries to get the data key back. */
export async function tryPin(storage: Keeping, maker: PinMaker, digits: string, now: number): Promise<Tried> {
  const kept = await storage.outside('key');
  if (kept === undefined || isOver(kept)) return { is: 'over' };
  const isLast = kept.tries === TRIES_MAX - 1;
  if (now < kept.notBefore) return { is: 'wait', minutes: Math.ceil((kept.notBefore - now) / 60_000), isLast };
  const tries = kept.tries + 1;
  const wait = waitAfter(tries);
  await storage.setOutside('key', { ...kept, tries, notBefore: now + wait * 60_000 });
  // What could not be computed was no guess.
  const secret = await maker.bytes(digits, kept.salt, kept.cost).catch(async () => {
    await storage.setOutside('key', kept);
    throw new NoMemory('the phone cannot pay for a guess just now');
  });
  const dataKey = await unwrap({ secret, salt: kept.salt, purpose: PURPOSE }, kept);
  if (dataKey !== null) {
    await storage.setOutside('key', { ...kept, tries: 0, notBefore: 0 });
    return { is: 'right', dataKey };
  }
  if (tries >= TRIES_MAX) return { is: 'over' };
  if (wait === 0) return { is: 'wrong', triesLeft: TRIES_FREE - tries };
  return { is: 'wait', minutes: wait, isLast: tries === TRIES_MAX - 1 };
}

/** Whether all tries were used up, as when the phone was switched off in the middle of the last. */
export function isOver(kept: KeptKey | undefined): boolean {
  return kept !== undefined && kept.tries >= TRIES_MAX;
}

/** Digits anybody would try first: all alike, or a run. */
export function isEasy(digits: string): boolean {
  const steps = [...digits].slice(1).map((digit, at) => Number(digit) - Number(digits[at]));
  return [0, 1, -1].some((step) => steps.every((one) => one === step));
}

/** Minutes to wait once this many tries have begun. */
export function waitAfter(tries: number): number {
  const beyond = tries - TRIES_FREE;
  return beyond < 0 ? 0 : WAITS_MINUTES[Math.min(beyond, WAITS_MINUTES.length - 1)]!;
}
