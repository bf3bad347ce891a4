/**
 * What the console asks the server, typed as the server answers it.
 *
 * Who asks is told by a cookie that no script sees; nothing here knows a password for longer than
 * it takes to send it.
 */
import type { PlainKey } from '../text/text.ts';
import { isPlainKey } from '../text/text.ts';
import type { Percents } from './place.ts';

/** What somebody does here besides reading and writing dossiers. */
export type Duty = 'figures' | 'dossiers' | 'decide' | 'import-people' | 'import-targets' | 'freeze' | 'devices' | 'erase' | 'audit' | 'refound';

/** Whoever is signed in. */
export interface Me {
  name: string;
  person: string;
  role: string;
  /** Where their part of the tree begins. */
  units: { unit: number; name: string }[];
  may: Duty[];
  /** Roles they may invite. */
  invites: string[];
}

export interface Figure {
  indicator: string;
  count: number;
}

export interface TargetAnswer {
  document: string;
  indicator: string;
  kind: string | null;
  value: number;
  /** `yyyy-mm-dd`: the first day that counts; `null`: every day does. */
  from: string | null;
  /** `yyyy-mm-dd` */
  due: string | null;
  reached: number;
  /** `yyyy-mm-dd`: the day it was reached, where it is due on a day and was. */
  met_on: string | null;
  /** How many a day would reach it in time. */
  needed_per_day: number | null;
  /** Cut off by the server, with a point: `72.22`. */
  percent: string | null;
}

export interface UnitProgress {
  unit: number;
  name: string;
  /** Those above zero; what is not listed counts nothing. */
  figures: Figure[];
  targets: TargetAnswer[];
  parts: PartAnswer[];
}

/** A figure beside the one it is a part of. */
export interface PartAnswer {
  indicator: string;
  of: string;
  /** Cut off or rounded by the server, with a point. */
  percent: string;
}

export interface ProgressAnswer {
  /** `yyyy-mm-dd`. */
  as_of: string;
  unit: UnitProgress;
  children: UnitProgress[];
}

/** By what a unit's figures are told apart. */
export const BREAKDOWNS = ['team', 'day', 'area', 'place', 'place-area', 'shift'] as const;
export type Breakdown = (typeof BREAKDOWNS)[number];

export interface GroupAnswer {
  /** A day, a team's number, an area, a place or a shift; `null`: what belongs to none. */
  key: string | null;
  name: string | null;
  figures: Figure[];
  parts: PartAnswer[];
}

export interface BreakdownAnswer {
  by: Breakdown;
  /** `yyyy-mm-dd` */
  as_of: string;
  /** They add up to the unit's own figures. */
  groups: GroupAnswer[];
}

export interface ServiceAnswer {
  /** 0: none in particular. */
  service: number;
  name: string;
  /** By which a decision lists it; may be empty. */
  code: string;
  sessions: number;
  guided: number;
  submitted: number;
  activated: number;
  /** The most frequent first. */
  blocked: { reason: string; count: number }[];
}

export interface ServicesAnswer {
  as_of: string;
  services: ServiceAnswer[];
  sessions_with_obstacles: number;
  obstacles: number;
  solved: number;
  methods: number;
}

/** What somebody reported upward. */
export interface ReportedAnswer {
  unit: number;
  unit_name: string;
  kind: 'message' | 'obstacle' | 'solved' | 'method' | 'session';
  /** Seconds since 1970. */
  at: number;
  text: string;
}

export interface DoublesAnswer {
  /** Residents of whom more than one dossier counts. */
  residents: number;
  /** Those whose dossiers may be read here. */
  listed: { document: string; unit: number; unit_name: string; name: string; birth_year: number | null }[][];
}

/** The phones at work in one place; times in seconds since 1970. */
export interface Contact {
  phones: number;
  /** Not heard of for 3 days. */
  silent: number;
  heard_last: number | null;
  /** When the one that is silent for longest was last heard. */
  heard_first: number | null;
  /** Records that phones said they hold and that have not arrived. */
  unsent: number;
  unsent_oldest: number | null;
}

export interface FreshnessAnswer {
  now: number;
  unit: Contact;
  silent_units: number;
  children: ({ unit: number } & Contact)[];
  /** 0: without a team. */
  teams: ({ team: number; name: string | null } & Contact)[];
}

export interface UnitAnswer {
  unit: number;
  name: string;
  has_children: boolean;
}

export type DeviceStanding = 'pending' | 'active' | 'suspended' | 'lost' | 'retired' | 'refused';
export type DeviceStep = 'confirm' | 'refuse' | 'suspend' | 'reinstate' | 'lose' | 'retire';

