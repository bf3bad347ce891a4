/** From what the core knows to what screens are told. Names are the core's own. */
import { codeNames, keyNames } from 'sampan-app/client_app.js';
import { partialDate } from '../../text/format.ts';
import type {
  Badges, Conflict, DossierView, FieldName, Figure, FunnelView, Funnel, IndicatorName, LocalMinute,
  ReasonName, RecordState, ResidenceName, ResidentLine, SideName, StepName, SyncSummary, VisitName, WorkLine,
} from '../model.ts';
import { LEVELS } from '../model.ts';
import type {
  CoreAssignment, CoreDocument, CoreEvent, CoreField, CoreFigure, CoreFunnel, CoreLine, CoreState, CoreSync, CoreValue,
  Id,
} from './core.ts';

/** How the worker speaks of people it has no name for. */
export interface Words {
  me: string;
  other: string;
  male: string;
  female: string;
}

/** Vietnam's wall clock: UTC+7 all year. */
const LOCAL_OFFSET_SECONDS = 7 * 3600;
const FIELDS: Record<string, FieldName> = {
  name: 'name', byear: 'birth', sex: 'sex', phone: 'phone', res: 'residence', hh: 'household', note: 'note',
  cwhy: 'reason', ewhy: 'reason', home: 'home-visit',
};
/** Indicator numbers of `shared/src/tally/indicator.rs` that the results screen shows. */
const SHOWN_INDICATORS: [number, IndicatorName][] = [
  [25, 'eid-activated'], [22, 'eid-collected'], [12, 'card-collected'], [15, 'card-handed-over'], [40, 'visits'],
  [50, 'sessions'], [52, 'people-guided'],
];
const DAY_MINUTES = 24 * 60;

export function localMinute(seconds: number): LocalMinute {
  return Math.floor((seconds + LOCAL_OFFSET_SECONDS) / 60);
}

