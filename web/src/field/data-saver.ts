/** Whether this phone is to spend little on the network: remembered here, chosen on Send and receive. */
const KEPT_AS = 'sampan-data-saver';

/** What was chosen here; before that, what the phone itself says. */
export function isSparing(storage: Pick<Storage, 'getItem'>): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  const kept = storage.getItem(KEPT_AS);
  return kept === null ? connection?.saveData === true : kept === 'on';
}

/** Keeps the choice; a full phone forgets it at the next start. */
export function remember(storage: Pick<Storage, 'setItem'>, isOn: boolean): void {
  try {
    storage.setItem(KEPT_AS, isOn ? 'on' : 'off');
  } catch {
    // A comfort: no work may wait for it.
  }
}
