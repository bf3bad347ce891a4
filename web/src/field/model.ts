/**
 * What the field app's screens are told: the worker's answers, in plain JSON.
 *
 * A view is a finished fact: it was read from storage at `now`, and a screen draws it without
 * asking for more. Names of steps, reasons and states are the stable kebab-case names of the core,
 * so that a sentence can be found by them. Persons are named as they are spoken of ("chị Thắm").
 * No view has a whole personal number: its last three digits are all a list needs.
 */
import type { LocalMinute, PackedDate } from '../text/format.ts';
import type { PhoneLock } from './phone-lock.ts';

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

/** Side states of a funnel, which lower nothing. */
export const SIDES = {
  card: ['card-returned', 'card-undeliverable'],
  eid: ['eid-returned', 'eid-overdue', 'eid-locked'],
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
/** What teams do with a resident's phone. */
export type OwnServiceName = 'activate' | 'password' | 'submit' | 'integrate' | 'sim' | 'other';
/** Those, and the decision's essential services by their names in the catalogue. */
export type ServiceName = OwnServiceName | `d06-${string}`;
export type ResultName = 'done' | 'submitted' | 'draft' | 'later' | 'referred' | 'blocked' | 'declined' | 'other' | 'finished';
export type PhoneOwnerName = 'unknown' | 'own' | 'family' | 'other';
export type ConsentHow = 'spoken' | 'paper' | 'screen' | 'guardian';
export type SpokenLanguage = 'vi' | 'km' | 'en' | 'other';
export type PlaceKindName =
  | 'police-post' | 'committee' | 'desk' | 'school' | 'hall' | 'worship' | 'market' | 'boarding-house' | 'company' | 'clinic'
  | 'landing' | 'other';
export type NoticeKindName = 'message' | 'obstacle' | 'solved' | 'method';
export type FieldName =
  | 'name' | 'birth' | 'sex' | 'number' | 'phone' | 'phone-owner' | 'residence' | 'address' | 'household' | 'note' | 'reason'
  | 'home-visit' | 'due' | 'same';

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
  /** The server takes nothing that this phone signs, as after a restore from before a change of its keys. */
  isUnknown: boolean;
  /** A copy of this phone works, too; nobody has been told yet. */
  isCopied: boolean;
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
  /** What agrees with somebody being written down. */
  agree?: FieldName[];
}

/** What a list of people is narrowed to; of one sort (before the colon) at most one is chosen. */
export type PeopleFilter =
  | 'not-activated' | 'no-card' | 'unclassified' | 'home-visit' | 'no-household'
  | `card:${number}` | `eid:${number}` | `reason:${ReasonName}` | `residence:${ResidenceName}` | `canal:${string}`
  /** Years of age this year, both included. */
  | `age:${number}-${number}`;

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
  /** Where homes lie. */
  canals: string[];
  badges: Badges;
  /** Those who fit what was asked for, as colleagues showed them. */
  previewed: PreviewedLine[];
}

export interface PreviewedLine {
  document: DocumentId;
  name: string;
  from: string;
}

/** What became of asking the server for one person by the full number. Nothing is kept of the number. */
export type SoughtView =
  | { is: 'nothing' | 'asking' | 'coming' | 'nobody' | 'not-a-number' | 'no-answer' }
  | { is: 'too-often'; again: LocalMinute }
  /** `until`: then it leaves this phone again; `null` for somebody of the phone's own list. */
  | { is: 'found'; person: ResidentLine; until: LocalMinute | null };

/** People lent to this phone for a while, in the order in which they are to be called on. */
export interface DayList {
  until: LocalMinute;
  /** What it is called, such as a class or a company; empty where it has no name. */
  title: string;
  people: ResidentLine[];
}

export interface LentView {
  now: LocalMinute;
  lists: DayList[];
}

/** What a task asks for. */
export type TaskKind =
  | 'conflict' | 'visit' | 'card-collect' | 'card-returned' | 'eid-returned' | 'card-hand-over' | 'eid-activate' | 'home-visit'
  | 'reason' | 'reason-eid' | 'changed' | 'refused';

export interface Task {
  /** Unique on this phone. */
  id: string;
  document: DocumentId;
  name: string;
  kind: TaskKind;
  /** For a conflict. */
  field: FieldName | null;
  ways: number;
  /** The day it should be done by. */
  due: LocalMinute | null;
  /** What was noted of it: when the canal is passable. */
  note: string;
  /** Who went on with it, and when. */
  by: { who: string; at: LocalMinute } | null;
}

/** Tasks of one home. */
export interface HomeTasks {
  household: DocumentId;
  /** "bà Lâm Thị Đẹp". */
  of: string;
  /** The canal. */
  place: string;
  tasks: Task[];
}

export type TodayFilter = 'due' | 'overdue' | 'ahead' | 'unclear' | 'home-visit' | 'changed';

