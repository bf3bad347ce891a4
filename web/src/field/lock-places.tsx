/** What opens the list: a PIN, or the phone's own lock. */
import { useEffect, useState } from 'preact/hooks';
import type { LockedView, PinView } from './model.ts';
import { makePhoneLock, mayHavePhoneLock, openPhoneLock } from './phone-lock.ts';
import { PhoneLockScreen } from './screens/phone-lock.tsx';
import { Pin } from './screens/pin.tsx';
import { useBrain } from './use-view.ts';

export interface LockPlaceProps<View> {
  view: View;
  /** Saves what is sealed as a file. */
  onFile: () => void;
}

export function PinPlace({ view, onFile }: LockPlaceProps<PinView>) {
  const brain = useBrain();
  const [entered, enter] = useState(0);
  const [mayLock, offer] = useState(false);
  useEffect(() => void mayHavePhoneLock().then(offer), []);
  const pin = (digits: string) => {
    brain.pin(digits);
    enter(entered + 1);
  };
  // What this phone turns out not to have is not offered again.
  const lock = async () => {
    const made = await makePhoneLock();
    if (made === 'cannot') offer(false);
    else if (made !== 'closed') brain.lockBehind(made.lock, made.secret);
  };
  return (
    <Pin
      key={`${view.mode}${entered}`} view={view} onEntered={pin} onBack={() => brain.pin('')}
      onSend={() => brain.send()} onFile={onFile} onPhoneLock={mayLock ? () => void lock() : null}
    />
  );
}

export function LockPlace({ view, onFile }: LockPlaceProps<LockedView>) {
  const brain = useBrain();
  const open = async () => {
    const secret = await openPhoneLock(view.lock);
    return typeof secret !== 'string' && brain.openLocked(secret);
  };
  return (
    <PhoneLockScreen
      view={view} onOpen={open} onLost={() => brain.lockLost()} onSend={() => brain.send()} onFile={onFile}
    />
  );
}
