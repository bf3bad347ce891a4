/** One resident: the row's fields and events, with who wrote them and when. */
import type {
  Conflict, ConsentHow, DossierView, Funnel, FunnelView, HistoryView, LocalMinute, PhoneOwnerName, ReasonName, RecordState,
  ResidenceName, SideName, SpokenLanguage, WorkLine,
} from '../model.ts';
import type { Phone } from 'sampan-app/client_app.js';
import { LEVELS, SIDES } from '../model.ts';
import type { Called } from './called.ts';
import { hex } from './called.ts';
import type { CoreDocument, CoreEvent, CoreField, CoreFunnel, CorePassage, CoreValue, Id } from './core.ts';
import { eventOf, fieldOf, keyName, saidOf, shownOf } from './said.ts';
import type { Names } from './views.ts';
import { localMinute, sexOf, stateOf, textOf, uintOf } from './views.ts';

/** What a view is made with. */
export interface Reading {
  now: LocalMinute;
  names: Names;
  called: Called;
  /** Oldest first; empty until they are read. */
  passages: CorePassage[];
  /** Steps the person may record. */
  may: string[];
}

/** All but what lies around it: home, and whom they are held to be. */
export function dossierView(view: CoreDocument, reading: Reading): Omit<DossierView, 'home' | 'sameAs' | 'hasNumber'> {
  const { names, called, now } = reading;
  const fields = new Map(view.fields.map((field) => [keyName(field.key, names), field]));
  const value = (key: string) => fields.get(key)?.values.at(-1)?.value;
  const state = stateOf(view.state);
  const reason = (funnel: Funnel) => uintOf(value(funnel === 'card' ? 'cwhy' : 'ewhy'));
  return {
    now,
    document: hex(view.document),
    name: nameOf(view, names),
    birthYear: uintOf(value('byear')),
    sex: sexOf(uintOf(value('sex'))),
    last3: textOf(value('last3')),
    residence: (names.of('residence', uintOf(value('res')) ?? -1) ?? 'unknown') as ResidenceName,
    phone: textOf(value('phone')),
    phoneOwner: (names.of('phone-owner', uintOf(value('sim')) ?? -1) ?? 'unknown') as PhoneOwnerName,
    address: textOf(value('addr')) ?? '',
    note: textOf(value('note')) ?? '',
    homeVisit: isTrue(value('home')),
    due: dueOf(uintOf(value('due'))),
    here: view.mine.filter((one) => ['here', 'sending', 'carried'].includes(stateOf(one.state))).length,
    lentUntil: view.lent_until == null ? null : localMinute(view.lent_until),
    movedTo: view.moved_to === null ? null : called.unit(view.moved_to),
    unitedWith: null,
    conflicts: conflictsOf(view, reading),
    card: funnelView('card', view, reading),
    eid: funnelView('eid', view, reading),
    reasons: (['card', 'eid'] as const).flatMap((funnel) => reasonOf(funnel, view, reason(funnel), names, state)),
    previews: view.previews.map(({ from, said }) => ({ from: called.label(from), said: saidOf(said, names) })),
    work: view.events.flatMap((event) => workLine(event, reading)).reverse(),
    consent: consentOf(view.events, names),
    historyEntries: reading.passages.length,
  };
}

/** What this phone holds of the whole personal number: the digits once they are shown, nothing before that, `null` if it has none. */
export function numberOf(core: Pick<Phone, 'companion'>, dossier: string, names: Names): { digits: string | null } | null {
  const identity = core.companion(dossier, 'Identity');
  const field = identity?.fields.find(({ key }) => keyName(key, names) === 'pin');
  return field === undefined ? null : { digits: textOf(field.values.at(-1)?.value) };
}

/** The name; of somebody known only by a colleague's preview, as it says. */
export function nameOf(view: CoreDocument, names: Names): string {
  const isName = ({ key }: { key: CoreField['key'] }) => keyName(key, names) === 'name';
  const known = textOf(view.fields.find(isName)?.values.at(-1)?.value);
  if (known !== null) return known;
  const said = view.previews.flatMap((preview) => preview.said).flatMap((one) => ('Value' in one ? [one.Value] : []));
  return textOf(said.findLast(([key]) => isName({ key }))?.[1]) ?? '';
}

export function conflictsOf(view: CoreDocument, reading: Reading): Conflict[] {
  const state = stateOf(view.state);
  return view.fields.filter((field) => field.is_conflicted).flatMap((field) => conflict(field, reading, state));
}

function isTrue(value: CoreValue | undefined): boolean {
  return typeof value === 'object' && 'Bool' in value && value.Bool;
}

