/**
 * What leaves this phone in somebody's pocket and what comes in that way: as a file, as text, as
 * codes for a camera. All of it is sealed or signed; nothing here could be read by who carries it.
 */
import { Gathered, parcelOf, textsOf } from 'sampan-app/client_app.js';
import type { TakenIn } from '../brain.ts';
import type { CoreSync } from './core.ts';
import type { Loop } from './phone.ts';
import { seed } from './phone.ts';

type Bytes = Uint8Array<ArrayBuffer>;

export class Carriage {
  readonly #loop: Loop;
  readonly #idle: () => Promise<void>;
  #gathered: Gathered | null = null;
  /** Something that was brought is not what it should be. */
  #isUnusable = false;

  /** `idle` waits until nothing is on its way to storage. */
  constructor(loop: Loop, idle: () => Promise<void>) {
    [this.#loop, this.#idle] = [loop, idle];
  }

  /** What has no receipt yet, with leave for colleagues to look into it and the request for news;
   * nothing without the former. */
  async parcel(): Promise<Bytes | null> {
    const { bundles, request, notes } = await this.#loop.handOut();
    return bundles.length === 0 ? null : new Uint8Array(parcelOf(bundles, notes, request ?? undefined));
  }

  /** The same as texts of at most so many characters; as one where `charsMax` is 0. Texts are to be
   * short and carry no leave to look, codes no request either: one record is to be one code. */
  async texts(charsMax: number): Promise<string[]> {
    const { bundles, request } = await this.#loop.handOut();
    if (bundles.length === 0) return [];
    return textsOf(parcelOf(bundles, [], charsMax === 0 ? (request ?? undefined) : undefined), charsMax);
  }

  /** Receipts and news for those whose records this phone has brought to the server. */
  returns(charsMax: number | null): { parcel: Bytes | null; texts: string[] } {
    const found = this.#loop.core.returns();
    if (found === undefined) return { parcel: null, texts: [] };
    return { parcel: new Uint8Array(found), texts: charsMax === null ? [] : textsOf(found, charsMax) };
  }

  unusable(): void {
    this.#isUnusable = true;
  }

  async takeIn(bytes: Uint8Array): Promise<TakenIn> {
    const { core } = this.#loop;
    await this.#idle();
    this.#isUnusable = false;
    const before = core.sync();
    this.#loop.input({ TakeParcel: { bytes, seed: seed() } });
    await this.#idle();
    if (this.#isUnusable) return { is: 'not-ours' };
    const after = core.sync();
    const [kept, received] = [carried(after) - carried(before), before.unsent - after.unsent];
    if (received > 0) return { is: 'received', n: received };
    return kept > 0 ? { is: 'taken', n: kept } : { is: 'known' };
  }

  /** A text that was pasted or scanned, perhaps one of several. Words around it do not matter. */
  async takeText(typed: string): Promise<TakenIn> {
    const begin = typed.indexOf('SAMPAN1 ');
    if (begin < 0) return { is: 'not-ours' };
    const gathered = (this.#gathered ??= new Gathered());
    try {
      const said = gathered.add(typed.slice(begin));
      if ('missing' in said) return { is: 'more', missing: said.missing };
      this.#forget();
      return await this.takeIn(said.parcel);
    } catch {
      // Something else was begun before, or this one is damaged: the next text begins anew.
      this.#forget();
      return { is: 'damaged' };
    }
  }

  #forget(): void {
    this.#gathered?.free();
    this.#gathered = null;
  }
}

function carried(sync: CoreSync): number {
  return sync.carried_for.reduce((sum, { bundles }) => sum + bundles, 0);
}
