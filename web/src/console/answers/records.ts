/** What the server answers about people and what is written on them: phones, dossiers, decisions, acts. */
export type DeviceStanding = 'pending' | 'active' | 'suspended' | 'lost' | 'retired' | 'refused';
export type DeviceStep = 'confirm' | 'refuse' | 'suspend' | 'reinstate' | 'lose' | 'retire';

export interface DeviceAnswer {
  device: string;
  label: string;
  state: DeviceStanding;
  role: string;
  /** Its role works on dossiers that are lent for a day. */
  borrows: boolean;
  units: number[];
  unit_names: string[];
  /** 0: none. */
  team: number;
  check_code: string | null;
  /** Seconds since 1970; exact to a quarter of an hour. */
  heard: number;
  /** What it is known to have that did not arrive. */
  unsent: { records: number; oldest: number } | null;
  parked: number;
  rejected: number;
  /** Bundles that show that a copy of it is at work, or that it was set back. */
  copies: number;
  /** When, being lost, it said that it has forgotten everything. */
  wiped: number | null;
}

export interface HeldAnswer {
  document: string;
  change: string;
  /** About whom, for those who read dossiers. */
  name: string | null;
  device: string;
  reason: string;
  /** Seconds since 1970. */
  since: number;
  /** Which items it writes; events are `~`. */
  keys: string[];
}

/** Somebody in a list of people, with the name of their unit. */
export interface PersonAnswer extends DossierLineAnswer {
  unit_name: string;
}

/** Two dossiers that may be one person's; nameless for those who read no dossiers. */
export interface PairAnswer {
  is_one_unit: boolean;
  has_one_number: boolean;
  /** Who marked them as one person on a phone, the first mark first. */
  marks: WroteAnswer[];
  people: [PersonAnswer, PersonAnswer];
}

/** Two dossiers that somebody found to be two people. */
export interface PartedAnswer {
  at: number;
  by: string | null;
  was_marked: boolean;
  people: [PersonAnswer, PersonAnswer];
}

export interface UnionAnswer {
  /** The dossier that joined. */
  joined: string;
  at: number;
  /** The account that decided it; `null`: everything agreed. */
  by: string | null;
  now: PersonAnswer;
}

export interface Offer {
  role: string;
  units: number[];
  team: number;
  label: string;
}

export interface TrackAnswer {
  /** 0 to 5. */
  furthest: number;
  side: string | null;
}

export interface DossierLineAnswer {
  document: string;
  name: string;
  birth_year: number | null;
  /** 0 male, 1 female. */
  sex: number | null;
  last3: string | null;
  unit: number;
  card: TrackAnswer;
  eid: TrackAnswer;
  reason: string | null;
  is_conflicted: boolean;
}

export interface DossierListAnswer {
  all: number;
  fitting: number;
  /** The first of them. */
  lines: DossierLineAnswer[];
}

/** Single dossiers that a phone may read for a while. */
export interface LoanAnswer {
  number: number;
  purpose: 'day-list' | 'look-up';
  /** What the list is called, if it is one that was imported. */
  title: string;
  /** In seconds since 1970, as all moments. */
  made: number;
  until: number;
  ended: number | null;
  is_current: boolean;
  dossiers: string[];
}

export interface WroteAnswer {
  by: string | null;
  /** Seconds since 1970. */
  at: number;
}

export interface FieldAnswer {
  key: string;
  values: { op: string; value: string | number | boolean | null; wrote: WroteAnswer }[];
  is_conflicted: boolean;
  may_write: boolean;
}

export interface EventAnswer {
  event: string;
  /** A local minute. */
  at: number;
  kind: 'step' | 'visit' | 'guidance' | 'consent' | 'confirmed';
  step?: string;
  result?: string;
  note?: string;
  withdrawn?: boolean;
  key?: string | null;
  wrote: WroteAnswer | null;
  may_void: boolean;
}

export interface DossierAnswer {
  document: string;
  unit: number;
  /** What this answer shows, for an edit upon it. */
  heads: string[];
  fields: FieldAnswer[];
  card: TrackAnswer & { reached: number[]; is_conflicted: boolean };
  eid: TrackAnswer & { reached: number[]; is_conflicted: boolean };
  events: EventAnswer[];
  voided: EventAnswer[];
  changes: number;
}

export type Edit =
  | { put: { key: string; value: string } }
  | { choose: { key: string; op: string } }
  | { void: { event: string; reason: string } };

export interface EditedAnswer {
  outcome: 'stored' | 'held' | 'nothing';
  reason: string | null;
  dossier: DossierAnswer;
}

export const ERASE_REASONS = ['request', 'retention', 'mistake'] as const;
export type EraseReason = (typeof ERASE_REASONS)[number];

/** What a dossier's rights are about, and nothing of what it says. */
export interface RightsAnswer {
  dossier: string;
  unit_name: string | null;
  /** The legal matter that needs it; seconds since 1970. */
  hold: { reference: string; since: number } | null;
}

export interface ErasureAnswer {
  dossier: string;
  at: number;
  reason: string;
  /** Whether the keys are destroyed. */
  is_done: boolean;
  confirmed: number;
  /** Devices that have not confirmed it. */
  waiting: string[];
}

export interface AuditAnswer {
  n: number;
  at: number;
  who: string;
  kind: string;
  about: string | null;
}

/** How the chain of records stands. */
export interface VerifiedAnswer {
  is_clean: boolean;
  entries: number;
  heads: number;
  bad_entries: number;
  broken_heads: number;
  foreign_heads: number;
  /** Its end, signed, to be kept elsewhere. */
  head: string;
  at: number;
}

export interface ExportedValue {
  value: string | number | boolean | null;
  wrote: WroteAnswer;
}

export interface ExportedDocument {
  document: string;
  kind: string;
  values: Record<string, ExportedValue[]>;
  before: Record<string, ExportedValue[]>;
  events: EventAnswer[];
  voided: EventAnswer[];
  changes: WroteAnswer[];
}

/** Everything held on one person that whoever asked may read. */
export interface ExportAnswer {
  dossier: string;
  exported: number;
  unit_name: string | null;
  documents: ExportedDocument[];
}
