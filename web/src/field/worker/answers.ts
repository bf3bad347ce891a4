/** What each screen is told, from an open core. Nothing is changed here. */
import type { Phone } from 'sampan-app/client_app.js';
import { remarksOn } from 'sampan-app/client_app.js';
import type { Answers, Ask, Drafts } from '../brain.ts';
import type { FieldRemark, HomeTasks, LocalMinute, PersonDraft, RefusedView, SessionLine, SyncSummary, SyncView } from '../model.ts';
import type { Words } from './called.ts';
import { bytesOf, Called, hex } from './called.ts';
import type { CoreLine, CoreQuery, CoreSync } from './core.ts';
import type { Reading } from './dossier.ts';
import { dossierView, historyView, markOf } from './dossier.ts';
import { typed } from './entries.ts';
import type { Histories } from './histories.ts';
import { keyName, saidOf } from './said.ts';
import { sessionLines, sessionView } from './session.ts';
import type { Names } from './views.ts';
import { badgesOf, figuresOf, localMinute, residentLine, stateOf, summaryOf } from './views.ts';

/** A part of a list: more than a screen shows at once. */
const LINES_MAX = 120;
const DUPLICATES_MAX = 3;
/** Dossiers to be decided on that Today names one by one. */
const TASKS_MAX = 50;

/** Promised visits that are read, to find the oldest. */
const DUE_READ_MAX = 1_000;
/** Promises of the next week can be planned for. */
const AHEAD_MINUTES = 7 * 24 * 60;

/** Filters by the names that the core has for them. */
const TRAITS = { 'not-activated': 'NotActivated', 'no-card': 'NoCard' } as const;

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
  signal: { hasSignal: boolean; serverSilent: boolean; lastSaveFailed: boolean; dataSaver: SyncSummary['dataSaver'] };
}

export function answerOf(ask: Exclude<Ask, { view: 'gate' }>, open: Open): Answers[keyof Answers] | null {
  const { core, drafts } = open;
  const [at, sync, assignment] = [localMinute(open.now), core.sync(), core.assignment()];
  const called = new Called(core, open.words);
  const badges = badgesOf(sync, core.list(conflicted(0)).count);
  const summary = (): SyncSummary => summaryOf(sync, { ...open.signal, ...slips(open), now: open.now });
  const hamlet = called.unit(assignment?.streams[0]?.unit ?? null);
  switch (ask.view) {
    case 'today': {
      const told = summary();
      return {
        now: at, hamlet, sync: told, filter: ask.filter, badges, tide: null, isFirstStart: told.loading !== null,
        counts: { due: badges.tasks + badges.refused, overdue: 0, unclear: 0 },
        homes: [
          ...refusedTasks(open), ...visitTasks(core, at),
          ...core.list(conflicted(TASKS_MAX)).lines.map((line) => conflictTask(line, open)),
        ],
      };
    }
    case 'people': {
      const only = ask.filters.map((filter) => TRAITS[filter]);
      const { count, lines } = core.list({ ...dossiers(ask.text), only, from: ask.from, without: ask.without.map(bytesOf) });
      const all = core.list({ ...dossiers(''), lines_max: 0 }).count;
      return {
        now: at, hamlet, query: ask.text, filters: ask.filters, all, loading: summary().loading, count, from: ask.from,
        lines: lines.map(residentLine), badges,
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
      return { now: at, hamlet, sync: summary(), drafts: drafts.sessions.map(draftLine), sessions: sessionLines(open), badges };
    case 'session':
      return sessionView(ask.document, open, called);
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
      return { now: at, summary: summary(), badges, checked: open.checked, carrying: carrying(sync, called) };
  }
}

function read(document: string, { core, names, histories, now }: Open, called: Called) {
  const view = core.document(document);
  const passages = view === null ? [] : histories.of(document, markOf(view));
  const reading: Reading = { now: localMinute(now), names, called, passages, may: core.recordableSteps() };
  return [view, reading] as const;
}

function dossiers(text: string): CoreQuery {
  return { text, kind: 'Dossier', unit: null, lines_max: LINES_MAX };
}

function conflicted(linesMax: number): CoreQuery {
  return { ...dossiers(''), only: ['Conflicted'], lines_max: linesMax };
}

function carrying(sync: CoreSync, called: Called): SyncView['carrying'] {
  return sync.carried_for.map(({ device, bundles, returns }) => ({ who: called.person(device), bundles, returns }));
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

/** Promised visits of these days, the oldest promise first. */
function visitTasks(core: Phone, at: LocalMinute): HomeTasks[] {
  const { lines } = core.list({ ...dossiers(''), only: ['Due'], lines_max: DUE_READ_MAX });
  const dated = lines.flatMap((line) => (line.due === null ? [] : [{ ...residentLine(line), due: minuteOf(line.due) }]));
  const soon = dated.filter(({ due }) => due <= at + AHEAD_MINUTES).sort((a, b) => a.due - b.due);
  return soon.slice(0, TASKS_MAX).map(({ document, name, due }) => ({
    household: `visit-${document}`, of: name, place: '',
    tasks: [{ id: `visit-${document}`, document, name, kind: 'visit' as const, field: null, ways: 0, appointment: null, due }],
  }));
}

/** The beginning of a packed day; of a month or a year, its first. */
function minuteOf(packed: number): LocalMinute {
  const [year, month, day] = [Math.floor(packed / 10_000), Math.floor(packed / 100) % 100, packed % 100];
  return Date.UTC(year, Math.max(month, 1) - 1, Math.max(day, 1)) / 60_000;
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
