/**
 * The phone's storage: one object store per store of the core, and one for what stands outside of
 * it. A transaction is durable when its promise resolves, and never sooner.
 */
import type { ErasedWhy } from '../model.ts';
import type { DBSchema, IDBPDatabase, IDBPTransaction } from 'idb';
import { openDB } from 'idb';
import type { StorageFailure, StoredRecord, StoreName, Write } from './core.ts';
import { STORES } from './core.ts';
import type { Spent } from './economy.ts';
import type { LockedKey } from './lock-key.ts';
import type { KeptKey } from './pin.ts';

/** Held by whoever writes: one tab, or the service worker while no tab is open. */
export const WRITER = 'sampan-writer';

const NAME = 'sampan';
const VERSION = 1;

/** What is known before anybody unlocks. */
export interface Outside {
  key: KeptKey;
  /** Instead of it, where the phone's own lock keeps the key. */
  lock: LockedKey;
  setup: SetUp;
  /** Half-filled forms, sealed. */
  drafts: SealedDrafts;
  /** The list was erased at this moment, in milliseconds since 1970; sealed bundles are left. */
  erased: { at: number; why: ErasedWhy };
  /** Another phone sends under this one's name, and nobody has been told. */
  copied: boolean;
  /** What was spent on the network. */
  spent: Spent;
  /** The build that was here last. */
  build: string;
  /** Who writes: random, made anew by whoever takes the phone over. */
  writer: string;
}

/** Half-filled forms as they lie on the phone. */
export interface SealedDrafts {
  nonce: Uint8Array<ArrayBuffer>;
  sealed: Uint8Array<ArrayBuffer>;
}

/** Another tab took the phone over: nothing of this one is written any more. */
export class TakenOver extends Error {}

/** How far this phone is in being set up. */
export interface SetUp {
  stage: 'compare' | 'waiting' | 'stopped' | 'done';
  checkCode: string;
}

/** Where a phone keeps what it knows. */
export type Keeping = Pick<
  Storage, 'takeOver' | 'close' | 'beginning' | 'records' | 'write' | 'outside' | 'setOutside' | 'forgetKey' | 'beginAnew'
>;

type Schema = DBSchema & Record<StoreName, { key: Uint8Array; value: Uint8Array }> & {
  outside: { key: string; value: Outside[keyof Outside] };
};

export class Storage {
  readonly #db: IDBPDatabase<Schema>;
  #writer = '';

  private constructor(db: IDBPDatabase<Schema>) {
    this.#db = db;
  }

  static async open(): Promise<Storage> {
    const db = await openDB<Schema>(NAME, VERSION, {
      upgrade(made) {
        for (const store of [...STORES, 'outside'] as const) made.createObjectStore(store);
      },
    });
    return new Storage(db);
  }

  /** From here on nobody else's writes are taken: they look for their own name first, in the
   * same transaction. What was written before is seen by every later read. A full phone keeps the
   * name it has: nobody writes anything there. */
  async takeOver(writer: string): Promise<void> {
    this.#writer = '';
    try {
      await this.#write(['outside'], (change) => change.objectStore('outside').put(writer, 'writer'));
      this.#writer = writer;
    } catch (error) {
      if (failureOf(error) !== 'Full') throw error;
      this.#writer = (await this.outside('writer')) ?? '';
    }
  }

  close(): void {
    this.#db.close();
  }

  /** Records of one store whose keys begin so. */
  async beginning(store: StoreName, prefix: Uint8Array): Promise<StoredRecord[]> {
    const range = beginningWith(prefix);
    const read = this.#db.transaction(store).objectStore(store);
    const [keys, values] = await Promise.all([read.getAllKeys(range), read.getAll(range)]);
    return keys.map((key, at) => ({ store, key: new Uint8Array(key), value: values[at]! }));
  }

