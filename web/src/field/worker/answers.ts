/** What each screen is told, from an open core. Nothing is changed here. */
import type { Phone } from 'sampan-app/client_app.js';
import { remarksOn } from 'sampan-app/client_app.js';
import type { Answers, Ask, Drafts } from '../brain.ts';
import type {
  DossierView, FieldRemark, HomeTasks, HomeView, PersonDraft, RefusedView, SessionLine, SyncSummary, SyncView,
} from '../model.ts';
import type { Words } from './called.ts';
import { Called, hex } from './called.ts';
import { catalogueView, noticesView } from './catalogue.ts';
import type { CoreDocument, CoreSync } from './core.ts';
import type { Reading } from './dossier.ts';
import { dossierView, historyView, markOf, nameOf, numberOf } from './dossier.ts';
import { typed } from './entries.ts';
import type { Histories } from './histories.ts';
import { dayListsOf, soughtOf } from './lent.ts';
import { dossiers, doublesOf, housesOf, peopleOf, previewedOf } from './people.ts';
import { figuresOf } from './results.ts';
import { keyName, saidOf } from './said.ts';
import { sessionLines, sessionView } from './session.ts';
import { countsOf, dayOf, homesOf, taskOf, tidesOf } from './today.ts';
import type { Sought } from './worker.ts';
import type { Names } from './views.ts';
import { badgesOf, localMinute, residentLine, stateOf, summaryOf } from './views.ts';

const DAY_MINUTES = 24 * 60;

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
  /** Who was asked for at the desk. */
  sought: Sought;
  signal: Pick<SyncSummary, 'hasSignal' | 'serverSilent' | 'lastSaveFailed' | 'dataSaver' | 'isUnknown' | 'isCopied'>;
}

export function answerOf(ask: Exclude<Ask, { view: 'gate' }>, open: Open): Answers[keyof Answers] | null {
  const { core, drafts, names } = open;
  const [at, sync, assignment] = [localMinute(open.now), core.sync(), core.assignment()];
  const called = new Called(core, open.words);
  const day = dayOf(open, ask.view === 'today' ? ask.filter : null);
  const refused = refusedTasks(open);
  const badges = badgesOf(sync, day.counts.due + refused.length);
  const summary = (): SyncSummary => summaryOf(sync, { ...open.signal, ...slips(open), now: open.now });
  const hamlet = called.unit(assignment?.streams[0]?.unit ?? null);
  switch (ask.view) {
    case 'today': {
      const [told, counts] = [summary(), countsOf(day)];
      return {
        now: at, hamlet, sync: told, filter: ask.filter, badges, isFirstStart: told.loading !== null,
        counts: { ...counts, due: badges.tasks }, more: day.more, lists: dayListsOf(open),
        tides: tidesOf(open, Math.floor(at / DAY_MINUTES)),
        homes: [...(ask.filter === 'due' ? refused : []), ...homesOf(day, open, called)],
      };
    }
    case 'people': {
      const { count, lines } = peopleOf(core, names, ask, at);
      const all = core.list({ ...dossiers(''), lines_max: 0 }).count;
      return {
        now: at, hamlet, query: ask.text, filters: ask.filters, all, loading: summary().loading, count, from: ask.from,
        lines: lines.map(residentLine), canals: core.canals(), badges, previewed: previewedOf(core, ask.text, called),
      };
    }
    case 'dossier': {
      const [view, reading] = read(ask.document, open, called);
      const hasNumber = numberOf(core, ask.document, names) !== null;
      return view && { ...dossierView(view, reading), ...around(ask.document, view, open, called), hasNumber };
    }
    case 'home': {
      const view = core.document(ask.document);
      const about = { now: at, document: ask.document, houses: housesOf(core, ask.text), canals: core.canals() };
      return view && { ...about, name: nameOf(view, names), home: homeOf(ask.document, open, called) };
    }
    case 'history': {
      const [view, reading] = read(ask.document, open, called);
      return view && historyView(view, reading);
    }
    case 'refused':
      return { first: refusedView(open) };
    case 'new-person':
      return {
        now: at, draft: ask.draft, remarks: remarks(ask.draft, open.words),
        duplicates: doublesOf(core, ask.draft, new Date().getFullYear()),
      };
    case 'guidance':
      return { now: at, hamlet, sync: summary(), drafts: drafts.sessions.map(draftLine), sessions: sessionLines(open), badges };
    case 'session':
      return sessionView(ask.document, open, called);
    case 'catalogue':
      return catalogueView(open);
    case 'notices':
      return noticesView(open, called);
    case 'tides':
      return { notes: tidesOf(open, ask.day) };
    case 'lent':
      return { now: at, lists: dayListsOf(open) };
    case 'sought':
      return soughtOf(open);
    case 'drafts':
      return drafts;
    case 'results': {
      const made = figuresOf(core, ask.period, open.now);
      const { here, sending } = summary();
      return made && { now: at, period: ask.period, ...made, teamPeople: called.people, late: [], here: here + sending, badges };
    }
    case 'sync':
      return { now: at, summary: summary(), badges, checked: open.checked, carrying: carrying(sync, called) };
  }
}

/** What is known of somebody's home, and whom they are held to be. */
function around(document: string, view: CoreDocument, open: Open, called: Called): Pick<DossierView, 'home' | 'sameAs'> {
  const same = view.fields.find(({ key }) => keyName(key, open.names) === 'same')?.values.at(-1)?.value;
  const other = typeof same === 'object' && 'Bytes' in same ? open.core.document(hex([...same.Bytes])) : null;
  return {
    home: homeOf(document, open, called),
    sameAs: other && hex(other.document) !== hex(view.document) ? { document: hex(other.document), name: nameOf(other, open.names) } : null,
  };
}

function homeOf(document: string, open: Open, called: Called): HomeView | null {
  const home = open.core.home(document, open.now);
  return home && {
    household: hex(home.household), of: home.name, canal: home.canal, address: home.address,
    members: home.members.map(residentLine), tasks: home.tasks.map((task) => taskOf(task, open, called)),
  };
}


function read(document: string, { core, names, histories, now }: Open, called: Called) {
  const view = core.document(document);
  const passages = view === null ? [] : histories.of(document, markOf(view));
  const reading: Reading = { now: localMinute(now), names, called, passages, may: core.recordableSteps() };
  return [view, reading] as const;
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
    id: 'refused', document: first.document ?? '', name: first.name, kind: 'refused' as const, field: null, ways: 0, due: null,
    note: '', by: null,
  };
  return [{ household: 'refused', of: first.name, place: '', tasks: [task] }];
}

function draftLine({ id, savedAt, where, service, people, others }: Drafts['sessions'][number]): SessionLine {
  return {
    id, at: savedAt ?? 0, where: where ?? 'home', service: service ?? 'other', people: people.length,
    attendances: people.length + others, state: 'draft',
  };
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
