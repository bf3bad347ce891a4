/** What units and devices are called on this phone. */
import type { Phone } from 'sampan-app/client_app.js';
import type { CoreNames, Id } from './core.ts';

/** How the worker speaks where it has no name, and the words it fills in itself. */
export interface Words {
  me: string;
  other: string;
  unit: string;
  male: string;
  female: string;
}

export class Called {
  readonly #words: Words;
  readonly #own: string;
  readonly #units: Map<number, string>;
  readonly #people: Map<string, string>;

  constructor(core: Phone, words: Words) {
    const names: CoreNames = core.names() ?? { units: [], people: [] };
    this.#words = words;
    this.#own = hex(core.device() ?? []);
    this.#units = new Map(names.units);
    this.#people = new Map(names.people.map(([device, label]) => [hex(device), label]));
  }

  /** "another phone" if nobody told. */
  person(device: Id | null): string {
    if (device === null) return this.#words.other;
    const name = this.#people.get(hex(device));
    return name ?? (this.isOwn(device) ? this.#words.me : this.#words.other);
  }

  /** A name that was found before; "another phone" where there was none. */
  label(name: string): string {
    return name === '' ? this.#words.other : name;
  }

  isOwn(device: Id | null): boolean {
    return device !== null && hex(device) === this.#own;
  }

  unit(unit: number | null): string {
    if (unit === null) return '';
    return this.#units.get(unit) ?? `${this.#words.unit} ${unit}`;
  }

  /** How many devices are named: the team with those who look after it. */
  get people(): number {
    return this.#people.size;
  }
}

/** The bytes that `hex` wrote. */
export function bytesOf(digits: string): Id {
  return (digits.match(/../g) ?? []).map((two) => parseInt(two, 16));
}

export function hex(id: Id): string {
  return id.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
