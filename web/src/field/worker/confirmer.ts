/**
 * Own saves, confirmed by automerge: after every save its documents are rebuilt from their whole
 * history by the history module and compared with what the core shows. Nothing waits for it, and
 * the app is whole without it.
 */
import type { Phone } from 'sampan-app/client_app.js';
import moduleAddress from 'sampan-history/client_history.js?url';
import wasmAddress from 'sampan-history/client_history_bg.wasm?url';
import { HISTORY_CACHE } from '../history-cache.ts';
import type { DocumentId } from '../model.ts';
import { hex } from './called.ts';
import type { Keeping } from './storage.ts';

type History = Pick<typeof import('sampan-history/client_history.js'), 'confirm' | 'document'>;

/** The lists come first: the module is fetched once the phone has been open for so long. */
const LOAD_AFTER_MS = 1_500;
/** Without signal it may not be there; a phone that is open all day tries again. */
const LOAD_AGAIN_MS = 60_000;
/** Saves that may wait for the module; later ones are not counted either. */
const WAITING_MAX = 10_000;

const BROKEN = 'the history module broke off';
/** Nothing is wrong with such a document. */
const FINE: ReadonlySet<string> = new Set(['agrees', 'gone']);
/** What would not be said otherwise a moment later. */
const AT_REST: ReadonlySet<string> = new Set([...FINE, BROKEN]);

/** How many own saves there were since the phone was opened, and what automerge said of them. */
export interface Checked {
  saves: number;
  checked: number;
  disagreements: number;
}

export class Confirmer {
  readonly #core: Phone;
  readonly #storage: Keeping;
  readonly #changed: () => void;
  readonly #seen = new Set<number>();
  readonly #waiting: { documents: DocumentId[] }[] = [];
  readonly #told = { saves: 0, checked: 0, disagreements: 0 };
  #history: Promise<History | null> | null = null;
  #isBusy = false;
  #isBroken = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `changed` is told when a count has changed. */
  constructor(core: Phone, storage: Keeping, changed: () => void) {
    [this.#core, this.#storage, this.#changed] = [core, storage, changed];
  }

  get told(): Checked {
    return this.#told;
  }

  /** The phone is open: what is not confirmed by the server yet is looked at first. */
  begin(): void {
    for (const { record, documents } of this.#core.records()) this.saved(record, documents);
    this.#timer = setTimeout(() => void this.#work(), LOAD_AFTER_MS);
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  saved(record: number, documents: number[][]): void {
    if (this.#seen.has(record) || this.#waiting.length >= WAITING_MAX) return;
    this.#seen.add(record);
    this.#told.saves += 1;
    this.#waiting.push({ documents: [...new Set(documents.map(hex))] });
    if (this.#history !== null) void this.#work();
  }

  /** A document as automerge saves it; `null` where its history or the module is not here. */
  async document(id: DocumentId): Promise<Uint8Array | null> {
    const history = await (this.#history ??= load());
    const account = history && (await this.#account(id));
    return (account && history?.document(account)) ?? null;
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const history = await (this.#history ??= load());
    if (history === null && !this.#isBroken) {
      this.#history = null;
      this.#timer = setTimeout(() => void this.#work(), LOAD_AGAIN_MS);
    }
    for (let save = this.#waiting.shift(); history && save !== undefined; save = this.#waiting.shift()) {
      const verdicts = new Set<string>();
      for (const document of save.documents) verdicts.add(await this.#verdict(history, document));
      for (const verdict of FINE) verdicts.delete(verdict);
      if (verdicts.size === 0) this.#told.checked += 1;
      verdicts.delete('incomplete');
      if (verdicts.size > 0) this.#told.disagreements += 1;
      for (const words of verdicts) console.error('automerge disagrees:', words);
      this.#changed();
    }
    this.#isBusy = false;
  }

  async #verdict(history: History, document: DocumentId): Promise<string> {
    const verdict = await this.#ask(history, document);
    // News may have come between two pages: only what is said twice is said of the document.
    return AT_REST.has(verdict) ? verdict : this.#ask(history, document);
  }

  async #ask(history: History, document: DocumentId): Promise<string> {
    const account = await this.#account(document);
    // Once the server has what this phone may write but not read, nothing is left here to check.
    if (account === undefined) return this.#core.isOpen() ? 'gone' : 'incomplete';
    try {
      return history.confirm(account);
    } catch {
      // The module broke off over this history. It is not asked again before the next start.
      [this.#history, this.#isBroken] = [Promise.resolve(null), true];
      this.#waiting.length = 0;
      return BROKEN;
    }
  }

  /** One page at a time: between two of them the worker answers screens. */
  async #account(document: DocumentId): Promise<Uint8Array | undefined> {
    const account = this.#core.account(document);
    if (account === undefined) return undefined;
    const prefix = account.prefix();
    const pages = prefix.length === 0 ? [] : await this.#storage.beginning('Facts', prefix);
    for (const { key, value } of pages) {
      this.#core.accountPage(account, key, value);
      await new Promise((resolve) => setTimeout(resolve));
    }
    return this.#core.accountBytes(account);
  }
}

/** `null` where the module cannot be had now. */
async function load(): Promise<History | null> {
  try {
    await keep([moduleAddress, wasmAddress]);
    const history = (await import(/* @vite-ignore */ moduleAddress)) as typeof import('sampan-history/client_history.js');
    await history.default({ module_or_path: wasmAddress });
    return history;
  } catch {
    return null;
  }
}

/** For the days without signal: the service worker answers from this cache. Older files go. */
async function keep(addresses: string[]): Promise<void> {
  const kept = await caches.open(HISTORY_CACHE);
  const wanted = addresses.map((address) => new URL(address, self.location.href).href);
  for (const old of await kept.keys()) if (!wanted.includes(old.url)) await kept.delete(old);
  for (const address of wanted) if (!(await kept.match(address))) await kept.add(address);
}
