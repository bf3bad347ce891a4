/** The brain over its worker: every view is asked again whenever the worker says that it may have changed. */
import * as Comlink from 'comlink';
import type { Display } from '../design/theme.ts';
import { remembered } from '../design/theme.ts';
import type { Answers, Ask, Brain, Save, Saved } from './brain.ts';
import { NotSaved } from './brain.ts';
import type { FieldWorker } from './worker/worker.ts';
import type { Words } from './worker/views.ts';

/** An invite's link ends in `#i=` and 22 characters. */
const INVITE = /^#i=([A-Za-z0-9_-]{22})$/;
/** Restarts after the core broke off, before the app asks to be opened anew. */
const RESTARTS_MAX = 3;

interface Subscription {
  ask: Ask;
  show: (answer: never) => void;
  last: string;
}

export class WorkerBrain implements Brain {
  readonly #words: Words;
  readonly #subscriptions = new Set<Subscription>();
  #worker!: Comlink.Remote<FieldWorker>;
  #invite: string | null;
  #restarts = 0;
  /** Resolves once the present worker has read its storage. */
  #begun!: Promise<void>;

  constructor(words: Words, fragment: string) {
    this.#words = words;
    this.#invite = INVITE.exec(fragment)?.[1] ?? null;
    this.#start();
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.send();
    });
  }

  subscribe<V extends keyof Answers>(ask: Extract<Ask, { view: V }>, show: (answer: Answers[V]) => void): () => void {
    const subscription: Subscription = { ask, show, last: '' };
    this.#subscriptions.add(subscription);
    void this.#ask(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  async save(save: Save): Promise<Saved> {
    await this.#begun;
    const answer = await this.#worker.save(save);
    if (answer.is === 'not') throw new NotSaved(answer.why);
    return answer.saved;
  }

  undo(): Promise<Saved> {
    return Promise.reject(new NotSaved('stopped'));
  }

  keepDraft(): Promise<void> {
    return Promise.resolve();
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

  lock(): void {
    void this.#worker.lock();
  }

  takeOver(): void {
    void this.#worker.takeOver();
  }

  send(): void {
    void this.#worker.reachable();
  }

  handOut(): Promise<never> {
    return Promise.reject(new NotSaved('stopped'));
  }

  takeIn(): Promise<never> {
    return Promise.reject(new NotSaved('stopped'));
  }

  setDataSaver(): void {
    // Nothing is downloaded yet that a data saver could leave out.
  }

  display(): Display {
    return remembered(localStorage);
  }

  /** A worker whose core broke off is thrown away; the next one begins from storage, locked. */
  #start(): void {
    const worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module' });
    this.#worker = Comlink.wrap<FieldWorker>(worker);
    const changed = Comlink.proxy(() => this.#changed());
    const trapped = Comlink.proxy(() => {
      worker.terminate();
      this.#restarts += 1;
      if (this.#restarts <= RESTARTS_MAX) this.#start();
    });
    this.#begun = this.#worker.begin(this.#words, this.#invite, changed, trapped);
    void this.#begun.then(() => this.#changed());
  }

  #changed(): void {
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
