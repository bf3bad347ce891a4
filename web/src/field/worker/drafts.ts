/** Half-filled forms, kept through lock and restart. They name people, so they lie sealed under the data key. */
import type { PersonDraft, SessionDraft } from '../model.ts';
import { random } from './wrapping.ts';
import type { Keeping } from './storage.ts';

export interface Drafts {
  sessions: SessionDraft[];
  person: PersonDraft | null;
}

/** More half-filled sessions than a person has in mind; the oldest gives way. */
const SESSIONS_MAX = 20;
const PURPOSE = 'sampan/drafts';

export class DraftBook {
  readonly #storage: Keeping;
  readonly #key: CryptoKey;
  #drafts: Drafts;

  private constructor(storage: Keeping, key: CryptoKey, drafts: Drafts) {
    [this.#storage, this.#key, this.#drafts] = [storage, key, drafts];
  }

  static async open(storage: Keeping, dataKey: Uint8Array<ArrayBuffer>): Promise<DraftBook> {
    const base = await crypto.subtle.importKey('raw', dataKey, 'HKDF', false, ['deriveKey']);
    const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: new TextEncoder().encode(PURPOSE) };
    const key = await crypto.subtle.deriveKey(how, base, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const kept = await storage.outside('drafts');
    if (kept === undefined) return new DraftBook(storage, key, { sessions: [], person: null });
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.nonce }, key, kept.sealed);
    return new DraftBook(storage, key, JSON.parse(new TextDecoder().decode(plain)) as Drafts);
  }

  get drafts(): Drafts {
    return this.#drafts;
  }

  session(id: string): SessionDraft | null {
    return this.#drafts.sessions.find((one) => one.id === id) ?? null;
  }

  async keepSession(draft: SessionDraft): Promise<void> {
    const others = this.#drafts.sessions.filter((one) => one.id !== draft.id);
    await this.#keep({ ...this.#drafts, sessions: [draft, ...others].slice(0, SESSIONS_MAX) });
  }

  async dropSession(id: string): Promise<void> {
    if (this.session(id) === null) return;
    await this.#keep({ ...this.#drafts, sessions: this.#drafts.sessions.filter((one) => one.id !== id) });
  }

  async keepPerson(person: PersonDraft | null): Promise<void> {
    if (person === this.#drafts.person) return;
    await this.#keep({ ...this.#drafts, person });
  }

  async #keep(drafts: Drafts): Promise<void> {
    this.#drafts = drafts;
    const nonce = random(12);
    const plain = new TextEncoder().encode(JSON.stringify(drafts));
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, this.#key, plain);
    await this.#storage.setOutside('drafts', { nonce, sealed: new Uint8Array(sealed) });
  }
}
