/**
 * What each answer of the server means to a person: an icon, a word, a sentence, a next step.
 *
 * Keyed by the stable codes of `shared/src/receipt`. A test reads them there, so a new code cannot
 * reach a phone without a sentence.
 */
import type { Icon } from '../design/icons.tsx';
import { CircleCheck, CircleHelp, Clock, Hourglass, OctagonAlert, Puzzle, Smartphone, Undo2 } from '../design/icons.tsx';
import type { PlainKey } from './text.ts';
import { isPlainKey } from './text.ts';

/** The colour role of a state. */
export type Role = 'here' | 'move' | 'wait' | 'good' | 'act' | 'bad';

export interface OutcomeText {
  icon: Icon;
  role: Role;
  /** One word for a chip. */
  word: PlainKey;
  /** What happened. */
  sentence: PlainKey;
  /** What to do now, or that there is nothing to do. */
  next: PlainKey;
}

/** What to say for an outcome, hold, refuse or reject code; a plain answer for unknown ones. */
export function outcomeText(code: string): OutcomeText {
  return Object.hasOwn(OUTCOMES, code) ? OUTCOMES[code]! : ofNewerServer;
}

/** Whether this build has a sentence for the code. */
export function isKnownOutcome(code: string): boolean {
  return Object.hasOwn(OUTCOMES, code);
}

const ofNewerServer: OutcomeText = {
  icon: CircleHelp,
  role: 'act',
  word: 'state.here',
  sentence: 'outcome.newer',
  next: 'next.update',
};

const received = (sentence: PlainKey): OutcomeText => ({
  icon: CircleCheck,
  role: 'good',
  word: 'state.received',
  sentence,
  next: 'next.none',
});

const automatic = (sentence: PlainKey): OutcomeText => ({
  icon: Smartphone,
  role: 'here',
  word: 'state.here',
  sentence,
  next: 'next.automatic',
});

const held = (code: string, next: PlainKey = 'next.coordinator'): OutcomeText => ({
  icon: Hourglass,
  role: 'wait',
  word: 'state.held',
  sentence: sentenceOf('hold', code),
  next,
});

const refused = (code: string, next: PlainKey, icon: Icon = OctagonAlert): OutcomeText => ({
  icon,
  role: 'bad',
  word: 'state.refused',
  sentence: sentenceOf('refuse', code),
  next,
});

/** Nothing of a rejected bundle is lost: its records wait on the phone. */
const rejected = (code: string, next: PlainKey): OutcomeText => ({
  icon: OctagonAlert,
  role: 'act',
  word: 'send.rejected',
  sentence: sentenceOf('reject', code),
  next,
});

const OUTCOMES: Record<string, OutcomeText> = {
  stored: received('outcome.stored'),
  known: received('outcome.known'),
  parked: { icon: Puzzle, role: 'wait', word: 'state.parked', sentence: 'outcome.parked', next: 'next.none' },
  'ask-full': automatic('outcome.ask-full'),
  rebase: automatic('outcome.rebase'),
  'too-new': { ...automatic('outcome.too-new'), next: 'next.wait-server' },
  newer: ofNewerServer,

  'role-changed': held('role-changed'),
  'unit-changed': held('unit-changed'),
  'after-revocation': held('after-revocation'),
  suspended: held('suspended'),
  'on-held': held('on-held'),
  unconfirmed: held('unconfirmed', 'next.confirm-code'),
  'not-lent': held('not-lent'),

  clock: refused('clock', 'next.clock', Clock),
  erased: refused('erased', 'next.none'),
  dependent: refused('dependent', 'next.redo'),
  'by-decision': refused('by-decision', 'next.redo', Undo2),
  moved: refused('moved', 'next.ask'),
  full: refused('full', 'next.ask'),

  // What a fresh start of the outbox cures by itself.
  ...each(['bad-header', 'unknown-recipient', 'limit-exceeded', 'fork', 'chain-broken'], 'next.automatic'),
  // What only other software can cure.
  ...each(
    [
      'bad-seal', 'inflate', 'malformed', 'foreign-actor', 'redundant-dep', 'omitted-own-change', 'key-twice',
      'empty-change', 'unknown-key', 'wrong-type', 'wrong-audience', 'companions-disagree', 'wrong-document',
      'foreign-deps', 'nothing-to-remove',
    ],
    'next.update',
  ),
  // What a person must look at.
  ...each(['not-allowed', 'counter-range'], 'next.ask'),
};

function each(codes: string[], next: PlainKey): Record<string, OutcomeText> {
  return Object.fromEntries(codes.map((code) => [code, rejected(code, next)]));
}

function sentenceOf(group: 'hold' | 'refuse' | 'reject', code: string): PlainKey {
  const key = `${group}.${code}`;
  if (!isPlainKey(key)) throw new Error(`no sentence for ${key}`);
  return key;
}
