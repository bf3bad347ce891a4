/**
 * What goes into the core and comes out of it, as `client-wasm/app` hands it over.
 *
 * The shapes follow `client-wasm/core/src/{input,effect,views}.rs`: ids are arrays of bytes, an
 * enum is its name or an object with its name as the only key.
 */

/** Names of the core's stores; each is an object store of the same name. */
export const STORES = ['Meta', 'Journal', 'Rows', 'Facts', 'Outbox', 'Custody', 'NotAccepted', 'Inbox'] as const;
export type StoreName = (typeof STORES)[number];
/** What `Start` must bring: all but the facts. */
export const READ_AT_START = STORES.filter((store) => store !== 'Facts');
/** What a phone that nobody unlocks needs: what is sealed, and answers that wait. */
export const READ_TO_SEND: StoreName[] = ['Outbox', 'Custody', 'Inbox'];

export type Id = number[];

export interface StoredRecord {
  store: StoreName;
  key: Uint8Array;
  value: Uint8Array;
}

export type Write =
  | { Put: StoredRecord }
  | { Delete: { store: StoreName; key: Uint8Array } }
  | { DeletePrefix: { store: StoreName; prefix: Uint8Array } };

export type StorageFailure = 'Full' | 'Broken';
export type Serial = unknown;

export type Input =
  | { Start: { stored: StoredRecord[]; history: 'Certain' | 'Uncertain'; seed: Uint8Array } }
  | { Unlock: { data_key: Uint8Array; seed: Uint8Array } }
  | { Stored: number }
  | { StoreFailed: [number, StorageFailure] }
  | { Tick: { seed: Uint8Array } }
  | { Reachable: { seed: Uint8Array } }
  | { Posted: { serial: Serial; answer: { Receipt: Uint8Array } | 'Failed'; seed: Uint8Array } }
  | { Pulled: { bytes: Uint8Array; seed: Uint8Array } }
  | { PullFailed: { seed: Uint8Array } }
  | { ErrandAnswered: { bytes: Uint8Array; seed: Uint8Array } }
  | { ErrandFailed: { seed: Uint8Array } }
  | { Named: { bytes: Uint8Array } }
  | { LookUp: { number: string; seed: Uint8Array } }
  | { LookedUp: { bytes: Uint8Array } }
  | { Rekeyed: { bytes: Uint8Array } }
  /** Ways: 0 viewed, 1 searched, 2 exported, 3 printed. */
  | { Disclose: { way: 0 | 1 | 2 | 3; dossier: Id | null } }
  | { Enrol: { invite: string; seed: Uint8Array } }
  | { EnrolAnswered: { bytes: Uint8Array; seed: Uint8Array } }
  | { Reissue: { seed: Uint8Array } }
  | { Dismiss: { number: number } }
  | { HandOut: { leave: 'CarryOnly' | 'LookAtTeam' } }
  | { Erase: 'Sealed' | 'Nothing' }
  | { TakeParcel: { bytes: Uint8Array; seed: Uint8Array } };

export type NotSavedReason =
  | 'Full' | 'Broken' | 'Busy' | 'Locked' | 'NotEnrolled' | 'Nothing' | 'NoSuchDocument' | 'Erased' | 'TooLarge'
  | 'NotAllowed' | 'BadValue';

export type Notice =
  | 'Ready' | 'WrongKey' | 'Changed' | 'NotAccepted' | 'EnrolPending' | 'Enrolled' | 'EnrolRefused'
  | 'Wiped'
  /** Another phone sends under this one's numbers. */
  | 'Copied'
  | { Unreadable: StoreName }
  | { Saved: { tag: number; record: number; documents: Id[] } }
  | { NotSaved: { tag: number; reason: NotSavedReason } }
  | { StorageFailed: StorageFailure }
  | { Rejected: unknown }
  | { ClockOff: { seconds: number } }
  | { EnrolCode: string }
  | { LookedUp: { dossiers: Id[]; again: number | null } }
  | { Disclosed: { dossier: Id } }
  | 'NotDisclosed'
  | { Unusable: string };

export type Effect =
  | { Store: { ticket: number; writes: Write[] } }
  | { Post: { serial: Serial; bytes: Uint8Array } }
  | { Pull: { bytes: Uint8Array } }
  | { AskNames: { bytes: Uint8Array } }
  | { LookUp: { bytes: Uint8Array } }
  | { Rekey: { bytes: Uint8Array } }
  | { Enrol: { bytes: Uint8Array } }
  | { Errand: { bytes: Uint8Array } }
  | { HandOut: { bundles: { serial: Serial; bytes: Uint8Array }[]; request: Uint8Array | null; notes: Uint8Array[] } }
  | { Schedule: { at: number } }
  | { Show: Notice };

/** Its name, or an object with its name and why. */
export type CoreState = 'OnThisPhone' | 'Sending' | 'Carried' | 'Parked' | 'Received' | { Held: unknown } | { Rejected: unknown };

export interface CorePreviewed {
  document: Id;
  name: string;
  from: string;
  is_new: boolean;
}

export interface CoreLine {
  document: Id;
  name: string;
  unit: number | null;
  last3: string | null;
  birth_year: number | null;
  /** Packed. */
  due: number | null;
  sex: number | null;
  card: number;
  eid: number;
  household: Id | null;
  canal: string | null;
  same_as: Id | null;
  is_conflicted: boolean;
  /** Until when it is lent to this phone, by the server's clock, if it is. */
  lent_until?: number | null;
  state: CoreState | null;
}

export type CoreTrait =
  | 'NotActivated' | 'NoCard' | 'Conflicted' | 'Due' | 'Unclassified' | 'HomeVisit' | 'NoHousehold'
  | { Card: number } | { Eid: number } | { Reason: number } | { Residence: number } | { Born: [number, number] } | { Canal: string };