/** The beginning of a packed day; of a month or a year, its first. */
function dueOf(packed: number | null): LocalMinute | null {
  if (packed === null) return null;
  const [year, month, day] = [Math.floor(packed / 10_000), Math.floor(packed / 100) % 100, packed % 100];
  return Date.UTC(year, Math.max(month, 1) - 1, Math.max(day, 1)) / 60_000;
}

/** Everything that was written, newest first. */
export function historyView(view: CoreDocument, { now, names, called, passages }: Reading): HistoryView {
  const name = view.fields.find((field) => keyName(field.key, names) === 'name')?.values.at(-1)?.value;
  const entries = passages.map(({ at, device, said, is_confirmed: isConfirmed }, index) => ({
    id: String(index),
    at: localMinute(at),
    by: called.person(device),
    said: saidOf(said, names),
    state: isConfirmed ? ('received' as const) : ('here' as const),
  }));
  return { now, name: textOf(name) ?? '', entries: entries.filter(({ said }) => said.length > 0).reverse() };
}

function conflict(field: CoreField, { names, called, passages }: Reading, state: RecordState): Conflict[] {
  const key = keyName(field.key, names);
  const name = fieldOf(key);
  if (name === undefined) return [];
  const values = field.values.map(({ value, actor, device, is_mine: isMine }) => {
    const wrote = (passage: CorePassage) => hex(passage.actor) === hex(actor) && puts(passage, key, value, names);
    const written = passages.filter(wrote).at(-1);
    return {
      id: `${key}:${hex(actor)}`,
      shown: shownOf(key, value, names),
      by: called.person(device),
      isMine,
      at: written === undefined ? null : localMinute(written.at),
      state: written?.is_confirmed === false ? state : ('received' as const),
    };
  });
  // Two who wrote the same are no two ways of writing it.
  const different = values.filter((one, at) => values.findIndex(({ shown }) => shown === one.shown) === at);
  return [{ field: name, values: different }];
}

function puts(passage: CorePassage, key: string, value: CoreValue, names: Names): boolean {
  return passage.said.some(
    (one) => 'Value' in one && keyName(one.Value[0], names) === key && JSON.stringify(one.Value[1]) === JSON.stringify(value),
  );
}

function funnelView(funnel: Funnel, view: CoreDocument, { names, called, may }: Reading): FunnelView {
  const core: CoreFunnel = view[funnel];
  const reached = LEVELS[funnel].map((step, index) => {
    const at = core.reached[index] ?? null;
    if (at === null) return null;
    const event = view.events.find(({ event: { what } }) => 'Stage' in what && names.of('step', what.Stage.step) === step);
    return { at, by: called.person(event?.device ?? null), state: event === undefined ? ('received' as const) : stateOf(event.state) };
  });
  return {
    funnel,
    furthest: core.furthest,
    reached,
    side: core.side as SideName | null,
    isConflicted: core.is_conflicted,
    state: reached[core.furthest - 1]?.state ?? 'received',
    nextBy: core.furthest === 4 && funnel === 'eid' ? activateBy(core.reached[3] ?? null) : null,
    mayRecord: LEVELS[funnel].filter((level) => may.includes(level)),
    sides: SIDES[funnel].filter((side) => may.includes(side)),
  };
}

/** After seven days only the hotline helps. */
function activateBy(reported: LocalMinute | null): LocalMinute | null {
  return reported === null ? null : reported + 7 * 24 * 60;
}

function reasonOf(funnel: Funnel, view: CoreDocument, code: number | null, names: Names, state: RecordState): DossierView['reasons'] {
  const isDone = funnel === 'card' ? view.card.furthest >= 2 : view.eid.furthest >= 5;
  if (isDone) return [];
  const reason = code === null ? null : ((names.of('reason', code) ?? 'z-other') as ReasonName);
  return [{ funnel, reason, state: reason === null ? 'received' : state }];
}

function workLine({ id, event, device, state }: CoreEvent, { names, called }: Reading): WorkLine[] {
  const said = eventOf(event, names);
  if (said === null) return [];
  return [{ id: hex(id), at: event.stamp.at, by: called.person(device), ...said, state: stateOf(state) }];
}

function consentOf(events: CoreEvent[], names: Names): DossierView['consent'] {
  for (const { event: { what, stamp } } of [...events].reverse()) {
    if (!('Consent' in what)) continue;
    const { withdrawn, how, language } = what.Consent;
    return {
      given: !withdrawn, at: stamp.at, how: (names.of('consent-how', how) ?? 'spoken') as ConsentHow,
      language: (names.of('language', language) ?? 'other') as SpokenLanguage,
    };
  }
  return null;
}

/** The dossier as a set of ids tells when anything of it has changed. */
export function markOf(view: CoreDocument): string {
  const values = view.fields.map((field) => field.values.map(({ actor }: { actor: Id }) => hex(actor)).join());
  return [...values, view.events.length, view.voided.length, view.mine.map(({ record }) => record).join()].join('|');
}
