/** The tree of units as far as it was asked for: names on the way down, and who works below whom. */
import type { Api, DeviceAnswer, UnitAnswer } from './api.ts';
import type { UnitPath } from './model.ts';
import type { PhonesOf } from './views.ts';

/** Lists asked for to place phones of one unit in view. */
const LISTS_MAX = 256;
/** Lists asked for at a time. */
const LISTS_AT_ONCE = 6;

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

  /**
   * Which of these phones work in each unit directly below `parent`, one level further down
   * included; those of `parent` itself stand under its own number.
   */
  async phones(parent: number, day: string | null, devices: DeviceAnswer[]): Promise<PhonesOf> {
    const found = new Map<number, DeviceAnswer[]>();
    const working = devices.filter((device) => device.state === 'active');
    const open = new Set(working.flatMap((device) => device.units));
    const place = (unit: number, under: number) => {
      const here = working.filter((device) => device.units.includes(unit));
      found.set(under, [...new Set([...(found.get(under) ?? []), ...here])]);
      open.delete(unit);
    };
    place(parent, parent);
    const children = await this.below(parent, day);
    for (const child of children) place(child.unit, child.unit);
    const deeper = children.filter((child) => child.has_children).slice(0, LISTS_MAX);
    for (let at = 0; at < deeper.length && open.size > 0; at += LISTS_AT_ONCE) {
      const some = deeper.slice(at, at + LISTS_AT_ONCE);
      const lists = await Promise.all(some.map((child) => this.below(child.unit, day)));
      some.forEach((child, n) => lists[n]?.filter(({ unit }) => open.has(unit)).forEach(({ unit }) => place(unit, child.unit)));
    }
    return found;
  }
}
