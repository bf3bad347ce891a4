/** Storage that ends with its worker: for a phone that practises. It lies beside nobody's data. */
import type { StoredRecord, StoreName, Write } from './core.ts';
import type { Keeping, Outside } from './storage.ts';

export class MemoryStorage implements Keeping {
  readonly #stores = new Map<StoreName, Map<string, StoredRecord>>();
  readonly #outside = new Map<string, unknown>();

  async takeOver(): Promise<void> {}

  close(): void {}

  async beginning(store: StoreName, prefix: Uint8Array): Promise<StoredRecord[]> {
    const begin = named(prefix);
    return this.#sorted(store).filter(({ key }) => named(key).startsWith(begin));
  }

  async records(stores: StoreName[]): Promise<StoredRecord[]> {
    return stores.flatMap((store) => this.#sorted(store));
  }

  async write(writes: Write[]): Promise<void> {
    for (const write of writes) this.#apply(write);
  }

  async outside<Name extends keyof Outside>(name: Name): Promise<Outside[Name] | undefined> {
    return this.#outside.get(name) as Outside[Name] | undefined;
  }

  async setOutside<Name extends keyof Outside>(name: Name, value: Outside[Name]): Promise<void> {
    this.#outside.set(name, value);
  }

  async forgetKey(): Promise<void> {
    this.#outside.clear();
  }

  async beginAnew(): Promise<void> {
    this.#outside.clear();
  }

  #apply(write: Write): void {
    if ('Put' in write) this.#of(write.Put.store).set(named(write.Put.key), write.Put);
    else if ('Delete' in write) this.#of(write.Delete.store).delete(named(write.Delete.key));
    else {
      const { store, prefix } = write.DeletePrefix;
      const begin = named(prefix);
      for (const key of this.#of(store).keys()) if (key.startsWith(begin)) this.#of(store).delete(key);
    }
  }

  #of(store: StoreName): Map<string, StoredRecord> {
    const found = this.#stores.get(store) ?? new Map<string, StoredRecord>();
    this.#stores.set(store, found);
    return found;
  }

  #sorted(store: StoreName): StoredRecord[] {
    const all = [...this.#of(store).entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    return all.map(([, record]) => record);
  }
}

/** Bytes as text that sorts as they do. */
function named(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
