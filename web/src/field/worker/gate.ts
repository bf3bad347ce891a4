/** What stands between a person and the list: one writing tab, an invite, a PIN. */
import type { Gate } from '../brain.ts';
import type { ErasedWhy, InviteState, PinView } from '../model.ts';
import type { PhoneLock } from '../phone-lock.ts';
import type { Tried } from './pin.ts';
import { isEasy } from './pin.ts';
import type { SetUp } from './storage.ts';

export type PinMode = PinView['mode'];

/** All that decides which gate is shown. */
export interface Standing {
  isWriter: boolean;
  hasKey: boolean;
  /** The phone's own lock that keeps the key, instead of a PIN. */
  lock: PhoneLock | null;
  erased: ErasedWhy | null;
  isOpen: boolean;
  invite: string | null;
  setUp: SetUp | undefined;
  /** The server knows no such invite, or it is used up. */
  isUsed: boolean;
  hasSignal: boolean;
  /** Records that may not have arrived yet. */
  here: number;
  remark: PinView['remark'];
  /** The server has not been heard for too long. */
  leaseOver: boolean;
  /** A key is being made of digits. */
  isWorking: boolean;
  /** The digits chosen first, while they are to be repeated. */
  chosen: string | null;
}

export function gateOf(now: Standing): Gate {
  if (!now.isWriter) return { is: 'elsewhere' };
  if (now.erased !== null) return { is: 'erased', erased: { why: now.erased, here: now.here, hasSignal: now.hasSignal, isInvited: now.invite !== null } };
  if (!now.hasKey && now.invite === null) return { is: 'new' };
  if (!now.isOpen && now.lock !== null) return { is: 'phone-lock', locked: { lock: now.lock, here: now.here } };
  if (!now.isOpen) return { is: 'pin', pin: { mode: modeOf(now), remark: now.remark, isWorking: now.isWorking, here: now.here, hasSignal: now.hasSignal } };
  if (now.setUp?.stage === 'done') return { is: 'open', list: now.leaseOver ? 'locked' : 'shown' };
  if (now.setUp === undefined) return { is: 'new' };
  const state = inviteState(now.setUp, now);
  return {
    is: 'invited',
    invite: { state, who: '', team: '', commune: '', checkCode: now.setUp.checkCode, inviter: '', people: 0, kb: 0 },
  };
}

/** The remark that choosing these digits deserves, or none. */
export function choosing(chosen: string | null, digits: string): PinView['remark'] {
  if (chosen === null) return isEasy(digits) ? { code: 'easy' } : null;
  return chosen === digits ? null : { code: 'differs' };
}

export function remarkOf(tried: Exclude<Tried, { is: 'right' | 'over' }>): PinView['remark'] {
  const { is: code, ...said } = tried;
  return { code, ...said } as PinView['remark'];
}

function modeOf({ hasKey, chosen }: Standing): PinMode {
  if (hasKey) return 'unlock';
  return chosen === null ? 'choose' : 'again';
}

function inviteState({ stage }: SetUp, { isUsed, hasSignal }: Standing): InviteState {
  if (stage === 'stopped') return 'stopped';
  if (isUsed) return 'used';
  if (!hasSignal) return 'no-signal';
  return stage === 'compare' ? 'compare' : 'waiting';
}
