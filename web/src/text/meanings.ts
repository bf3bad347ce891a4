/** What each state of a record means to a person: one sentence or two, and what to do now. */
import type { RecordState } from '../field/model.ts';
import type { PlainKey } from './text.ts';

export interface Meaning {
  line: PlainKey;
  next: PlainKey;
}

/** In the order in which a record goes. */
export const MEANINGS: Record<RecordState, Meaning> = {
  draft: { line: 'state.draft.line', next: 'help.draft.next' },
  here: { line: 'state.here.line', next: 'next.none' },
  sending: { line: 'state.sending.line', next: 'next.none' },
  carried: { line: 'help.carried', next: 'next.none' },
  received: { line: 'help.received', next: 'next.none' },
  parked: { line: 'help.parked', next: 'next.none' },
  held: { line: 'help.held', next: 'next.none' },
  refused: { line: 'help.refused', next: 'help.refused.next' },
  conflict: { line: 'state.conflict.line', next: 'help.conflict.next' },
  returned: { line: 'help.returned', next: 'help.returned.next' },
};
