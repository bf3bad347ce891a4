/**
 * What the console's screens are told, in plain JSON, as the server answers it.
 *
 * Every figure says when it is of: views carry `asOf` and what is known to be missing. A target
 * nobody set is `null` and is shown as a dash, never as 0.
 */
import type { DocumentId, FunnelView, LevelName, LocalMinute, ReasonName, RecordState, Sex, Track } from '../field/model.ts';

export type Page = 'progress' | 'dossiers' | 'decide' | 'campaigns' | 'import' | 'reports' | 'devices' | 'rights' | 'audit';

/** What stands around every page. */
export interface Frame {
  now: LocalMinute;
  page: Page;
  /** Pages this role may open. */
  pages: Page[];
  who: string;
  role: string;
  unit: string;
  waiting: number;
  /** When the live link broke; `null` while it holds. */
  lostAt: LocalMinute | null;
}

/** A place in the tree of units, from the top. */
export interface UnitPath {
  id: string;
  name: string;
}

/** How recent the records of a unit are. */
export interface Freshness {
  /** When its most silent phone was last heard; `null` if never. */
  heard: LocalMinute | null;
  silentPhones: number;
  /** Records known to exist and not arrived. */
  unsent?: number;
}

export interface SilenceView {
  /** Silent too long; may be 0 where only records are known to be missing. */
  phones: number;
  units: number;
  /** Records known to exist and not arrived; `null` if nobody knows. */
  recordsAtLeast: number | null;
  /** When the oldest of them was saved. */
  oldest?: LocalMinute | null;
}

/** How complete figures are: phones silent too long, or when the most silent was heard. */
export type Completeness = SilenceView | { heardOldest: LocalMinute } | 'unknown' | null;

export type Pace =
  | { is: 'late'; days: number }
  | { is: 'early'; days: number }
  | { is: 'reached'; on: LocalMinute }
  | { is: 'unknown' };

export interface UnitLine {
  id: string;
  name: string;
  rank: number | null;
  done: number;
  target: number | null;
  /** The rate as the server cut it, `72.22`; otherwise it is cut here. */
  percent?: string;
  pace: Pace;
  reason: ReasonName | null;
  /** `null`: nobody knows. */
  fresh: Freshness | null;
}

export interface FunnelBar {
  step: LevelName | 'card-undeliverable';
  count: number;
  /** The target belongs to it. */
  isGoal: boolean;
  /** What was lost on the way from the bar above, in words already. */
  lost: string | null;
}

export interface PacePoint {
  day: LocalMinute;
  done: number;
}

export interface PaceChartView {
  /** By day, ascending, none twice. */
  points: PacePoint[];
  target: number;
  start: LocalMinute;
  end: LocalMinute;
  /** From this day on figures may still grow. */
  growsFrom: LocalMinute;
  /** When the target is expected to be met; `null` also once it is. */
  forecast: LocalMinute | null;
  /** The first day by whose end the target was met. */
  metOn: LocalMinute | null;
}

export interface ProgressView {
  frame: Frame;
  path: UnitPath[];
  unit: string;
  /** What is compared, in words; the e-ID if left out. */
  indicator?: string;
  /** `null`: figures of all campaigns together. */
  campaign: string | null;
  asOf: LocalMinute;
  /** Looked at as of an earlier day. */
  isPast: boolean;
  /** `null`: every phone has sent lately. */
  silence: Completeness;
  /** `null`: not known. */
  sourceDay: LocalMinute | null;
  done: number;
  target: number | null;
  /** As in a unit's line. */
  percent?: string;
  funnel: FunnelBar[];
  chart: PaceChartView | null;
  perDayNeeded: number;
  perDayPast: number;
  pastDays: number;
  /** Slowest first. */
  units: UnitLine[];
  unitsAll: number;
  /** Of those with a target; `null` where nobody has one. */
  unitsMet: { met: number; all: number } | null;
}

