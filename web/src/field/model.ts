/**
 * What the field app's screens are told: the worker's answers, in plain JSON.
 *
 * A view is a finished fact: it was read from storage at `now`, and a screen draws it without
 * asking for more. Names of steps, reasons and states are the stable kebab-case names of the core,
 * so that a sentence can be found by them. Persons are named as they are spoken of ("chị Thắm").
 * No view has a whole personal number: its last three digits are all a list needs.
 */
import type { LocalMinute, PackedDate } from '../text/format.ts';

export type { LocalMinute, PackedDate };

/** 32 hex digits. */
export type DocumentId = string;

/** The state of a record, or of what is own in a dossier; the first that applies is shown. */
export type RecordState =
  | 'refused'
  | 'conflict'
  | 'returned'
  | 'held'
  | 'parked'
  | 'carried'
  | 'sending'
  | 'here'
  | 'draft'
  | 'received';

export type Funnel = 'card' | 'eid';
export type Sex = 'male' | 'female';

/** Levels of a funnel in their order; index 0 is level 1. */
export const LEVELS = {
  card: ['card-appointed', 'card-collected', 'card-processing', 'card-printed', 'card-handed-over'],
  eid: ['eid-level1', 'eid-collected', 'eid-accepted', 'eid-reported', 'eid-activated'],
} as const;

/** A level of a funnel. */
export type LevelName = (typeof LEVELS)[Funnel][number];
/** A side state, which lowers nothing. */
export type SideName =
  | 'card-returned'
  | 'card-undeliverable'
  | 'eid-returned'
  | 'eid-overdue'
  | 'eid-locked';
export type StepName = LevelName | SideName;

export type ReasonName = `${'a' | 'b' | 'c' | 'd' | 'e' | 'f'}${number}-${string}` | 'z-other';
export type ResidenceName = 'permanent-present' | 'permanent-away' | 'temporary' | 'left' | 'dead' | 'unknown';
export type VisitName = 'met' | 'not-met' | 'rescheduled' | 'moved-away' | 'away' | 'declined' | 'unreachable';
export type SourceName = 'witnessed' | 'told' | 'officer' | 'import';
export type SessionKindName =
  | 'home' | 'group' | 'school' | 'company' | 'desk' | 'police-post' | 'remote' | 'propaganda';
export type ServiceName = 'activate' | 'password' | 'submit' | 'integrate' | 'sim' | 'other';
export type ResultName = 'done' | 'submitted' | 'later' | 'blocked' | 'other';
export type FieldName =
  | 'name' | 'birth' | 'sex' | 'number' | 'phone' | 'residence' | 'household' | 'note' | 'reason' | 'home-visit';

/** Which of the five places of the app. */
export type Tab = 'today' | 'people' | 'guidance' | 'results' | 'sync';

/** The marks on the bottom bar. */
export interface Badges {
  /** Open tasks. */
  tasks: number;
  /** Records that were not accepted. */
  refused: number;
}

/** Where everything entered on this phone is. Counts are disjoint. */
export interface SyncSummary {
  /** The phone believes it has signal. */
  hasSignal: boolean;
  /** The last save did not reach storage. */
  lastSaveFailed: boolean;
  /** Asked and got no answer, though there is signal. */
  serverSilent: boolean;
  /** On this phone only. */
  here: number;
  /** Of those, moving right now. */
  sending: number;
  /** Given to somebody and not received yet. */
  carried: number;
  /** Who carries, if one person does. */
  carrier: string | null;
  carriedSince: LocalMinute | null;
  parked: number;
  held: number;
  /** Waits for an update of the app. */
  rejected: number;
  refused: number;
  /** Why the first of them was not accepted: a code for `outcomeText`, and about whom. */
  refusedWhy: { code: string; who: string } | null;
  /** Received within 30 days. */
  received: number;
  /** Received before that. */
  receivedOlder: number;
  /** When the oldest record that is only here was saved. */
  oldestHere: LocalMinute | null;
  lastReceipt: LocalMinute | null;
  /** When anything was last heard from the server. */
  lastNews: LocalMinute | null;
  /** When the server is tried again. */
  nextTry: LocalMinute | null;
  /** A list on its way, in people. */
  loading: { done: number; all: number } | null;
  /** Days until the list locks; `null` while that is far away. */
  leaseDaysLeft: number | null;
  /** How far the phone's clock is off; 0 if it is not. */
  clockOffMinutes: number;
  /** Sealed records carried here for others. */
  /** Bundles of others that this phone carries. */
  custody: number | null;
  dataSaver: { on: boolean; kbThisMonth: number };
}

/** How far one funnel has come, for a row. */
export interface Track {
  /** 0 to 5. */
  furthest: number;
  side: SideName | null;
}

