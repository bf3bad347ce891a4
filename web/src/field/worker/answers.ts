/** What each screen is told, from an open core. Nothing is changed here. */
import type { Phone } from 'sampan-app/client_app.js';
import { remarksOn } from 'sampan-app/client_app.js';
import type { Answers, Ask, Drafts } from '../brain.ts';
import type { FieldRemark, HomeTasks, PersonDraft, RefusedView, ServiceName, SessionKindName, SessionLine, SyncSummary, SyncView } from '../model.ts';
import type { Words } from './called.ts';
import { Called, hex } from './called.ts';
import type { CoreEvent, CoreLine } from './core.ts';
import type { Reading } from './dossier.ts';
import { dossierView, historyView, markOf } from './dossier.ts';
import { SERVICES, typed } from './entries.ts';
import type { Histories } from './histories.ts';
import { keyName, saidOf } from './said.ts';
import type { Names } from './views.ts';
import { badgesOf, figuresOf, localMinute, residentLine, stateOf, summaryOf, uintOf } from './views.ts';

/** More lines than one hamlet has people. */
const LINES_MAX = 20_000;
const DUPLICATES_MAX = 3;
/** Sessions the guidance list reads; older ones are history. */
const SESSIONS_READ_MAX = 200;
/** Dossiers to be decided on that Today names one by one. */
const TASKS_MAX = 50;

/** An open phone, as screens may see it. */
export interface Open {
  core: Phone;
  names: Names;
  words: Words;
  histories: Histories;
  drafts: Drafts;
  /** Seconds since 1970. */
  now: number;
  /** What automerge said of own saves. */
  checked: SyncView['checked'];
  signal: { hasSignal: boolean; serverSilent: boolean; lastSaveFailed: boolean };
}

export function answerOf(ask: Exclude<Ask, { view: 'gate' }>, open: Open): Answers[keyof Answers] | null {
  const { core, drafts } = open;
  const [at, sync, assignment] = [localMinute(open.now), core.sync(), core.assignment()];
  const called = new Called(core, open.words);
  const conflicted = core.list(dossiers('')).lines.filter((line) => line.is_conflicted);
  const badges = badgesOf(sync, conflicted.length);
  const summary = (): SyncSummary => summaryOf(sync, { ...open.signal, ...slips(open) });
  const hamlet = called.unit(assignment?.streams[0]?.unit ?? null);
  switch (ask.view) {
    case 'today': {
      const told = summary();
      return {
        now: at, hamlet, sync: told, filter: ask.filter, badges, tide: null, isFirstStart: told.loading !== null,
        counts: { due: badges.tasks + badges.refused, overdue: 0, unclear: 0 },
        homes: [...refusedTasks(open), ...conflicted.slice(0, TASKS_MAX).map((line) => conflictTask(line, open))],
      };
    }
    case 'people': {
      const lines = core.list(dossiers(ask.text)).lines.filter((line) => fits(line, ask.filters));
      const all = core.list(dossiers('')).count;
      return {
        now: at, hamlet, query: ask.text, filters: ask.filters, all, loading: summary().loading, lines: lines.map(residentLine), badges,
      };
    }
    case 'dossier': {
      const [view, reading] = read(ask.document, open, called);
      return view && dossierView(view, reading);
    }
    case 'history': {
      const [view, reading] = read(ask.document, open, called);
      return view && historyView(view, reading);
    }
    case 'refused':
      return { first: refusedView(open) };
    case 'new-person':
      return { now: at, draft: ask.draft, remarks: remarks(ask.draft, open.words), duplicates: duplicates(core, ask.draft) };
    case 'guidance':
      return { now: at, hamlet, sync: summary(), drafts: drafts.sessions.map(draftLine), sessions: sessions(open), badges };
    case 'drafts':
      return drafts;
    case 'results': {
      const team = assignment?.grant.team ?? 0;
      const { here, sending } = summary();
      return {
        now: at, week: ask.week, mine: figuresOf(core.ownFigures(), team, at, ask.week),
        team: figuresOf(core.figures(), team, at, ask.week), teamPeople: called.people, late: [], here: here + sending, badges,
      };
    }
    case 'sync':
      return { now: at, summary: summary(), badges, checked: open.checked };
  }
}

function read(document: string, { core, names, histories, now }: Open, called: Called) {
  const view = core.document(document);
  const passages = view === null ? [] : histories.of(document, markOf(view));
  const reading: Reading = { now: localMinute(now), names, called, passages, may: core.recordableSteps() };
  return [view, reading] as const;
}

function dossiers(text: string) {
  return { text, kind: 'Dossier', unit: null, lines_max: LINES_MAX };
}

