/** The field app's worker: owns the core, the storage, the keys and the network of this phone. */
import init, { Phone, remarksOn } from 'sampan-app/client_app.js';
import wasmAddress from 'sampan-app/client_app_bg.wasm?url';
import * as Comlink from 'comlink';
import type { Answers, Ask, Gate, NotSavedWhy, Save, Saved } from '../brain.ts';
import type { FieldRemark, PersonDraft } from '../model.ts';
import type { CoreLine, Notice } from './core.ts';
import { entryOf, typed } from './entries.ts';
import { Confirmer } from './confirmer.ts';
import { choosing, gateOf, remarkOf } from './gate.ts';
import type { Listener, SaveOutcome } from './phone.ts';
import { Loop, now, seed } from './phone.ts';
import { keepNew, tryPin } from './pin.ts';
import type { SetUp } from './storage.ts';
import { Storage } from './storage.ts';
import type { Words } from './views.ts';
import {
  badgesOf, dossierView, figuresOf, hamletOf, localMinute, Names, residentLine, stateOf, summaryOf,
} from './views.ts';

/** More lines than one hamlet has people. */
const LINES_MAX = 20_000;
const DUPLICATES_MAX = 3;
const NOTHING_CHECKED = { saves: 0, checked: 0, disagreements: 0 };
const IDLE_TRIES_MAX = 500;
const LOCK = 'sampan-writer';

/** Saving said no; the page makes an error of it. */
export type SaveAnswer = { is: 'saved'; saved: Saved } | { is: 'not'; why: NotSavedWhy };

export class FieldWorker implements Listener {
  #storage!: Storage;
  #names!: Names;
  #words!: Words;
  #loop: Loop | null = null;
  #confirmer: Confirmer | null = null;
  #changed: () => void = () => undefined;
  #trapped: () => void = () => undefined;
  #isWriter = false;
  #hasKey = false;
  #isOpen = false;
  #invite: string | null = null;
  #isUsed = false;
  #setUp: SetUp | undefined;
  #chosen: string | null = null;
  #remark: Parameters<typeof gateOf>[0]['remark'] = null;
  #here = 0;
  #isSilent = false;
  #lastSaveFailed = false;