export interface TodayView {
  now: LocalMinute;
  hamlet: string;
  sync: SyncSummary;
  filter: TodayFilter;
  counts: Record<TodayFilter, number>;
  /** When canals are passable today, as colleagues and this person noted with their appointments. */
  tides: string[];
  /** Who somebody lent for the day. */
  lists: DayList[];
  /** In travel order: canal by canal. */
  homes: HomeTasks[];
  /** Tasks that are not listed. */
  more: number;
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
  /** Side states this role may record. */
  sides?: SideName[];
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

/** What a colleague handed over and the server has not told yet. */
export interface Preview {
  from: string;
  said: Said[];
}

export interface DossierView {
  now: LocalMinute;
  document: DocumentId;
  name: string;
  birthYear: number | null;
  sex: Sex | null;
  last3: string | null;
  residence: ResidenceName;
  home: HomeView | null;
  /** National digits. */
  phone: string | null;
  phoneOwner: PhoneOwnerName;
  address: string;
  note: string;
  /** Somebody said that a visit is needed. */
  homeVisit: boolean;
  /** The day somebody promised to come. */
  due: LocalMinute | null;
  /** Who is held to be the same person. */
  sameAs: { document: DocumentId; name: string } | null;
  /** The whole personal number is on this phone; who wants to see it asks for it. */
  hasNumber: boolean;
  /** Own records of it that are only here. */
  here: number;
  /** When it leaves this phone, where it is only lent. */
  lentUntil: LocalMinute | null;
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
  consent: { given: boolean; at: LocalMinute; how: ConsentHow; language: SpokenLanguage } | null;
  historyEntries: number;
}

/** Where somebody lives, with whom, and what is to be done for the others. */
export interface HomeView {
  household: DocumentId;
  of: string;
  canal: string;
  address: string;
  members: ResidentLine[];
  tasks: Task[];
}

/** A household in a list. */
export interface HouseLine {
  household: DocumentId;
  of: string;
  canal: string;
}

/** Where a resident may be at home. */
export interface HomeChoiceView {
  now: LocalMinute;
  document: DocumentId;
  name: string;
  home: HomeView | null;
  /** Households that fit what was typed. */
  houses: HouseLine[];
  canals: string[];
}

/** A household as typed. */
export interface HouseDraft {
  /** One that exists; `null` begins another. */
  household: DocumentId | null;
  name: string;
  canal: string;
  address: string;
}

/** What is put right of a resident; what is left out stays. */
export interface FactsDraft {
  name?: string;
  birth?: string;
  sex?: Sex;
  number?: string;
  phone?: string;
  phoneOwner?: PhoneOwnerName;
  residence?: ResidenceName;
  address?: string;
  note?: string;
  homeVisit?: boolean;
  /** Empty: none. */
  household?: string;
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
  residence?: ResidenceName | null;
  address?: string;
  /** Nine digits of the paper card of before. */
  oldNumber?: string;
  /** Where they live. */
  household?: { household: DocumentId; of: string } | null;
}

/** What a chip card says. */
export interface CardRead {
  number: string;
  oldNumber: string;
  name: string;
  birth: string;
  sex: Sex | null;
  address: string;
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
  /** Bit `n`: step `n` of the service's list was done. */
  steps?: number;
  /** The place it is held at. */
  heldAt?: { document: DocumentId; name: string } | null;
  minutes?: number | null;
  language?: SpokenLanguage | null;
  obstacles?: string;
  note?: string;
}

export interface SessionPerson {
  document: DocumentId;
  name: string;
  birthYear: number | null;
  result: ResultName | null;
  /** Why blocked. */
  reason: ReasonName | null;
  /** The day agreed to go on. */
  again?: PackedDate | null;
}

export type SessionStep = 'where' | 'what' | 'who' | 'result';

export interface SessionView {
  draft: SessionDraft;
  updateWaits: boolean;
  /** What is offered today. */
  services: ServiceLine[];
  places: PlaceLine[];
}

/** One service of the catalogue as it stands today. */
export interface ServiceLine {
  name: ServiceName;
  /** As the decision numbers it; empty for what no decision lists. */
  code: string;
  lead: string;
}

export interface PlaceLine {
  document: DocumentId;
  name: string;
  kind: PlaceKindName;
}

/** What sessions are written down with. */
export interface CatalogueView {
  services: ServiceLine[];
  places: PlaceLine[];
}

/** What was reported upward, and what came from above. */
export interface NoticesView {
  now: LocalMinute;
  notices: { document: DocumentId; kind: NoticeKindName; text: string; by: string; state: RecordState }[];
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
  obstacles: string;
  note: string;
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
  | 'sessions' | 'people-guided' | 'attendances' | 'submissions';

/** A figure of one period beside the one before. */
export interface Figure {
  indicator: IndicatorName;
  done: number;
  before: number;
}

/** A target of this person's unit, and how far everybody has come. */
export interface Aim {
  id: string;
  indicator: string;
  kind: 'assigned' | 'plan' | 'commitment';
  target: number;
  done: number;
  /** Of that, on this phone. */
  mine: number;
  due: PackedDate | null;
}

export interface Period {
  length: 'week' | 'month';
  which: 'this' | 'last';
}

export interface ResultsView {
  now: LocalMinute;
  period: Period;
  from: LocalMinute;
  to: LocalMinute;
  mine: Figure[];
  team: Figure[];
  aims: Aim[];
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

/** A list that the phone's own lock opens. */
export interface LockedView {
  lock: PhoneLock;
  here: number;
}

/** Too many wrong PINs; the phone's lock opened no more; reported lost; set up anew because the server did not know it. */
export type ErasedWhy = 'pin' | 'lock' | 'lost' | 'unknown';

/** The list is gone, what is sealed is not. */
export interface ErasedView {
  why: ErasedWhy;
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