/** What to list; what is left out asks for nothing. */
export interface CoreQuery {
  text: string;
  kind: string;
  unit: number | null;
  only?: CoreTrait[];
  without?: Id[];
  from?: number;
  lines_max: number;
}

export interface CoreList {
  count: number;
  lines: CoreLine[];
}

export type CoreKey = { Table: number } | { Event: Id } | { Literal: string };
export type CoreValue =
  | 'Null' | 'Withheld'
  | { Bool: boolean } | { Uint: number } | { Int: number } | { Text: string } | { Bytes: Uint8Array };

export interface CoreField {
  key: CoreKey;
  values: { value: CoreValue; actor: Id; device: Id | null; is_mine: boolean }[];
  is_conflicted: boolean;
}

export interface CoreFunnel {
  furthest: number;
  reached: (number | null)[];
  side: string | null;
  is_conflicted: boolean;
}

export interface CoreStamp {
  at: number;
  unit: number;
  team: number;
}

export type CoreWhat =
  | { Stage: { step: number; on: number | null; source: number } }
  | { Visit: { result: number; note: string } }
  | { Void: unknown }
  | { Confirmed: unknown }
  | { Consent: { withdrawn: boolean; how: number; language: number } }
  | { Outcome: { dossier: Id | null; result: string | { Blocked: number }; service: number } }
  | { Opening: unknown };

export interface CoreEvent {
  id: Id;
  event: { what: CoreWhat; stamp: CoreStamp };
  is_confirmed: boolean;
  state: CoreState | null;
  device: Id | null;
}

export interface CoreDocument {
  document: Id;
  kind: string | null;
  unit: number | null;
  moved_to: number | null;
  /** Until when it is lent to this phone, by the server's clock, if it is. */
  lent_until: number | null;
  fields: CoreField[];
  card: CoreFunnel;
  eid: CoreFunnel;
  events: CoreEvent[];
  voided: CoreEvent[];
  mine: { record: number; saved: number; state: CoreState }[];
  state: CoreState | null;
  previews: { from: string; said: CoreSaid[] }[];
}

export interface CoreRecord {
  record: number;
  saved: number;
  documents: Id[];
  state: CoreState;
}

export interface CoreNotAccepted {
  number: number;
  document: Id;
  kind: string | null;
  saved: number;
  /** Stable name of the reason. */
  code: string;
  said: CoreSaid[];
}

/** Documents lent to this phone until a moment. */
export interface CoreLoan {
  is_day_list: boolean;
  title: string;
  until: number;
  dossiers: Id[];
}

/** One thing that was put: a value under a key, or something that happened. */
export type CoreSaid = { Value: [CoreKey, CoreValue] } | { Event: CoreEvent['event'] };

/** One change of a document, for people to read. */
export interface CorePassage {
  at: number;
  actor: Id;
  device: Id;
  said: CoreSaid[];
  is_confirmed: boolean;
}

export interface CoreNames {
  units: [number, string][];
  people: [Id, string][];
}

export interface CoreSync {
  unsent: number;
  sending: number;
  carried: number;
  parked: number;
  held: number;
  rejected: number;
  received: number;
  not_accepted: number;
  in_custody: number;
  carried_for: { device: Id; bundles: number; returns: number }[];
  last_heard: number | null;
  next_try: number | null;
  clock_offset: number;
  streams: { stream: { unit: number; audience: string }; cursor: number; head: number; is_refilling: boolean }[];
}

export interface CoreAssignment {
  version: number;
  grant: { role: number; units: number[]; team: number };
  streams: { unit: number; audience: string }[];
}

export interface CoreRemark {
  field: 'number' | 'name' | 'birth' | 'phone';
  code: string;
  severity: 'error' | 'warning';
  digits: number | null;
  year: number | null;
  written: number | null;
  is_female: boolean | null;
}

/** A count, and where it counts. */
export type CoreFigure = [{ unit: number; indicator: number; day: number; team: number }, number];

export type CoreTaskKind =
  | 'conflict' | 'visit' | 'card-collect' | 'card-returned' | 'eid-returned' | 'card-hand-over' | 'eid-activate' | 'home-visit'
  | 'reason' | 'reason-eid' | 'changed';

export interface CoreTask {
  document: Id;
  name: string;
  kind: CoreTaskKind;
  /** Days since 1970. */
  due: number | null;
  is_late: boolean;
  note: string;
  /** Who, if that is known, and when. */
  by: [Id | null, number] | null;
}

export interface CoreDayQuery {
  which: 'due' | 'overdue' | 'ahead' | 'unclear' | 'home-visit' | 'changed';
  tasks_max: number;
}

export interface CoreDay {
  counts: { due: number; overdue: number; ahead: number; unclear: number; home_visit: number; changed: number };
  homes: { home: Id; name: string; canal: string; tasks: CoreTask[] }[];
  more: number;
}

export interface CoreHome {
  household: Id;
  name: string;
  canal: string;
  address: string;
  members: CoreLine[];
  tasks: CoreTask[];
}

export interface CoreDouble {
  line: CoreLine;
  agree: ('name' | 'number' | 'phone' | 'birth')[];
}

export interface CoreProgressQuery {
  period: 'week' | 'month';
  back: number;
}

export interface CoreMade {
  indicator: string;
  done: number;
  before: number;
}

export interface CoreProgress {
  /** Days since 1970. */
  from: number;
  to: number;
  mine: CoreMade[];
  team: CoreMade[];
  targets: {
    indicator: string; kind: 'assigned' | 'plan' | 'commitment'; unit: number; value: number; done: number; mine: number;
    due: number | null;
  }[];
}
