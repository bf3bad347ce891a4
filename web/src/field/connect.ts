/** The brain over its worker: every view is asked again whenever the worker says that it may have changed. */
import * as Comlink from 'comlink';
import type { Display } from '../design/theme.ts';
import { remembered } from '../design/theme.ts';
import type { Answers, Ask, Brain, Save, Saved, TakenIn } from './brain.ts';
import { NotSaved } from './brain.ts';
import { sendInBackground } from './offline.ts';
import type { CardRead, PersonDraft, SessionDraft } from './model.ts';
import type { LockSecret, PhoneLock } from './phone-lock.ts';
import { scriptUrl } from './script-url.ts';
import { isSparing, remember } from './data-saver.ts';
import { forgetUnsent, rememberUnsent } from './unsent-memory.ts';
import type { Words } from './worker/called.ts';
import type { FieldWorker, SaveAnswer } from './worker/worker.ts';
import workerUrl from './worker/worker.ts?worker&url';

/** An invite's link ends in `#i=` and 22 characters. */
const INVITE = /^#i=([A-Za-z0-9_-]{22})$/;
/** Restarts after the core broke off, before the app asks to be opened anew. */
const RESTARTS_MAX = 3;
/** A worker that does not answer for so long is not there any more. */
const SILENCE_MS_MAX = 8_000;

/** Where a phone works. */
export type World = 'real' | 'practice';

interface Subscription {
  ask: Ask;
  show: (answer: never) => void;
  last: string;
}

export class WorkerBrain implements Brain {
  #words: Words;
  readonly #subscriptions = new Set<Subscription>();
  #worker!: Comlink.Remote<FieldWorker>;
  #invite: string | null;
  readonly #world: World;
  #restarts = 0;
  #end: () => void = () => undefined;
  #update: (() => void) | null = null;
  readonly #toldOfUpdates = new Set<(update: () => void) => void>();
  /** Resolves once the present worker has read its storage. */
  #begun!: Promise<void>;

