/**
 * The loop around the core: inputs go in, effects are done in their order, what comes of them goes
 * in again. Nothing is decided here.
 */
import type { Entry, Phone } from 'sampan-app/client_app.js';
import type { Effect, Id, Input, Notice, NotSavedReason } from './core.ts';
import { post } from './network.ts';
import { waitForNews } from './economy.ts';
import { random } from './wrapping.ts';
import type { Keeping } from './storage.ts';
import { failureOf } from './storage.ts';

const SEED_BYTES = 32;
/** How a number was disclosed, by the core's code: it stood on the screen. */
const WAY_VIEWED = 0;
/** Too many ask from here: the same question is answered later. */
const TOO_OFTEN = 429;
/** Nobody this server knows has signed this. */
const FORBIDDEN = 403;
/** So many refusals one after the other are no accident. */
const REFUSALS_MIN = 2;
/** The longest wait a browser's timer keeps. */
const TIMER_MS_MAX = 2_147_483_647;

/** What whoever carries gets. */
export interface HandedOut {
  bundles: Uint8Array[];
  /** For news, if this phone may ask. */
  request: Uint8Array | null;
  /** With which colleagues may look into the bundles. */
  notes: Uint8Array[];
}

/** What the server said of a number, or why nothing was said. */
export type LookUpOutcome =
  | { is: 'told'; dossiers: Id[] }
  /** Seconds since 1970 from when it may be asked again. */
  | { is: 'too-often'; again: number }
  | { is: 'not-a-number' | 'no-answer' };

const NOTHING: HandedOut = { bundles: [], request: null, notes: [] };

/** What became of a save. */
export type SaveOutcome = { is: 'saved'; record: number; documents: number[][] } | { is: 'not'; reason: NotSavedReason };

export interface Listener {
  notice(notice: Notice): void;
  /** The server refused to enrol this phone at all: the invite is used up or unknown. */
  enrolRefused(): void;
  /** Whether the server refuses again and again what this phone signs: it was restored from before a change of its keys. */
  unknown(isUnknown: boolean): void;
  /** Whether the last request was answered. */
  heard(answered: boolean): void;
  /** Bytes that went over the network, there and back. */
  spent?(bytes: number): void;
  /** The core broke off in the middle: only a new worker, from storage, goes on. */
  trapped(error: unknown): void;
}

export class Loop {
  readonly core: Phone;
  readonly #storage: Keeping;
  readonly #listener: Listener;
  readonly #network: typeof post;
  /** With the data saver on: when news last came, and what would ask for more. */
  #isSaving = false;
  #lastNews: number | null = null;
  #waitingPull: { bytes: Uint8Array; timer: ReturnType<typeof setTimeout> } | null = null;
  readonly #saves = new Map<number, (outcome: SaveOutcome) => void>();
  /** Who waits for bundles to be handed out. */
  #wanted: ((given: HandedOut) => void) | null = null;
  /** Who waits for the answer to the last number that was asked for. */
  #sought: ((outcome: LookUpOutcome) => void) | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tag = 0;
  #refusals = 0;
  /** Inputs of a phone that was locked meanwhile go nowhere. */
  #isOver = false;
  /** Who waits to hear that a disclosure is on the disk, in order. */
  readonly #disclosing: ((isWritten: boolean) => void)[] = [];
  /** Effects that are being done. */
  readonly #running = new Set<Promise<void>>();

