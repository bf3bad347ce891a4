/**
 * What the console asks the server, typed as the server answers it.
 *
 * Who asks is told by a cookie that no script sees; nothing here knows a password for longer than
 * it takes to send it.
 */
import type { PlainKey } from '../text/text.ts';
import { isPlainKey } from '../text/text.ts';
import type {
  Breakdown, BreakdownAnswer, CohortAnswer, DoublesAnswer, FreshnessAnswer, PaceAnswer, ProgressAnswer, ReportAnswer, ReportLineAnswer,
  ReportedAnswer, ServicesAnswer, SessionsAnswer, UnitAnswer,
} from './answers/figures.ts';
import type {
  AuditAnswer, DeviceAnswer, DeviceStep, DossierAnswer, DossierListAnswer, Edit, EditedAnswer, EraseReason, ErasureAnswer, ExportAnswer, HeldAnswer,
  LoanAnswer, Offer, PairAnswer, PartedAnswer, RightsAnswer, UnionAnswer, VerifiedAnswer,
} from './answers/records.ts';
import type { ExportOrder, ImportAnswer, ImportOrder, ImportPlan, ImportedAnswer, UndoneAnswer } from './answers/tables.ts';
import type { Percents } from './place.ts';

export * from './answers/figures.ts';
export * from './answers/records.ts';
export * from './answers/tables.ts';

/** What somebody does here besides reading and writing dossiers. */
export type Duty = 'figures' | 'dossiers' | 'decide' | 'import-people' | 'import-targets' | 'freeze' | 'devices' | 'erase' | 'audit' | 'refound' | 'lend';

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

  /** Pairs that were found to be two people. */
  parted(): Promise<PartedAnswer[]> {
    return this.#read('parted');
  }

  /** Somebody is asked about the two again. */
  async reopenPair(first: string, second: string): Promise<void> {
    await this.#ask(`parted/${first}/${second}/undo`, { method: 'POST' });
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

  /** What a phone was lent, newest first. */
  loans(device: string): Promise<LoanAnswer[]> {
    return this.#read(`devices/${device}/loans`);
  }

  /** Lends dossiers to a phone, in this order, until a moment in seconds since 1970. */
  async lend(device: string, dossiers: string[], until: number): Promise<void> {
    await this.#ask(`devices/${device}/loans`, { method: 'POST', body: JSON.stringify({ dossiers, until }) });
  }

  /** Lends a phone whoever of an imported list has something left to do; how many it has no room for now. */
  async lendList(device: string, list: string, until: number): Promise<number> {
    const answer = await this.#ask(`devices/${device}/loans`, { method: 'POST', body: JSON.stringify({ list, until }) });
    return (await json<{ left: number }>(answer)).left;
  }

  async endLoan(device: string, loan: number): Promise<void> {
    await this.#ask(`devices/${device}/loans/${loan}`, { method: 'DELETE' });
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