export function hex(id: Id): string {
  return id.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Only what is asked for by name; codes of a later version have none. */
export class Names {
  readonly keys = keyNames();
  readonly #lists = new Map<string, Map<number, string>>();

  of(list: 'reason' | 'residence' | 'visit' | 'step', code: number): string | undefined {
    const known = this.#lists.get(list) ?? new Map(codeNames(list));
    this.#lists.set(list, known);
    return known.get(code);
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
  hasSignal: boolean;
  serverSilent: boolean;
  lastSaveFailed: boolean;
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
    refusedWhy: null,
    received: sync.received,
    receivedOlder: 0,
    lastReceipt: heard,
    lastNews: heard,
    nextTry: sync.next_try === null ? null : localMinute(sync.next_try),
    loading: done < all ? { done, all } : null,
    leaseDaysLeft: null,
    clockOffMinutes: Math.trunc(sync.clock_offset / 60),
    custody: null,
    dataSaver: { on: false, kbThisMonth: 0 },
  };
}

export function badgesOf(sync: CoreSync, conflicts: number): Badges {
  return { tasks: conflicts, refused: sync.not_accepted };
}

export function dossierView(view: CoreDocument, names: Names, words: Words, at: LocalMinute, may: string[]): DossierView {
  const fields = new Map(view.fields.map((field) => [keyName(field, names), field]));
  const value = (key: string) => fields.get(key)?.values.at(-1)?.value;
  const own = view.mine[0];
  const state = stateOf(own?.state ?? null);
  return {
    now: at,
    document: hex(view.document),
    name: textOf(value('name')) ?? '',
    birthYear: uintOf(value('byear')),
    sex: sexOf(uintOf(value('sex'))),
    last3: textOf(value('last3')),
    residence: (names.of('residence', uintOf(value('res')) ?? -1) ?? 'unknown') as ResidenceName,
    household: null,
    phone: textOf(value('phone')),
    here: view.mine.filter((one) => ['here', 'sending', 'carried'].includes(stateOf(one.state))).length,
    movedTo: view.moved_to === null ? null : String(view.moved_to),
    unitedWith: null,
    conflicts: view.fields.filter((field) => field.is_conflicted).flatMap((field) => conflict(field, names, words, at, state)),
    card: funnelView('card', view.card, state, may, view.events, names, words),
    eid: funnelView('eid', view.eid, state, may, view.events, names, words),
    reasons: (['card', 'eid'] as const).flatMap((funnel) => reasonOf(funnel, view, uintOf(value(funnel === 'card' ? 'cwhy' : 'ewhy')), names, state)),
    previews: [],
    work: view.events.flatMap((event) => workLine(event, names, words, state)).reverse(),
    consent: consentOf(view.events),
    historyEntries: view.events.length + view.voided.length,
  };
}

/** Figures of everything this phone sees, in one week of local days. */
export function figuresOf(figures: CoreFigure[], team: number, at: LocalMinute, week: 'this' | 'last'): Figure[] {
  const today = Math.floor(at / DAY_MINUTES);
  // 1970-01-01 was a Thursday; weeks begin on Monday.
  const monday = today - ((today + 3) % 7) - (week === 'last' ? 7 : 0);
  return SHOWN_INDICATORS.map(([number, indicator]) => {
    const counted = figures.filter(([key]) => key.indicator === number && key.team === team && key.day >= monday && key.day < monday + 7);
    return { indicator, done: counted.reduce((sum, [, count]) => sum + count, 0), target: null, homes: null };
  });
}

export function hamletOf(assignment: CoreAssignment | null): string {
  const unit = assignment?.streams[0]?.unit;
  return unit === undefined ? '' : String(unit);
}

function keyName({ key }: CoreField, names: Names): string {
  if ('Table' in key) return names.keys[key.Table] ?? '';
  return 'Literal' in key ? key.Literal : '';
}

function conflict(field: CoreField, names: Names, words: Words, at: LocalMinute, state: RecordState): Conflict[] {
  const key = keyName(field, names);
  const name = FIELDS[key];
  if (name === undefined) return [];
  const values = field.values.map(({ value, actor, is_mine: isMine }) => ({
    id: `${key}:${hex(actor)}`,
    shown: shownOf(key, value, names),
    by: isMine ? words.me : words.other,
    isMine,
    at,
    state: isMine ? state : ('received' as const),
  }));
  return [{ field: name, values }];
}

function shownOf(key: string, value: CoreValue, names: Names): string {
  const number = uintOf(value);
  if (key === 'cwhy' || key === 'ewhy') return names.of('reason', number ?? -1) ?? '–';
  if (key === 'res') return names.of('residence', number ?? -1) ?? '–';
  if (key === 'birth' && number !== null) return partialDate(number);
  return textOf(value) ?? (number === null ? '–' : String(number));
}

function funnelView(
  funnel: Funnel, core: CoreFunnel, state: RecordState, may: string[], events: CoreEvent[], names: Names, words: Words,
): FunnelView {
  const reached = core.reached.map((at, index) => {
    if (at === null) return null;
    const step = LEVELS[funnel][index];
    const event = events.find(({ event: { what } }) => 'Stage' in what && names.of('step', what.Stage.step) === step);
    return { at, by: event?.is_confirmed === false ? words.me : words.other, state: event?.is_confirmed === false ? state : ('received' as const) };
  });
  return {
    funnel,
    furthest: core.furthest,
    reached: LEVELS[funnel].map((_, index) => reached[index] ?? null),
    side: core.side as SideName | null,
    isConflicted: core.is_conflicted,
    state: reached[core.furthest - 1]?.state ?? 'received',
    nextBy: null,
    mayRecord: LEVELS[funnel].filter((level) => may.includes(level)),
  };
}

function reasonOf(funnel: Funnel, view: CoreDocument, code: number | null, names: Names, state: RecordState): DossierView['reasons'] {
  const isDone = funnel === 'card' ? view.card.furthest >= 2 : view.eid.furthest >= 5;
  if (isDone && code === null) return [];
  const reason = code === null ? null : ((names.of('reason', code) ?? 'z-other') as ReasonName);
  return [{ funnel, reason, state: reason === null ? 'received' : state }];
}

function workLine({ id, event, is_confirmed: isConfirmed }: CoreEvent, names: Names, words: Words, state: RecordState): WorkLine[] {
  const line = {
    id: hex(id), at: event.stamp.at, by: isConfirmed ? words.other : words.me, note: '',
    state: isConfirmed ? ('received' as const) : state === 'received' ? ('here' as const) : state,
  };
  const { what } = event;
  if ('Visit' in what) {
    const result = names.of('visit', what.Visit.result) as VisitName | undefined;
    return result ? [{ ...line, what: { kind: 'visit', result }, note: what.Visit.note }] : [];
  }
  if ('Stage' in what) {
    const step = names.of('step', what.Stage.step) as StepName | undefined;
    return step ? [{ ...line, what: { kind: 'step', step } }] : [];
  }
  if ('Outcome' in what) return [{ ...line, what: { kind: 'session', where: 'home', result: resultOf(what.Outcome.result) } }];
  return [];
}

function resultOf(result: string | { Blocked: number }): 'done' | 'submitted' | 'later' | 'blocked' | 'other' {
  if (typeof result === 'object') return 'blocked';
  const names: Record<string, 'done' | 'submitted' | 'later'> = { Activated: 'done', Submitted: 'submitted', Rescheduled: 'later', Draft: 'later' };
  return names[result] ?? 'other';
}

function consentOf(events: CoreEvent[]): DossierView['consent'] {
  for (const { event } of [...events].reverse()) {
    if ('Consent' in event.what) return { given: !event.what.Consent.withdrawn, at: event.stamp.at };
  }
  return null;
}

function sexOf(code: number | null | undefined): 'male' | 'female' | null {
  if (code === 0) return 'male';
  return code === 1 ? 'female' : null;
}

function textOf(value: CoreValue | undefined): string | null {
  return typeof value === 'object' && 'Text' in value ? value.Text : null;
}

function uintOf(value: CoreValue | undefined): number | null {
  return typeof value === 'object' && 'Uint' in value ? value.Uint : null;
}