export interface DeviceAnswer {
  device: string;
  label: string;
  state: DeviceStanding;
  role: string;
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

/** Two dossiers with one personal number; nameless for those who read no dossiers. */
export interface PairAnswer {
  is_one_unit: boolean;
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

export interface PaceAnswer {
  campaign: string | null;
  target: number;
  /** `yyyy-mm-dd`, both included. */
  start: string;
  end: string;
  /** By the end of each day from the first. */
  reached: number[];
}

export const IMPORTED = ['roster', 'cohort', 'steps', 'targets', 'balances'] as const;
export type Imported = (typeof IMPORTED)[number];

export interface ImportOrder {
  what: Imported;
  unit: number;
  source: string;
  /** `yyyy-mm-dd`: the day the table was true on. */
  as_of: string;
  list: string;
  step: string | null;
  indicator: string | null;
  /** The field each column says, blank for none; `null`: as recognised. */
  columns: string[] | null;
  /** In base64. */
  file: string;
}

export interface ImportNote {
  field: string;
  code: string;
  is_error: boolean;
}

export interface ImportRow {
  row: number;
  outcome: 'new' | 'update' | 'known' | 'error';
  notes: ImportNote[];
  shown: [field: string, text: string][];
}

export interface ImportPlan {
  heading_row: number;
  columns: { title: string; field: string | null }[];
  fields: string[];
  is_remembered: boolean;
  missing: string[];
  rows: number;
  new: number;
  update: number;
  known: number;
  errors: number;
  notable: number;
  told: ImportRow[];
}

export interface ImportedAnswer {
  import: string;
  written: number;
  known: number;
  errors: number;
  not_taken: number;
}

export interface ImportAnswer {
  import: string;
  what: Imported;
  unit: number;
  unit_name: string;
  source: string;
  as_of: string;
  list: string;
  by: string | null;
  at: number;
  rows: number;
  documents: number;
  unknown: number;
  is_undone: boolean;
  may_undo: boolean;
}

export interface UndoneAnswer {
  taken_back: number;
  kept: number;
}

export const FILE_KINDS = ['csv', 'xlsx', 'json'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** Guidance sessions one by one: nobody's name is in them. */
export interface SessionsAnswer {
  as_of: string;
  sessions: SessionLineAnswer[];
  /** Older ones that the list leaves out. */
  left_out: number;
}

export interface SessionLineAnswer {
  session: string;
  unit: number;
  unit_name: string;
  day: string | null;
  /** `hh:mm` */
  began: string | null;
  /** `hh:mm-hh:mm` */
  shift: string | null;
  place: string | null;
  team: string | null;
  kind: string | null;
  /** By their numbers in the catalogue. */
  services: number[];
  attendances: number;
  has_obstacles: boolean;
  outcomes: { day: string; service: number; result: string; reason: string | null }[];
}

export interface ExportTable {
  title: string;
  columns: { name: string; counts_people?: boolean; is_derived?: boolean }[];
  rows: (string | number | null)[][];
}

/** Tables of the console; all but figures may name people or phones, and none of those is public. */
export type ListName = 'progress' | 'devices' | 'held' | 'sessions' | 'attendances' | 'dossiers' | 'conflicts' | 'doubles' | 'audit';

export interface ExportOrder {
  unit: number;
  list?: ListName;
  kind: FileKind;
  /** Small counts are hidden. */
  is_public: boolean;
  table: ExportTable;
}

export interface CohortPart {
  done: number;
  left: number;
  percent: string | null;
}

export interface CohortAnswer {
  import: string;
  list: string;
  source: string;
  as_of: string;
  unit: number;
  listed: number;
  /** On the list, and known to nobody here. */
  unknown: number;
  with_card: CohortPart;
  with_eid: CohortPart;
}

export interface ReportLineAnswer {
  report: string;
  unit: number;
  unit_name: string;
  as_of: string;
  at: number;
  by: string | null;
}

export interface ReportAnswer extends ReportLineAnswer {
  progress: ProgressAnswer;
  differing: { unit: number; name: string; indicator: string; frozen: number; now: number }[];
  /** What came in since, whether or not it changed a figure; `null`: nobody kept that. */
  since: { entries: number | null; streams: number };
  signed: string;
  key: string;
}

/** What the server did not do, by its stable code; `no-connection` when it was not reached. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }

  /** The sentence that says so. */
  get key(): PlainKey {
    for (const key of [`problem.${this.code}`, `check.${this.code}`]) if (isPlainKey(key)) return key;
    return 'problem.other';
  }
}

/** Where units, days and devices are asked for. */
export class Api {
  /** Whoever is signed in; `unauthorized` for nobody. */
  me(): Promise<Me> {
    return this.#read('session');
  }