  /** `network` asks the server; a practising phone has one of its own. */
  constructor(core: Phone, storage: Keeping, listener: Listener, network: typeof post = post) {
    this.#network = async (route, body) => {
      const answer = await network(route, body);
      listener.spent?.(body.length + (answer.is === 'bytes' ? answer.bytes.length : 0));
      return answer;
    };
    this.core = core;
    this.#storage = storage;
    this.#listener = listener;
  }

  input(input: Input): void {
    if (this.#isOver) return;
    let effects: Effect[];
    try {
      effects = this.core.handle(input, now());
    } catch (error) {
      this.#trapped(error);
      return;
    }
    for (const effect of effects) this.#run(effect);
  }

  /** The data saver is on, or not. */
  spare(isOn: boolean): void {
    this.#isSaving = isOn;
    if (!isOn) this.fetchNow();
  }

  /** Somebody asked: news that waits for its hour comes now. */
  fetchNow(): void {
    const waiting = this.#waitingPull;
    if (waiting === null) return;
    clearTimeout(waiting.timer);
    this.#waitingPull = null;
    this.#keep(this.#pull(waiting.bytes));
  }

  /** Resolves once the save is on the disk, or is known not to be; rejects what makes no save. */
  async save(entry: Entry): Promise<SaveOutcome> {
    if (this.#isOver) return { is: 'not', reason: 'Locked' };
    const tag = (this.#tag += 1);
    let effects: Effect[];
    try {
      effects = this.core.save(tag, entry, seed(), now());
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) this.#trapped(error);
      throw error;
    }
    return new Promise((resolve) => {
      this.#saves.set(tag, resolve);
      for (const effect of effects) this.#run(effect);
    });
  }

  /** Writes down that a whole number is shown; resolves to whether that is on the disk. */
  disclose(dossier: Id): Promise<boolean> {
    const told = new Promise<boolean>((resolve) => this.#disclosing.push(resolve));
    this.input({ Disclose: { way: WAY_VIEWED, dossier } });
    return told;
  }

  #disclosed(isWritten: boolean): void {
    this.#disclosing.shift()?.(isWritten);
  }

  /** All bundles without a receipt, from now on as they are, with leave for colleagues to look into
   * them; none if that could not be stored. */
  handOut(): Promise<HandedOut> {
    const given = new Promise<HandedOut>((resolve) => (this.#wanted = resolve));
    this.input({ HandOut: { leave: 'LookAtTeam' } });
    return given;
  }

  /** Who bears this number, as the server says. Whoever asked before is not answered any more. */
  lookUp(number: string): Promise<LookUpOutcome> {
    this.#tell({ is: 'no-answer' });
    const told = new Promise<LookUpOutcome>((resolve) => (this.#sought = resolve));
    this.input({ LookUp: { number, seed: seed() } });
    return told;
  }

  /** Resolves once nothing is being stored, sent or fetched any more. */
  async quiet(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#waitingPull?.timer);
    for (const resolve of this.#saves.values()) resolve({ is: 'not', reason: 'Locked' });
    while (this.#disclosing.length > 0) this.#disclosed(false);
    this.#give(NOTHING);
    this.#tell({ is: 'no-answer' });
  }

  #trapped(error: unknown): void {
    this.end();
    this.#listener.trapped(error);
  }

  #run(effect: Effect): void {
    if ('Store' in effect) this.#keep(this.#store(effect.Store));
    else if ('Post' in effect) this.#keep(this.#post(effect.Post));
    else if ('Pull' in effect) this.#pullSoon(effect.Pull.bytes);
    else if ('AskNames' in effect) this.#keep(this.#askNames(effect.AskNames.bytes));
    else if ('LookUp' in effect) this.#keep(this.#lookUp(effect.LookUp.bytes));
    else if ('Rekey' in effect) this.#keep(this.#rekey(effect.Rekey.bytes));
    else if ('Enrol' in effect) this.#keep(this.#enrol(effect.Enrol.bytes));
    else if ('HandOut' in effect) this.#give(handedOut(effect.HandOut));
    else if ('Errand' in effect) this.#keep(this.#errand(effect.Errand.bytes));
    else if ('Schedule' in effect) this.#schedule(effect.Schedule.at);
    else if ('Show' in effect) this.#show(effect.Show);
  }

  #keep(doing: Promise<void>): void {
    this.#running.add(doing);
    void doing.finally(() => this.#running.delete(doing));
  }

  async #store({ ticket, writes }: Extract<Effect, { Store: unknown }>['Store']): Promise<void> {
    try {
      await this.#storage.write(writes);
    } catch (error) {
      this.#give(NOTHING);
      return this.input({ StoreFailed: [ticket, failureOf(error)] });
    }
    this.input({ Stored: ticket });
  }

  #give(given: HandedOut): void {
    this.#wanted?.(given);
    this.#wanted = null;
  }

  async #post({ serial, bytes }: Extract<Effect, { Post: unknown }>['Post']): Promise<void> {
    const answer = await this.#network('/v1/bundles', bytes);
    this.#listener.heard(answer.is !== 'silent');
    this.input({ Posted: { serial, answer: answer.is === 'bytes' ? { Receipt: answer.bytes } : 'Failed', seed: seed() } });
  }

  /** One pull is on its way at a time, so one waits at most. */
  #pullSoon(bytes: Uint8Array): void {
    const wait = this.#isSaving ? waitForNews(this.#lastNews, Date.now()) : 0;
    if (wait === 0) return this.#keep(this.#pull(bytes));
    this.#waitingPull = { bytes, timer: setTimeout(() => this.fetchNow(), wait) };
  }

  async #pull(bytes: Uint8Array): Promise<void> {
    const answer = await this.#network('/v1/pull', bytes);
    this.#listener.heard(answer.is !== 'silent');
    this.#known(answer);
    if (answer.is === 'bytes') this.#lastNews = Date.now();
    this.input(answer.is === 'bytes' ? { Pulled: { bytes: answer.bytes, seed: seed() } } : { PullFailed: { seed: seed() } });
  }

  /** The first refusal may be cured by the phone itself, which then hands its keys over again. */
  #known(answer: Awaited<ReturnType<typeof post>>): void {
    if (answer.is === 'silent') return;
    const isRefused = answer.is === 'refused' && answer.status === FORBIDDEN;
    this.#refusals = isRefused ? this.#refusals + 1 : 0;
    this.#listener.unknown(this.#refusals >= REFUSALS_MIN);
  }

  async #errand(bytes: Uint8Array): Promise<void> {
    const answer = await this.#network('/v1/parcels', bytes);
    this.#listener.heard(answer.is !== 'silent');
    this.input(answer.is === 'bytes' ? { ErrandAnswered: { bytes: answer.bytes, seed: seed() } } : { ErrandFailed: { seed: seed() } });
  }

  async #askNames(bytes: Uint8Array): Promise<void> {
    const answer = await this.#network('/v1/names', bytes);
    if (answer.is === 'bytes') this.input({ Named: { bytes: answer.bytes } });
  }

  async #lookUp(bytes: Uint8Array): Promise<void> {
    const sought = this.#sought;
    const answer = await this.#network('/v1/look-up', bytes);
    this.#listener.heard(answer.is !== 'silent');
    // An answer names no number: one that comes late is nobody's.
    if (sought !== this.#sought) return;
    if (answer.is === 'bytes') this.input({ LookedUp: { bytes: answer.bytes } });
    this.#tell({ is: 'no-answer' });
  }

  #tell(outcome: LookUpOutcome): void {
    this.#sought?.(outcome);
    this.#sought = null;
  }

  async #rekey(bytes: Uint8Array): Promise<void> {
    const answer = await this.#network('/v1/keys', bytes);
    if (answer.is === 'bytes') this.input({ Rekeyed: { bytes: answer.bytes } });
  }

  async #enrol(bytes: Uint8Array): Promise<void> {
    const answer = await this.#network('/v1/enrol', bytes);
    this.#listener.heard(answer.is !== 'silent');
    if (answer.is === 'bytes') this.input({ EnrolAnswered: { bytes: answer.bytes, seed: seed() } });
    else if (answer.is === 'refused' && answer.status < 500 && answer.status !== TOO_OFTEN) this.#listener.enrolRefused();
  }

  #schedule(at: number): void {
    clearTimeout(this.#timer);
    const wait = Math.max(0, at * 1000 - Date.now());
    this.#timer = setTimeout(() => this.input({ Tick: { seed: seed() } }), Math.min(wait, TIMER_MS_MAX));
  }

  #show(notice: Notice): void {
    if (typeof notice === 'object' && 'Saved' in notice) {
      const { tag, record, documents } = notice.Saved;
      this.#answer(tag, { is: 'saved', record, documents });
    } else if (typeof notice === 'object' && 'NotSaved' in notice) {
      const { tag, reason } = notice.NotSaved;
      this.#answer(tag, { is: 'not', reason });
    } else if (typeof notice === 'object' && 'Disclosed' in notice) {
      this.#disclosed(true);
    } else if (notice === 'NotDisclosed' || (typeof notice === 'object' && 'StorageFailed' in notice)) {
      this.#disclosed(false);
    } else if (typeof notice === 'object' && 'LookedUp' in notice) {
      const { dossiers, again } = notice.LookedUp;
      this.#tell(again === null ? { is: 'told', dossiers } : { is: 'too-often', again });
    } else if (typeof notice === 'object' && 'Unusable' in notice) {
      this.#tell({ is: notice.Unusable === 'bad-number' ? 'not-a-number' : 'no-answer' });
    }
    this.#listener.notice(notice);
  }

  #answer(tag: number, outcome: SaveOutcome): void {
    this.#saves.get(tag)?.(outcome);
    this.#saves.delete(tag);
  }
}

function handedOut({ bundles, request, notes }: Extract<Effect, { HandOut: unknown }>['HandOut']): HandedOut {
  return { bundles: bundles.map(({ bytes }) => bytes), request, notes };
}

export function seed(): Uint8Array {
  return random(SEED_BYTES);
}

/** Seconds since 1970. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}
