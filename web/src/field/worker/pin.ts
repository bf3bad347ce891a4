/**
 * Six digits keep the data key.
 *
 * The data key is random; what is stored is the key wrapped under one derived from the PIN, so a
 * wrong PIN is known at once and a new PIN rewrites one record. A try is counted on the disk
 * *before* it is made: pulling the battery buys nobody another one.
 *
 * TODO when the wasm module carries Argon2id: derive with it in the core; PBKDF2 with
 * 600 000 rounds is what WebCrypto has, and six digits need the slowest derivation there is.
 */
import type { Storage } from './storage.ts';

const ROUNDS = 600_000;
const KEY_BYTES = 32;
/** Wrong tries before the first wait. */
const TRIES_FREE = 5;
/** Minutes to wait after each further wrong try; the last repeats. */
const WAITS_MINUTES = [1, 2, 4, 8, 15];

/** The data key as it lies on the phone. */
export interface KeptKey {
  salt: Uint8Array<ArrayBuffer>;
  nonce: Uint8Array<ArrayBuffer>;
  wrapped: Uint8Array<ArrayBuffer>;
  /** Tries begun since the last right one. */
  tries: number;
  /** No try before this moment, in milliseconds since 1970. */
  notBefore: number;
}

export type Tried =
  | { is: 'right'; dataKey: Uint8Array<ArrayBuffer> }
  | { is: 'wrong'; triesLeft: number }
  | { is: 'wait'; minutes: number };

/** Makes a data key and keeps it under these digits. */
export async function keepNew(storage: Storage, digits: string): Promise<Uint8Array<ArrayBuffer>> {
  const dataKey = random(KEY_BYTES);
  const [salt, nonce] = [random(16), random(12)];
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, await derived(digits, salt), dataKey);
  await storage.setOutside('key', { salt, nonce, wrapped: new Uint8Array(sealed), tries: 0, notBefore: 0 });
  return dataKey;
}

/** Tries to get the data key back. */
export async function tryPin(storage: Storage, kept: KeptKey, digits: string, now: number): Promise<Tried> {
  if (now < kept.notBefore) return { is: 'wait', minutes: Math.ceil((kept.notBefore - now) / 60_000) };
  const tries = kept.tries + 1;
  const wait = waitAfter(tries);
  await storage.setOutside('key', { ...kept, tries, notBefore: now + wait * 60_000 });
  try {
    const key = await derived(digits, kept.salt);
    const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.nonce }, key, kept.wrapped);
    await storage.setOutside('key', { ...kept, tries: 0, notBefore: 0 });
    return { is: 'right', dataKey: new Uint8Array(opened) };
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'OperationError')) throw error;
    return wait > 0 ? { is: 'wait', minutes: wait } : { is: 'wrong', triesLeft: TRIES_FREE - tries };
  }
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

export function random(bytes: number): Uint8Array<ArrayBuffer> {
  return crypto.getRandomValues(new Uint8Array(bytes));
}

async function derived(digits: string, salt: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey('raw', new TextEncoder().encode(digits), 'PBKDF2', false, ['deriveKey']);
  const how = { name: 'PBKDF2', hash: 'SHA-256', salt, iterations: ROUNDS };
  return crypto.subtle.deriveKey(how, typed, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}