export type DecideKind = 'held' | 'conflicts' | 'doubles' | 'undelivered' | 'unclassified';

export interface HeldLine {
  id: string;
  /** A hold code for `outcomeText`. */
  code: string;
  name: string;
  since: LocalMinute;
  /** Decided by somebody else meanwhile. */
  decided: { by: string; at: LocalMinute } | null;
}

export interface HeldDetail {
  id: string;
  name: string;
  birthYear: number | null;
  sex: Sex | null;
  last3: string | null;
  place: string;
  /** Why it waits, in whole sentences. */
  why: string;
  items: { item: string; now: string | null; record: string }[];
  author: string;
  team: string;
  carrier: string | null;
  arrived: LocalMinute;
  effect: string;
}

export interface DecideView {
  frame: Frame;
  kind: DecideKind;
  counts: Record<DecideKind, number>;
  lines: HeldLine[];
  selected: HeldDetail | null;
}

export interface DossierLine {
  document: DocumentId;
  name: string;
  birthYear: number | null;
  sex: Sex | null;
  last3: string | null;
  hamlet: string;
  card: Track;
  eid: Track;
  reason: ReasonName | null;
  state: RecordState;
}

export type DossierColumn = 'name' | 'birth' | 'hamlet';

export interface DossiersView {
  frame: Frame;
  path: UnitPath[];
  unit: string;
  query: string;
  /** `null`: this role sees totals only. */
  lines: DossierLine[] | null;
  /** How many fit, listed or not. */
  fitting: number;
  all: number;
  sort: { column: DossierColumn; descending: boolean };
}

/** One of the things written in a field. */
export interface SaidValue {
  /** Names it within its field. */
  op: string;
  /** As people read it; empty if somebody emptied it. */
  shown: string;
  /** As it is typed. */
  typed: string;
  /** `null`: nobody knows. */
  by: string | null;
  at: LocalMinute;
}

export interface DossierField {
  key: string;
  name: string;
  /** The one that counts for now stands last. */
  values: SaidValue[];
  isConflicted: boolean;
  mayWrite: boolean;
  isDigits: boolean;
  isLong: boolean;
  /** Instead of typing. */
  choices: { id: string; name: string }[] | null;
}

/** What is taken out of a dossier: an item, or something that happened with its note. */
export type TakenOut = { field: string } | { event: string };

export const VOID_REASONS = ['mistake', 'wrong-person', 'duplicate', 'cleaned'] as const;
export type VoidReason = (typeof VOID_REASONS)[number];

/** Something that happened, in words already. */
export interface Happened {
  id: string;
  kind: 'card' | 'eid' | 'met' | 'visit' | 'guidance' | 'consent' | 'confirmed';
  words: string;
  note: string;
  at: LocalMinute;
  by: string | null;
  mayVoid: boolean;
}

export interface DossierPageView {
  now: LocalMinute;
  name: string;
  birthYear: number | null;
  sex: Sex | null;
  last3: string | null;
  hamlet: string;
  fields: DossierField[];
  card: FunnelView;
  eid: FunnelView;
  /** The newest first. */
  events: Happened[];
  voided: Happened[];
  changes: number;
}

export type DeviceState = 'active' | 'unconfirmed' | 'suspended' | 'revoked';

export interface DeviceLine {
  id: string;
  who: string;
  role: string;
  team: string;
  heard: LocalMinute | null;
  oldestUnsent: LocalMinute | null;
  state: DeviceState;
}

export interface OpenInvite {
  id: string;
  who: string;
  /** The whole address that the code holds; it is not shown as text. */
  link: string;
  /** Six digits, once the phone has opened the invite. */
  checkCode: string | null;
  expires: LocalMinute;
}

export interface DevicesView {
  frame: Frame;
  devices: DeviceLine[];
  invite: OpenInvite | null;
}

export interface SignInView {
  step: 'password' | 'code';
  isWrong: boolean;
}