/** One person in a list. */
export interface ResidentLine {
  document: DocumentId;
  /** As written; empty if nobody wrote it. */
  name: string;
  /** Where the search matched, in UTF-16 units of the name. */
  match: { from: number; to: number } | null;
  birthYear: number | null;
  sex: Sex | null;
  last3: string | null;
  card: Track;
  eid: Track;
  /** `received` shows nothing. */
  state: RecordState;
  /** Who carries it, where the state is `carried`. */
  carrier: string | null;
}

export type PeopleFilter = 'not-activated' | 'no-card';

export interface PeopleView {
  now: LocalMinute;
  hamlet: string;
  query: string;
  filters: PeopleFilter[];
  /** How many people the hamlet has. */
  all: number;
  loading: { done: number; all: number } | null;
  /** How many fit what was asked for. */
  count: number;
  /** How many of them come before the first line. */
  from: number;
  /** A part of them, in the order of the list. */
  lines: ResidentLine[];
  badges: Badges;
}

/** What a task asks for. */
export type TaskKind =
  | 'card-collect' | 'card-hand-over' | 'eid-collect' | 'eid-activate' | 'reason' | 'reason-eid' | 'conflict'
  | 'refused' | 'visit';

export interface Task {
  /** Unique on this phone. */
  id: string;
  document: DocumentId;
  name: string;
  kind: TaskKind;
  /** For a conflict. */
  field: FieldName | null;
  ways: number;
  /** An agreed time today. */
  appointment: LocalMinute | null;
  /** The day it should be done by. */
  due: LocalMinute | null;
}

/** Tasks of one home, in travel order. */
export interface HomeTasks {
  household: DocumentId;
  /** "bà Lâm Thị Đẹp". */
  of: string;
  place: string;
  tasks: Task[];
}

export type TodayFilter = 'due' | 'overdue' | 'unclear';

export interface TodayView {
  now: LocalMinute;
  hamlet: string;
  sync: SyncSummary;
  filter: TodayFilter;
  counts: Record<TodayFilter, number>;
  /** When canals are passable, as the team noted it. */
  tide: { from: LocalMinute; to: LocalMinute } | null;
  homes: HomeTasks[];
  /** The first list is still coming. */
  isFirstStart: boolean;
  badges: Badges;
}

/** One level, if it was reached. */
export interface Reached {
  at: LocalMinute;
  by: string;
  state: RecordState;
}

export interface FunnelView {
  funnel: Funnel;
  /** 0 to 5. */
  furthest: number;
  /** By level from 1; filled from the front. */
  reached: (Reached | null)[];
  side: SideName | null;
  isConflicted: boolean;
  /** State of the furthest own step. */
  state: RecordState;
  /** The day by which the next step should be done. */
  nextBy: LocalMinute | null;
  /** Levels this role may record. */
  mayRecord: LevelName[];
}

/** One live value of a key in conflict. */
export interface LiveValue {
  /** Names this value when it is chosen. */
  id: string;
  /** As people read it, digits already grouped. */
  shown: string;
  by: string;
  isMine: boolean;
  /** `null` until the history is read, or where it was let go. */
  at: LocalMinute | null;
  state: RecordState;
}

export interface Conflict {
  field: FieldName;
  /** At least two, by name of author. */
  values: LiveValue[];
}

export interface WorkLine {
  id: string;
  what:
    | { kind: 'visit'; result: VisitName }
    | { kind: 'session'; where: SessionKindName; result: ResultName }
    | { kind: 'step'; step: StepName };
  at: LocalMinute;
  by: string;
  note: string;
  state: RecordState;
}

export interface Preview {
  from: string;
  field: FieldName;
  shown: string;
}

export interface DossierView {
  now: LocalMinute;
  document: DocumentId;
  name: string;
  birthYear: number | null;
  sex: Sex | null;
  last3: string | null;
  residence: ResidenceName;
  household: { of: string; people: number } | null;
  /** National digits. */
  phone: string | null;
  /** Own records of it that are only here. */
  here: number;
  /** The unit it went to: read only then. */
  movedTo: string | null;
  /** Whose dossier it was united with, until that was seen. */
  unitedWith: string | null;
  conflicts: Conflict[];
  card: FunnelView;
  eid: FunnelView;
  /** `null` where nobody said; absent where none is asked for. */
  reasons: { funnel: Funnel; reason: ReasonName | null; state: RecordState }[];
  previews: Preview[];
  work: WorkLine[];
  consent: { given: boolean; at: LocalMinute } | null;
  historyEntries: number;
}

/** One thing a change says. `shown` is for people, or the stable name of a code that has a word. */
export type Said =
  | { kind: 'value'; field: FieldName; shown: string }
  | { kind: 'event'; what: WorkLine['what']; note: string }
  | { kind: 'consent'; withdrawn: boolean }
  | { kind: 'void' }
  | { kind: 'chosen' };

/** Everything written in a dossier, newest first. */
export interface HistoryView {
  now: LocalMinute;
  name: string;
  entries: { id: string; at: LocalMinute; by: string; said: Said[]; state: RecordState }[];
}

