/** From what the core knows to what screens are told. Names are the core's own. */
import { codeNames, keyNames } from 'sampan-app/client_app.js';
import type { Badges, LocalMinute, RecordState, ResidentLine, SyncSummary } from '../model.ts';
import { daysLeft } from '../lease.ts';
import { hex } from './called.ts';
import type { CoreLine, CoreState, CoreSync, CoreValue } from './core.ts';

/** Vietnam's wall clock: UTC+7 all year. */
const LOCAL_OFFSET_SECONDS = 7 * 3600;
export function localMinute(seconds: number): LocalMinute {
  return Math.floor((seconds + LOCAL_OFFSET_SECONDS) / 60);
}

type CodeList =
  | 'reason' | 'residence' | 'session-kind' | 'visit' | 'step' | 'phone-owner' | 'place-kind' | 'notice-kind' | 'language'
  | 'consent-how';

const NO_CODE = 255;

/** Only what is asked for by name; codes of a later version have none. */
export class Names {
  readonly keys = keyNames();
  readonly #lists = new Map<string, Map<number, string>>();

  of(list: CodeList, code: number): string | undefined {
    return this.#list(list).get(code);
  }

  /** The number of a name; one that no list has stands for nothing. */
  code(list: CodeList, name: string): number {
    const found = [...this.#list(list)].find(([, one]) => one === name);
    return found?.[0] ?? NO_CODE;
  }

  #list(list: CodeList): Map<number, string> {
    const known = this.#lists.get(list) ?? new Map(codeNames(list));
    this.#lists.set(list, known);
    return known;
  }
}

export function stateOf(state: CoreState | null): RecordState {
  if (state === null) return 'received';
  if (typeof state === 'object') return 'Held' in state ? 'held' : 'parked';
  const names = { OnThisPhone: 'here', Sending: 'sending', Carried: 'carried', Parked: 'parked', Received: 'received' } as const;
  return names[state];
}

export function residentLine(line: CoreLine): ResidentLine {
  return {
    document: hex(line.document),
    name: line.name,
    match: null,
    birthYear: line.birth_year,
    sex: sexOf(line.sex),
    last3: line.last3,
    card: { furthest: line.card, side: null },
    eid: { furthest: line.eid, side: null },
    state: line.is_conflicted ? 'conflict' : stateOf(line.state),
    carrier: null,
  };
}

export interface Circumstances {
  /** Seconds since 1970. */
  now: number;
  refusedWhy: SyncSummary['refusedWhy'];
  hasSignal: boolean;
  serverSilent: boolean;
  lastSaveFailed: boolean;
  dataSaver: SyncSummary['dataSaver'];
  isUnknown: boolean;
  isCopied: boolean;
  oldestHere: LocalMinute | null;
}

export function summaryOf(sync: CoreSync, around: Circumstances): SyncSummary {
  const heard = sync.last_heard === null ? null : localMinute(sync.last_heard);
  const [done, all] = sync.streams.reduce(([d, a], one) => [d + one.cursor, a + one.head], [0, 0]);
  return {
    ...around,
    here: sync.unsent - sync.sending - sync.carried,
    sending: sync.sending,
    carried: sync.carried,
    carrier: null,
    carriedSince: null,
    parked: sync.parked,
    held: sync.held,
    rejected: sync.rejected,
    refused: sync.not_accepted,
    received: sync.received,
    receivedOlder: 0,
    lastReceipt: heard,
    lastNews: heard,
    nextTry: sync.next_try === null ? null : localMinute(sync.next_try),
    loading: done < all ? { done, all } : null,
    leaseDaysLeft: daysLeft({ last: sync.last_heard, now: around.now }),
    clockOffMinutes: Math.trunc(sync.clock_offset / 60),
    custody: sync.in_custody === 0 ? null : sync.in_custody,
  };
}

/** What asks for somebody, and nothing else. */
export function badgesOf(sync: CoreSync, due: number): Badges {
  return { tasks: due, refused: sync.not_accepted };
}

export function sexOf(code: number | null | undefined): 'male' | 'female' | null {
  if (code === 0) return 'male';
  return code === 1 ? 'female' : null;
}

export function textOf(value: CoreValue | undefined): string | null {
  return typeof value === 'object' && 'Text' in value ? value.Text : null;
}

export function uintOf(value: CoreValue | undefined): number | null {
  return typeof value === 'object' && 'Uint' in value ? value.Uint : null;
}
