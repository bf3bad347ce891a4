/** The tree of units as far as it was asked for: names on the way down. */
import type { Api, UnitAnswer } from './api.ts';
import type { UnitPath } from './model.ts';

export class Units {
  readonly #api: Api;
  /** By day and parent; a day's tree does not change while somebody looks. */
  readonly #lists = new Map<string, Promise<UnitAnswer[]>>();

  constructor(api: Api) {
    this.#api = api;
  }

  below(parent: number | null, day: string | null): Promise<UnitAnswer[]> {
    const key = `${day ?? 'today'}/${parent ?? 'top'}`;
    const known = this.#lists.get(key);
    if (known) return known;
    const list = this.#api.units(parent, day);
    this.#lists.set(key, list);
    list.catch(() => this.#lists.delete(key));
    return list;
  }

  /** The way down with names; a unit that is not where the address says has its number. */
  async named(path: number[], day: string | null): Promise<UnitPath[]> {
    const lists = await Promise.all(path.map((_, at) => this.below(path[at - 1] ?? null, day)));
    return path.map((id, at) => ({ id: String(id), name: lists[at]?.find((unit) => unit.unit === id)?.name ?? String(id) }));
  }
}