  async signIn(name: string, password: string): Promise<Me> {
    const body = JSON.stringify({ name, password });
    return json(await this.#ask('session', { method: 'POST', body }));
  }

  async signOut(): Promise<void> {
    await this.#ask('session', { method: 'DELETE' });
  }

  /** A unit and those below it; `null` asks for today. */
  progress(unit: number, day: string | null, percents: Percents): Promise<ProgressAnswer> {
    return this.#read('progress', { unit: String(unit), day, percents });
  }

  /** The figures of a unit told apart; `from`: the first day that counts. */
  breakdown(unit: number, by: Breakdown, { from, day, percents }: { from: string | null; day: string | null; percents: Percents }): Promise<BreakdownAnswer> {
    return this.#read('breakdown', { unit: String(unit), by, from, day, percents });
  }

  services(unit: number, day: string | null): Promise<ServicesAnswer> {
    return this.#read('services', { unit: String(unit), day });
  }

  reported(unit: number, day: string | null): Promise<ReportedAnswer[]> {
    return this.#read('reported', { unit: String(unit), day });
  }

  /** How much may still be out there: always of now, in the tree of the day. */
  freshness(unit: number, day: string | null): Promise<FreshnessAnswer> {
    return this.#read('freshness', { unit: String(unit), day });
  }

  doubles(unit: number, day: string | null): Promise<DoublesAnswer> {
    return this.#read('doubles', { unit: String(unit), day });
  }

  /** Units below one, or those on top. */
  units(parent: number | null, day: string | null): Promise<UnitAnswer[]> {
    return this.#read('units', { parent: parent === null ? null : String(parent), day });
  }

  /** How an indicator grew towards the unit's target; `null` without one in a campaign. */
  pace(unit: number, indicator: string, day: string | null): Promise<PaceAnswer | null> {
    return this.#read('pace', { unit: String(unit), indicator, day });
  }

  /** Names are asked for in a body: addresses are written down on the way. */
  async dossiers(unit: number, text: string, only: 'conflicted' | null): Promise<DossierListAnswer> {
    return json(await this.#ask('dossiers/search', { method: 'POST', body: JSON.stringify({ unit, text, only }) }));
  }

  /** Every line there is, for a file. */
  async allDossiers(unit: number, text: string, only: 'conflicted' | null): Promise<DossierListAnswer> {
    return json(await this.#ask('dossiers/search', { method: 'POST', body: JSON.stringify({ unit, text, only, all: true }) }));
  }

  dossier(document: string): Promise<DossierAnswer> {
    return this.#read(`dossiers/${document}`);
  }

  /** Writes upon exactly what `shown` shows: what others write meanwhile stands beside it. */
  async edit(shown: DossierAnswer, edit: Edit): Promise<EditedAnswer> {
    const body = JSON.stringify({ heads: shown.heads, ...edit });
    return json(await this.#ask(`dossiers/${shown.document}/edit`, { method: 'POST', body }));
  }

  async exportPerson(document: string): Promise<ExportAnswer> {
    return json(await this.#ask(`dossiers/${document}/export`, { method: 'POST' }));
  }

  rights(document: string): Promise<RightsAnswer> {
    return this.#read(`dossiers/${document}/rights`);
  }

  /** The dossiers with the same personal number, which stay. */
  async erase(document: string, reason: EraseReason): Promise<string[]> {
    const answer = await this.#ask(`dossiers/${document}/erase`, { method: 'POST', body: JSON.stringify({ reason }) });
    return (await json<{ linked: string[] }>(answer)).linked;
  }

  /** `null` lifts the hold. */
  async hold(document: string, reference: string | null): Promise<void> {
    await this.#ask(`dossiers/${document}/hold`, { method: 'POST', body: JSON.stringify({ reference }) });
  }

  erasures(): Promise<ErasureAnswer[]> {
    return this.#read('erasures');
  }

  /** The last so many, the oldest of them first. */
  audit(last: number): Promise<AuditAnswer[]> {
    return this.#read('audit', { last: String(last) });
  }

  async verifyAudit(): Promise<VerifiedAnswer> {
    return json(await this.#ask('audit/verify', { method: 'POST' }));
  }

  devices(): Promise<DeviceAnswer[]> {
    return this.#read('devices');
  }

  held(): Promise<HeldAnswer[]> {
    return this.#read('held');
  }

  pairs(): Promise<PairAnswer[]> {
    return this.#read('pairs');
  }

  /** Of one person in two units, the first dossier counts. */
  async settlePair(first: string, second: string, word: 'one' | 'two'): Promise<void> {
    await this.#ask(`pairs/${first}/${second}/${word}`, { method: 'POST' });
  }

  unions(unit: number): Promise<UnionAnswer[]> {
    return this.#read('unions', { unit: String(unit) });
  }

  /** Sets a dossier up anew without one thing and without its history; its new id. */
  async refound(document: string, key: string): Promise<string> {
    const answer = await this.#ask(`dossiers/${document}/refound`, { method: 'POST', body: JSON.stringify({ remove: [key] }) });
    return (await json<{ document: string }>(answer)).document;
  }

  async undoUnion(joined: string): Promise<void> {
    await this.#ask(`unions/${joined}/undo`, { method: 'POST', body: '{}' });
  }

  async steer(device: string, step: DeviceStep): Promise<void> {
    await this.#ask(`devices/${device}/${step}`, { method: 'POST' });
  }

  async assign(device: string, grant: Omit<Offer, 'label'>): Promise<void> {
    await this.#ask(`devices/${device}/assign`, { method: 'POST', body: JSON.stringify(grant) });
  }

  /** The secret of an invite: shown once, then forgotten. */
  async invite(offer: Offer): Promise<string> {
    const answer = await this.#ask('invites', { method: 'POST', body: JSON.stringify(offer) });
    return (await json<{ invite: string }>(answer)).invite;
  }

  /** What would come of an import; nothing is written. */
  async previewImport(order: ImportOrder): Promise<ImportPlan> {
    return json(await this.#ask('imports/preview', { method: 'POST', body: JSON.stringify(order) }));
  }

  async importTable(order: ImportOrder): Promise<ImportedAnswer> {
    return json(await this.#ask('imports', { method: 'POST', body: JSON.stringify(order) }));
  }

  imports(): Promise<ImportAnswer[]> {
    return this.#read('imports');
  }

  async undoImport(id: string): Promise<UndoneAnswer> {
    return json(await this.#ask(`imports/${id}/undo`, { method: 'POST' }));
  }

  sessions(unit: number, day: string | null): Promise<SessionsAnswer> {
    return this.#read('sessions', { unit: String(unit), day });
  }

  /** The table as a file; the server writes down that it left. */
  async export(asked: ExportOrder): Promise<Blob> {
    return (await this.#ask('exports', { method: 'POST', body: JSON.stringify(asked) })).blob();
  }

  /** How far the lists of schools and companies are. */
  cohorts(unit: number, day: string | null, percents: Percents): Promise<CohortAnswer[]> {
    return this.#read('cohorts', { unit: String(unit), day, percents });
  }

  reports(): Promise<ReportLineAnswer[]> {
    return this.#read('reports');
  }

  report(id: string): Promise<ReportAnswer> {
    return this.#read(`reports/${id}`);
  }

  /** Keeps what progress says now for good; the report's name. */
  async freeze(unit: number, day: string | null, percents: Percents): Promise<string> {
    const answer = await this.#ask('reports', { method: 'POST', body: JSON.stringify({ unit, day, percents }) });
    return (await json<{ report: string }>(answer)).report;
  }

  async decide({ document, change }: HeldAnswer, word: 'approve' | 'refuse'): Promise<void> {
    await this.#ask(`held/${document}/${change}/${word}`, { method: 'POST' });
  }

  /** Server-sent events, for as long as `signal` holds. */
  events(signal: AbortSignal): Promise<Response> {
    return this.#ask('events', { signal });
  }

  async #read<Answer>(path: string, query: Record<string, string | null> = {}): Promise<Answer> {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null);
    const search = given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
    return json(await this.#ask(path + search, {}));
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(`/v1/${path}`, { ...init, cache: 'no-store', credentials: 'same-origin' });
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new Refusal('no-connection');
    }
    if (!answer.ok) throw new Refusal(await codeOf(answer));
    return answer;
  }
}

async function json<Answer>(answer: Response): Promise<Answer> {
  try {
    return (await answer.json()) as Answer;
  } catch {
    throw new Refusal('no-connection');
  }
}

/** A proxy between may answer without a code. */
async function codeOf(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  const code = typeof body === 'object' && body !== null && 'code' in body ? body.code : null;
  return typeof code === 'string' ? code : answer.status >= 502 ? 'no-connection' : 'other';
}