  /** Must be called first. `changed` is told whenever views may answer something else. */
  async begin(words: Words, invite: string | null, changed: () => void, trapped: () => void): Promise<void> {
    [this.#words, this.#invite, this.#changed, this.#trapped] = [words, invite, changed, trapped];
    await init({ module_or_path: wasmAddress });
    this.#names = new Names();
    self.addEventListener('online', () => this.reachable());
    self.addEventListener('offline', () => this.#changed());
    await this.#write({ ifAvailable: true });
  }

  /** Takes the phone over from another tab. */
  async takeOver(): Promise<void> {
    await this.#write({ steal: true });
  }

  answer(ask: Ask): Answers[keyof Answers] | null {
    if (ask.view === 'gate') return this.#gate();
    const core = this.#loop?.core;
    if (!core?.isOpen()) return null;
    const [at, sync, assignment] = [localMinute(now()), core.sync(), core.assignment()];
    const conflicted = core.list(dossiers('')).lines.filter((line) => line.is_conflicted);
    const badges = badgesOf(sync, conflicted.length);
    const summary = summaryOf(sync, this.#circumstances(core));
    const hamlet = hamletOf(assignment);
    switch (ask.view) {
      case 'today':
        return {
          now: at, hamlet, sync: summary, filter: ask.filter, badges, tide: null, isFirstStart: summary.loading !== null,
          counts: { due: conflicted.length, overdue: 0, unclear: 0 },
          homes: ask.filter === 'due' ? conflicted.map(conflictTask) : [],
        };
      case 'people': {
        const lines = core.list(dossiers(ask.text)).lines.filter((line) => fits(line, ask.filters));
        const all = core.list(dossiers('')).count;
        return { now: at, hamlet, query: ask.text, filters: ask.filters, all, loading: summary.loading, lines: lines.map(residentLine), badges };
      }
      case 'dossier': {
        const view = core.document(ask.document);
        return view && dossierView(view, this.#names, this.#words, at, core.recordableSteps());
      }
      case 'new-person':
        return { now: at, draft: ask.draft, remarks: this.#remarks(ask.draft), duplicates: duplicates(core, ask.draft) };
      case 'guidance':
        return { now: at, hamlet, sync: summary, drafts: [], sessions: [], badges };
      case 'results': {
        const team = figuresOf(core.figures(), assignment?.grant.team ?? 0, at, ask.week);
        return { now: at, week: ask.week, mine: [], team, teamPeople: 0, late: [], here: summary.here + summary.sending, badges };
      }
      case 'sync':
        return { now: at, summary, badges, checked: { ...(this.#confirmer?.told ?? NOTHING_CHECKED) } };
      case 'session':
        return null;
    }
  }

  async save(save: Save): Promise<SaveAnswer> {
    const loop = this.#loop;
    if (!loop || !this.#isOpen) return { is: 'not', why: 'locked' };
    if (save.kind === 'dismiss') {
      loop.input({ Dismiss: { number: Number(save.record) } });
      return { is: 'saved', saved: { record: save.record, document: '' } };
    }
    await idle(loop);
    let outcome: SaveOutcome;
    try {
      outcome = await loop.save(entryOf(save));
    } catch {
      return { is: 'not', why: 'typed' };
    }
    this.#lastSaveFailed = outcome.is === 'not' && (outcome.reason === 'Full' || outcome.reason === 'Broken');
    if (outcome.is === 'saved') this.#confirmer?.saved(outcome.record, outcome.documents);
    this.#changed();
    if (outcome.is === 'not') return { is: 'not', why: whyOf(outcome.reason) };
    const document = outcome.documents[0]?.map((byte) => byte.toString(16).padStart(2, '0')).join('') ?? '';
    return { is: 'saved', saved: { record: String(outcome.record), document } };
  }

  /** A dossier as automerge saves it, for other programs; `null` where its whole history is not here. */
  async exportDocument(document: string): Promise<Uint8Array | null> {
    return (await this.#confirmer?.document(document)) ?? null;
  }

  /** Follows an invite's link: 22 characters. */
  enrol(invite: string): void {
    [this.#invite, this.#isUsed] = [invite, false];
    if (this.#isOpen) this.#enrol();
    this.#changed();
  }

  async codesAre(answer: 'same' | 'different'): Promise<void> {
    if (this.#setUp === undefined) return;
    await this.#setUpIs({ ...this.#setUp, stage: answer === 'same' ? 'waiting' : 'stopped' });
  }

  async pin(digits: string): Promise<void> {
    const kept = await this.#storage.outside('key');
    if (kept !== undefined) {
      const tried = await tryPin(this.#storage, kept, digits, Date.now());
      this.#remark = tried.is === 'right' ? null : remarkOf(tried);
      if (tried.is === 'right') this.#unlock(tried.dataKey);
    } else {
      this.#remark = choosing(this.#chosen, digits);
      if (this.#chosen !== null && this.#remark === null) {
        const dataKey = await keepNew(this.#storage, digits);
        [this.#hasKey, this.#chosen] = [true, null];
        this.#unlock(dataKey);
      } else {
        this.#chosen = this.#remark === null ? digits : null;
      }
    }
    this.#changed();
  }

  async lock(): Promise<void> {
    if (!this.#isWriter) return;
    await this.#start();
    this.#changed();
  }

  /** There is signal, the page is looked at again, or a person asked to send. */
  reachable(): void {
    this.#loop?.input({ Reachable: { seed: seed() } });
    this.#changed();
  }

  notice(notice: Notice): void {
    if (notice === 'Ready') this.#ready();
    else if (notice === 'Enrolled') void this.#setUpIs({ stage: 'done', checkCode: '' });
    else if (notice === 'EnrolRefused') this.enrolRefused();
    else if (typeof notice === 'object' && 'EnrolCode' in notice) {
      void this.#setUpIs({ stage: 'compare', checkCode: notice.EnrolCode });
    }
    this.#changed();
  }

  enrolRefused(): void {
    this.#isUsed = true;
    this.#changed();
  }

  heard(answered: boolean): void {
    this.#isSilent = !answered;
    this.#changed();
  }

  trapped(error: unknown): void {
    console.error('the core broke off', error);
    this.#trapped();
  }

  #gate(): Gate {
    return gateOf({
      isWriter: this.#isWriter, hasKey: this.#hasKey, isOpen: this.#isOpen, invite: this.#invite, setUp: this.#setUp,
      isUsed: this.#isUsed, hasSignal: navigator.onLine, here: this.#here, remark: this.#remark, chosen: this.#chosen,
    });
  }

  /** One tab writes. Who is robbed of the lock stops at once and says so. */
  #write(how: LockOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const held = navigator.locks.request(LOCK, how, async (lock) => {
        this.#isWriter = lock !== null;
        if (lock !== null) await this.#read();
        this.#changed();
        resolve();
        if (lock !== null) await new Promise(() => undefined);
      });
      held.catch((error: unknown) => {
        if (!this.#isWriter) return reject(error);
        [this.#isWriter, this.#isOpen] = [false, false];
        this.#loop?.end();
        this.#loop = null;
        this.#changed();
      });
    });
  }

  async #read(): Promise<void> {
    this.#storage ??= await Storage.open();
    this.#hasKey = (await this.#storage.outside('key')) !== undefined;
    this.#setUp = await this.#storage.outside('setup');
    await this.#start();
  }

  /** A locked phone, read from storage. Every write was one strict transaction by the only
   * writer, so what storage says is what was last acknowledged. */
  async #start(): Promise<void> {
    this.#loop?.end();
    this.#confirmer?.end();
    this.#isOpen = false;
    const stored = await this.#storage.records();
    this.#here = stored.filter((record) => record.store === 'Journal').length;
    this.#loop = new Loop(new Phone(), this.#storage, this);
    this.#confirmer = new Confirmer(this.#loop.core, this.#storage, () => this.#changed());
    this.#loop.input({ Start: { stored, history: 'Certain', seed: seed() } });
  }

  #unlock(dataKey: Uint8Array): void {
    this.#loop?.input({ Unlock: { data_key: dataKey, seed: seed() } });
  }

  #ready(): void {
    this.#isOpen = true;
    this.#confirmer?.begin();
    if (this.#invite !== null && this.#setUp?.stage !== 'done') this.#enrol();
  }

  #enrol(): void {
    if (this.#invite === null || this.#setUp?.stage === 'waiting') return;
    this.#loop?.input({ Enrol: { invite: this.#invite, seed: seed() } });
  }

  async #setUpIs(setUp: SetUp): Promise<void> {
    this.#setUp = setUp;
    await this.#storage.setOutside('setup', setUp);
    this.#changed();
  }

  #circumstances(core: Phone) {
    const here = core.records().filter((one) => stateOf(one.state) === 'here');
    const oldest = here[0]?.saved;
    return {
      hasSignal: navigator.onLine, serverSilent: navigator.onLine && this.#isSilent, lastSaveFailed: this.#lastSaveFailed,
      oldestHere: oldest === undefined ? null : localMinute(oldest),
    };
  }

  #remarks(draft: PersonDraft): FieldRemark[] {
    const said = remarksOn(typed(draft), new Date().getFullYear());
    return said.map(({ field, code, severity, digits, year, written, is_female: isFemale }) => {
      const params: Record<string, string | number> = {};
      if (digits !== null) params['digits'] = digits;
      if (year !== null) params['year'] = String(year);
      if (written !== null) params['written'] = String(written);
      if (isFemale !== null) params['sex'] = isFemale ? this.#words.female : this.#words.male;
      return { field, code, severity, params };
    });
  }
}

function dossiers(text: string) {
  return { text, kind: 'Dossier', unit: null, lines_max: LINES_MAX };
}

/** Residence is not in a line: "away" is left to the dossier. */
function fits(line: CoreLine, filters: string[]): boolean {
  return (!filters.includes('not-activated') || line.eid < 5) && (!filters.includes('no-card') || line.card < 2);
}

function conflictTask(line: CoreLine) {
  const { document, name } = residentLine(line);
  const task = {
    id: document, document, name, kind: 'conflict' as const, field: null, ways: 2, appointment: null, due: null,
  };
  return { household: document, of: name, place: '', tasks: [task] };
}

/** People of the same name, once it has two words. */
function duplicates(core: Phone, { name }: PersonDraft) {
  if (name.trim().split(/\s+/).length < 2) return [];
  return core.list({ ...dossiers(name.trim()), lines_max: DUPLICATES_MAX }).lines.map(residentLine);
}

function whyOf(reason: Extract<SaveOutcome, { is: 'not' }>['reason']): NotSavedWhy {
  if (reason === 'Full') return 'full';
  if (reason === 'Locked' || reason === 'NotEnrolled') return 'locked';
  return reason === 'Broken' || reason === 'Busy' ? 'stopped' : 'typed';
}

/** A session names itself on its dossiers, so nothing else may be on its way to storage. */
async function idle(loop: Loop): Promise<void> {
  for (let tries = 0; tries < IDLE_TRIES_MAX && !loop.core.isIdle(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Comlink.expose(new FieldWorker());
