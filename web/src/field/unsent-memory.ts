/**
 * Outside of the app's storage: that there was a list here, and how many records had not arrived.
 * If the browser clears the storage to make room, this says so; it names nobody.
 */
const KEPT_AS = 'sampan-unsent';

export function rememberUnsent(storage: Pick<Storage, 'setItem'>, unsent: number): void {
  try {
    storage.setItem(KEPT_AS, String(unsent));
  } catch {
    // A full phone keeps the number it has.
  }
}

/** How many records may be lost; `null` if there never was a list. */
export function rememberedUnsent(storage: Pick<Storage, 'getItem'>): number | null {
  const kept = storage.getItem(KEPT_AS);
  return kept !== null && /^\d{1,9}$/.test(kept) ? Number(kept) : null;
}

/** Somebody has emptied the phone on purpose. */
export function forgetUnsent(storage: Pick<Storage, 'removeItem'>): void {
  storage.removeItem(KEPT_AS);
}