  /** `practice`: in the invented hamlet, with a worker and storage of its own. */
  constructor(words: Words, fragment: string, world: World = 'real') {
    [this.#words, this.#world] = [words, world];
    this.#invite = INVITE.exec(fragment)?.[1] ?? null;
    this.#start();
    const signal = () => void this.#worker.signal(navigator.onLine);
    addEventListener('online', signal);
    addEventListener('offline', signal);
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#lookAgain();
    });
  }

  /** A new version of the app waits. */
  updateWaits(update: () => void): void {
    this.#update = update;
    for (const told of this.#toldOfUpdates) told(update);
  }

  onUpdate(told: (update: () => void) => void): () => void {
    this.#toldOfUpdates.add(told);
    if (this.#update !== null) told(this.#update);
    return () => this.#toldOfUpdates.delete(told);
  }

  subscribe<V extends keyof Answers>(ask: Extract<Ask, { view: V }>, show: (answer: Answers[V]) => void): () => void {
    const subscription: Subscription = { ask, show, last: '' };
    this.#subscriptions.add(subscription);
    void this.#ask(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  async save(save: Save): Promise<Saved> {
    await this.#begun;
    const saved = savedOf(await this.#worker.save(save));
    if (this.#world === 'real') sendInBackground();
    return saved;
  }

  async undo(record: string): Promise<Saved> {
    await this.#begun;
    const saved = savedOf(await this.#worker.undo(record));
    if (this.#world === 'real') sendInBackground();
    return saved;
  }

  keepSession(draft: SessionDraft): void {
    void this.#worker.keepSession(draft);
  }

  dropSession(id: string): void {
    void this.#worker.dropSession(id);
  }

  keepPerson(draft: PersonDraft | null): void {
    void this.#worker.keepPerson(draft);
  }

  async wholeNumber(document: string): Promise<string | null> {
    await this.#begun;
    return this.#worker.wholeNumber(document);
  }

  seek(number: string | null): void {
    void this.#worker.seek(number);
  }

  async readCard(text: string): Promise<CardRead | null> {
    await this.#begun;
    return this.#worker.readCard(text);
  }

  /** The language has changed. */
  speak(words: Words): void {
    this.#words = words;
    void this.#worker.speak(words);
  }

  enrol(fragment: string): void {
    this.#invite = INVITE.exec(fragment)?.[1] ?? this.#invite;
    if (this.#invite !== null) void this.#worker.enrol(this.#invite);
  }

  codesAre(answer: 'same' | 'different'): void {
    void this.#worker.codesAre(answer);
  }

  pin(digits: string): void {
    void this.#worker.pin(digits);
  }

  lockBehind(lock: PhoneLock, secret: LockSecret): void {
    void this.#worker.lockBehind(lock, secret);
  }

  openLocked(secret: LockSecret): Promise<boolean> {
    return this.#worker.openLocked(secret);
  }

  lockLost(): void {
    void this.#worker.lockLost();
  }

  lock(): void {
    void this.#worker.lock();
  }

  takeOver(): void {
    void this.#worker.takeOver();
  }

  handOut(): Promise<Uint8Array<ArrayBuffer> | null> {
    return this.#worker.handOut();
  }

  takeIn(bytes: Uint8Array): Promise<TakenIn> {
    return this.#worker.takeIn(bytes);
  }

  texts(charsMax: number): Promise<string[]> {
    return this.#worker.texts(charsMax);
  }

  returns(charsMax: number | null): Promise<{ parcel: Uint8Array<ArrayBuffer> | null; texts: string[] }> {
    return this.#worker.returns(charsMax);
  }

  takeText(text: string): Promise<TakenIn> {
    return this.#worker.takeText(text);
  }

  copyTold(): void {
    void this.#worker.copyTold();
  }

  leave(): void {
    void this.#worker.leave();
  }

  beginAnew(): void {
    void this.#worker.beginAnew();
  }

  send(): void {
    void this.#worker.reachable();
  }

  spareData(isOn: boolean): void {
    remember(localStorage, isOn);
    void this.#worker.spare(isOn);
  }

  /** Practice is over, and with it everything that was practised. */
  end(): void {
    this.#subscriptions.clear();
    this.#end();
  }

  display(): Display {
    return remembered(localStorage);
  }

  /** A worker whose core broke off is thrown away; the next one begins from storage, locked. */
  #start(): void {
    const worker = new Worker(scriptUrl(workerUrl), { type: 'module' });
    this.#worker = Comlink.wrap<FieldWorker>(worker);
    const changed = Comlink.proxy(() => this.#changed());
    const trapped = Comlink.proxy(() => this.#restart());
    this.#begun =
      this.#world === 'practice'
        ? this.#worker.practise(this.#words, changed, trapped)
        : this.#worker.begin(this.#words, this.#invite, changed, trapped);
    this.#end = () => worker.terminate();
    void this.#begun.then(() => this.#worker.signal(navigator.onLine));
    void this.#worker.spare(isSparing(localStorage));
  }

  /** A worker that the phone has ended says nothing about it: whoever looks again finds out. */
  #lookAgain(): void {
    const asked = this.#worker;
    const silence = setTimeout(() => asked === this.#worker && this.#restart(), SILENCE_MS_MAX);
    void asked.unsent().then(() => clearTimeout(silence));
    this.send();
  }

  #restart(): void {
    this.#end();
    this.#restarts += 1;
    if (this.#restarts <= RESTARTS_MAX) this.#start();
  }

  #changed(): void {
    void this.#worker.unsent().then((unsent) => {
      if (unsent === 'erased') forgetUnsent(localStorage);
      else if (unsent !== null) rememberUnsent(localStorage, unsent);
    });
    for (const subscription of this.#subscriptions) void this.#ask(subscription);
  }

  /** A view that says the same is not shown again: a person may be typing into it. */
  async #ask(subscription: Subscription): Promise<void> {
    await this.#begun;
    const answer = await this.#worker.answer(subscription.ask);
    const said = JSON.stringify(answer);
    if (answer === null || said === subscription.last || !this.#subscriptions.has(subscription)) return;
    subscription.last = said;
    subscription.show(answer as never);
  }
}

function savedOf(answer: SaveAnswer): Saved {
  if (answer.is === 'not') throw new NotSaved(answer.why);
  return answer.saved;
}