  /** Everything in these stores. */
  async records(stores: StoreName[]): Promise<StoredRecord[]> {
    const read = this.#db.transaction(stores);
    const all = await Promise.all(
      stores.map(async (store) => {
        const [keys, values] = await Promise.all([read.objectStore(store).getAllKeys(), read.objectStore(store).getAll()]);
        return keys.map((key, at) => ({ store, key: new Uint8Array(key), value: values[at]! }));
      }),
    );
    return all.flat();
  }

  /** All of it or nothing, and on the disk. */
  async write(writes: Write[]): Promise<void> {
    const stores = [...new Set(writes.map((write) => target(write)))];
    if (stores.length === 0) return;
    await this.#write(stores, (change) => Promise.all(writes.map((write) => this.#apply(change.objectStore(target(write)), write))));
  }

  async outside<Name extends keyof Outside>(name: Name): Promise<Outside[Name] | undefined> {
    return (await this.#db.get('outside', name)) as Outside[Name] | undefined;
  }

  async setOutside<Name extends keyof Outside>(name: Name, value: Outside[Name]): Promise<void> {
    await this.#write(['outside'], (change) => change.objectStore('outside').put(value, name));
  }

  /** The key goes, and with it everything that it opened; the rest is deleted afterwards. */
  async forgetKey(at: number, why: ErasedWhy): Promise<void> {
    await this.#write(['outside'], (change) => {
      const outside = change.objectStore('outside');
      const gone = (['key', 'lock', 'drafts', 'setup', 'copied'] as const).map((name) => outside.delete(name));
      return Promise.all([...gone, outside.put({ at, why }, 'erased')]);
    });
  }

  /** As if nobody had ever used this phone; its stores must be empty by then. */
  async beginAnew(): Promise<void> {
    await this.#write(['outside'], (change) => change.objectStore('outside').delete('erased'));
  }

  /** One strict transaction, by the present writer or not at all. */
  async #write(stores: Target[], work: (change: Change) => Promise<unknown>): Promise<void> {
    const change = this.#db.transaction([...new Set<Target>([...stores, 'outside'])], 'readwrite', { durability: 'strict' });
    // A request that fails aborts the transaction, whose promise says why.
    const writer = this.#writer === '' ? '' : await change.objectStore('outside').get('writer');
    if (writer !== this.#writer) {
      change.abort();
      await change.done.catch(() => undefined);
      throw new TakenOver('another tab writes now');
    }
    work(change).catch(() => undefined);
    await change.done;
  }

  async #apply(store: Puttable, write: Write): Promise<void> {
    if ('Put' in write) await store.put(write.Put.value, write.Put.key);
    else if ('Delete' in write) await store.delete(write.Delete.key);
    else if (write.DeletePrefix.prefix.length === 0) await store.clear();
    else await store.delete(beginningWith(write.DeletePrefix.prefix));
  }
}

type Target = StoreName | 'outside';
type Change = IDBPTransaction<Schema, Target[], 'readwrite'>;

interface Puttable {
  put(value: Uint8Array, key: Uint8Array): Promise<unknown>;
  delete(key: Uint8Array | IDBKeyRange): Promise<void>;
  clear(): Promise<void>;
}

/** What the core is told about a transaction that did not happen. */
export function failureOf(error: unknown): StorageFailure {
  return error instanceof DOMException && error.name === 'QuotaExceededError' ? 'Full' : 'Broken';
}

function target(write: Write): StoreName {
  if ('Put' in write) return write.Put.store;
  return 'Delete' in write ? write.Delete.store : write.DeletePrefix.store;
}

/** Keys are compared as bytes, so everything with a prefix lies together. */
function beginningWith(prefix: Uint8Array): IDBKeyRange {
  const end = [...prefix];
  while (end.length > 0 && end[end.length - 1] === 0xff) end.pop();
  if (end.length === 0) return IDBKeyRange.lowerBound(prefix);
  end[end.length - 1]! += 1;
  return IDBKeyRange.bound(prefix, new Uint8Array(end), false, true);
}
