/**
 * The phone's own lock keeps the data key, where a phone has one that can: then there is no PIN,
 * which would only be a weaker way in beside it. The phone counts wrong fingers and codes itself. Who
 * loses the lock's key loses the list on this phone, which a new invite brings back, and never what
 * is sealed.
 */
import type { LockSecret, PhoneLock } from '../phone-lock.ts';
import type { Keeping } from './storage.ts';
import type { Wrapped } from './wrapping.ts';
import { unwrap, wrapNew } from './wrapping.ts';

const PURPOSE = 'sampan/phone-lock';

/** The data key as it lies on a phone with such a lock. */
export interface LockedKey extends Wrapped {
  lock: PhoneLock;
}

/** Makes a data key and keeps it behind the lock. */
export async function keepBehind(storage: Keeping, lock: PhoneLock, secret: LockSecret): Promise<Uint8Array<ArrayBuffer>> {
  const { dataKey, kept } = await wrapNew({ secret, salt: lock.salt, purpose: PURPOSE });
  await storage.setOutside('lock', { ...kept, lock });
  return dataKey;
}

/** The data key; `null` if these are not the bytes behind this lock. */
export async function openWith(kept: LockedKey, secret: LockSecret): Promise<Uint8Array<ArrayBuffer> | null> {
  return unwrap({ secret, salt: kept.lock.salt, purpose: PURPOSE }, kept);
}