function fits(line: CoreLine, filters: string[]): boolean {
  return (!filters.includes('not-activated') || line.eid < 5) && (!filters.includes('no-card') || line.card < 2);
}

/** The oldest record that is only here, and why the first was not accepted. */
function slips(open: Open): Pick<Parameters<typeof summaryOf>[1], 'oldestHere' | 'refusedWhy'> {
  const here = open.core.records().find((one) => stateOf(one.state) === 'here');
  const refused = refusedView(open);
  return {
    oldestHere: here === undefined ? null : localMinute(here.saved),
    refusedWhy: refused && { code: refused.code, who: refused.name },
  };
}

function refusedView({ core, names, now }: Open): RefusedView | null {
  const all = core.notAccepted();
  const first = all[0];
  if (first === undefined) return null;
  const document = core.document(hex(first.document));
  const said = saidOf(first.said, names);
  const entered = said.find((one) => one.kind === 'value' && one.field === 'name');
  const field = document?.fields.find(({ key }) => keyName(key, names) === 'name')?.values.at(-1)?.value;
  const name = typeof field === 'object' && 'Text' in field ? field.Text : entered?.kind === 'value' ? entered.shown : '';
  return {
    now: localMinute(now), record: String(first.number), document: document === null ? null : hex(document.document), name,
    code: first.code, at: localMinute(first.saved), others: all.length - 1, entries: said,
  };
}

function refusedTasks(open: Open): HomeTasks[] {
  const first = refusedView(open);
  if (first === null) return [];
  const task = {
    id: 'refused', document: first.document ?? '', name: first.name, kind: 'refused' as const, field: null, ways: 0,
    appointment: null, due: null,
  };
  return [{ household: 'refused', of: first.name, place: '', tasks: [task] }];
}

function conflictTask(line: CoreLine, { core, names, words, now }: Open): HomeTasks {
  const { document, name } = residentLine(line);
  const view = core.document(document);
  const reading: Reading = { now: localMinute(now), names, called: new Called(core, words), passages: [], may: [] };
  const conflict = view === null ? undefined : dossierView(view, reading).conflicts[0];
  const task = {
    id: document, document, name, kind: 'conflict' as const, field: conflict?.field ?? null, ways: conflict?.values.length ?? 2,
    appointment: null, due: null,
  };
  return { household: document, of: name, place: '', tasks: [task] };
}

function draftLine({ id, savedAt, where, service, people, others }: Drafts['sessions'][number]): SessionLine {
  return {
    id, at: savedAt ?? 0, where: where ?? 'home', service: service ?? 'other', people: people.length,
    attendances: people.length + others, state: 'draft',
  };
}

/** Sessions this phone knows, newest first. */
function sessions({ core, names }: Open): SessionLine[] {
  const { lines } = core.list({ text: '', kind: 'Session', unit: null, lines_max: SESSIONS_READ_MAX });
  const read = lines.flatMap(({ document, state }): SessionLine[] => {
    const view = core.document(hex(document));
    if (view === null) return [];
    const number = (key: string) => uintOf(view.fields.find((field) => keyName(field.key, names) === key)?.values.at(-1)?.value);
    const where = (names.of('session-kind', number('sk') ?? -1) ?? 'home') as SessionKindName;
    return [{
      id: hex(document), at: number('at') ?? 0, where, service: serviceOf(view.events), people: view.events.length,
      attendances: number('heads') ?? view.events.length, state: stateOf(state),
    }];
  });
  return read.sort((a, b) => b.at - a.at);
}

function serviceOf(events: CoreEvent[]): ServiceName {
  for (const { event: { what } } of events) {
    if (!('Outcome' in what)) continue;
    const number = what.Outcome.service;
    const found = Object.entries(SERVICES).find(([, known]) => known === number);
    if (found) return found[0] as ServiceName;
  }
  return 'other';
}

/** People of the same name, once it has two words. */
function duplicates(core: Phone, { name }: PersonDraft) {
  if (name.trim().split(/\s+/).length < 2) return [];
  return core.list({ ...dossiers(name.trim()), lines_max: DUPLICATES_MAX }).lines.map(residentLine);
}

function remarks(draft: PersonDraft, words: Words): FieldRemark[] {
  const said = remarksOn(typed(draft), new Date().getFullYear());
  return said.map(({ field, code, severity, digits, year, written, is_female: isFemale }) => {
    const params: Record<string, string | number> = {};
    if (digits !== null) params['digits'] = digits;
    if (year !== null) params['year'] = String(year);
    if (written !== null) params['written'] = String(written);
    if (isFemale !== null) params['sex'] = isFemale ? words.female : words.male;
    return { field, code, severity, params };
  });
}