/** What a person wrote into "new person", as typed. */
export interface PersonDraft {
  /** Digits only; `null` for "no number yet". */
  number: string | null;
  name: string;
  birth: string;
  sex: Sex | null;
  /** Digits only. */
  phone: string;
}

/** What the core says about one field: `check.<code>` is its sentence. */
export interface FieldRemark {
  field: 'number' | 'name' | 'birth' | 'sex' | 'phone';
  code: string;
  /** Warnings never stop a save. */
  severity: 'error' | 'warning';
  params: Record<string, string | number>;
}

export interface NewPersonView {
  now: LocalMinute;
  draft: PersonDraft;
  remarks: FieldRemark[];
  duplicates: ResidentLine[];
}

/** One session being written down. */
export interface SessionDraft {
  /** Names it among the drafts. */
  id: string;
  step: SessionStep;
  savedAt: LocalMinute | null;
  where: SessionKindName | null;
  service: ServiceName | null;
  people: SessionPerson[];
  /** Present and not named. */
  others: number;
  /** The saved session that this one puts right. */
  replaces?: DocumentId;
}

export interface SessionPerson {
  document: DocumentId;
  name: string;
  birthYear: number | null;
  result: ResultName | null;
  /** Why blocked. */
  reason: ReasonName | null;
}

export type SessionStep = 'where' | 'what' | 'who' | 'result';

export interface SessionView {
  draft: SessionDraft;
  updateWaits: boolean;
}

/** A session as it was saved. */
export interface SavedSessionView {
  now: LocalMinute;
  document: DocumentId;
  at: LocalMinute;
  where: SessionKindName;
  service: ServiceName;
  /** Who wrote it down. */
  by: string;
  /** Whether that was done on this phone. */
  isMine: boolean;
  people: SessionPerson[];
  /** Present and not named. */
  others: number;
  attendances: number;
  state: RecordState;
}

export interface SessionLine {
  id: string;
  at: LocalMinute;
  where: SessionKindName;
  service: ServiceName;
  people: number;
  attendances: number;
  state: RecordState;
}

export interface GuidanceView {
  now: LocalMinute;
  hamlet: string;
  sync: SyncSummary;
  drafts: SessionLine[];
  sessions: SessionLine[];
  badges: Badges;
}

export type IndicatorName =
  | 'eid-activated' | 'eid-collected' | 'eid-accepted' | 'card-collected' | 'card-handed-over' | 'visits'
  | 'sessions' | 'people-guided';

export interface Figure {
  indicator: IndicatorName;
  done: number;
  /** `null`: no target was set. */
  target: number | null;
  /** For visits: how many homes. */
  homes: number | null;
}

export interface ResultsView {
  now: LocalMinute;
  week: 'this' | 'last';
  mine: Figure[];
  team: Figure[];
  teamPeople: number;
  /** Whose phone has not sent, and since when. */
  late: { who: string; since: LocalMinute }[];
  /** Own records that are counted and only here. */
  here: number;
  badges: Badges;
}

export interface SyncView {
  now: LocalMinute;
  summary: SyncSummary;
  badges: Badges;
  /** What is carried for whom, and what is to be brought back to them. */
  carrying: { who: string; bundles: number; returns: number }[];
  /** Own saves since the phone was opened, and how many of them automerge confirmed or denied. */
  checked: { saves: number; checked: number; disagreements: number };
}

export type InviteState = 'compare' | 'waiting' | 'used' | 'no-signal' | 'stopped';

export interface InviteView {
  state: InviteState;
  /** "anh Khoa". */
  who: string;
  team: string;
  commune: string;
  /** Six digits. */
  checkCode: string;
  inviter: string;
  people: number;
  kb: number;
}

export interface PinView {
  mode: 'choose' | 'again' | 'unlock';
  /** The digits are being turned into a key, which takes this phone a moment. */
  isWorking: boolean;
  remark:
    | { code: 'easy' | 'differs' | 'full' | 'memory' }
    | { code: 'wrong'; triesLeft: number }
    /** `isLast`: after this wait there is one try, and no other. */
    | { code: 'wait'; minutes: number; isLast: boolean }
    | null;
  here: number;
  hasSignal: boolean;
}

/** After too many wrong PINs: the list is gone, what is sealed is not. */
export interface ErasedView {
  here: number;
  hasSignal: boolean;
  /** A new invite was opened: the phone may begin again. */
  isInvited: boolean;
}

/** One record that the server did not accept. */
export interface RefusedView {
  now: LocalMinute;
  record: string;
  /** `null` if the dossier is not on this phone any more. */
  document: DocumentId | null;
  name: string;
  /** A refuse code for `outcomeText`. */
  code: string;
  /** When it was saved. */
  at: LocalMinute;
  /** How many more there are. */
  others: number;
  /** What was entered; empty for somebody who was erased. */
  entries: Said[];
}
