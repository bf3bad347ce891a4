/** What `client-wasm/app` exports, with the shapes that cross; the files come from `cargo xtask wasm`. */
import type {
  CoreAssignment, CoreDay, CoreDayQuery, CoreDocument, CoreDouble, CoreFigure, CoreHome, CoreList, CoreNames, CoreNotAccepted, CorePassage, CoreProgress,
  CoreLoan, CorePreviewed, CoreProgressQuery, CoreQuery, CoreRecord, CoreRemark,
  CoreSync, Effect, Id, Input, StoredRecord,
} from './core.ts';

/** Loads the module from its address. */
export default function init(from: { module_or_path: string | Promise<Response> }): Promise<unknown>;

export interface TypedPerson {
  number: string;
  name: string;
  birth: string;
  sex: 'male' | 'female' | null;
  phone: string;
  old_number?: string;
  residence?: string | null;
  address?: string;
  household?: string | null;
}

export type Entry =
  | ({ kind: 'person' } & TypedPerson)
  | { kind: 'visit'; document: string; result: string; note: string; again: number | null }
  | { kind: 'step'; document: string; step: string; on: number; source: string }
  | { kind: 'reason'; document: string; funnel: 'card' | 'eid'; reason: string; note: string }
  | { kind: 'choose'; document: string; key: string; actor: string }
  | ({ kind: 'undo' } & Undo)
  | { kind: 'facts'; document: string; facts: Record<string, string | boolean> }
  | { kind: 'consent'; document: string; text_version: number; language: string; how: string; withdrawn: boolean }
  | { kind: 'same'; document: string; other: string | null }
  | { kind: 'household'; document: string | null; name: string; canal: string; address: string; member: string | null }
  | { kind: 'place'; name: string; place: string }
  | { kind: 'notice'; notice: string; text: string }
  | {
      kind: 'session'; place: string; service: number; others: number;
      people: { document: string; result: string; reason: string | null; again: number | null }[]; replaces: string | null;
      held_at: string | null; guided: { service: number; steps: number }[]; minutes: number | null; language: string | null;
      obstacles: string; note: string;
    };

/** A document's history while it is gathered for the history module. */
export declare class Account {
  prefix(): Uint8Array;
}

/** Made by `undoOf`, handed to `save` as it is. */
export interface Undo {
  parts: unknown[];
}

export declare class Phone {
  handle(input: Input, nowSeconds: number): Effect[];
  save(tag: number, entry: Entry, seed: Uint8Array, nowSeconds: number): Effect[];
  isIdle(): boolean;
  /** Records not yet known to have arrived, also while locked. */
  waiting(): number;
  isOpen(): boolean;
  list(query: CoreQuery): CoreList;
  /** What is lent to this phone: day lists, and people looked up. */
  loans(): CoreLoan[];
  previewed(typed: string): CorePreviewed[];
  document(id: string): CoreDocument | null;
  companion(dossier: string, which: 'Identity' | 'Case'): CoreDocument | null;
  assignment(): CoreAssignment | null;
  recordableSteps(): string[];
  sync(): CoreSync;
  /** What colleagues are to get back, as a parcel. */
  returns(): Uint8Array | undefined;
  records(): CoreRecord[];
  notAccepted(): CoreNotAccepted[];
  day(query: CoreDayQuery, nowSeconds: number): CoreDay;
  home(dossier: string, nowSeconds: number): CoreHome | null;
  canals(): string[];
  doubles(person: TypedPerson, thisYear: number): CoreDouble[];
  progress(query: CoreProgressQuery, nowSeconds: number): CoreProgress | null;
  figures(): CoreFigure[];
  account(id: string): Account | undefined;
  accountPage(of: Account, key: Uint8Array, value: Uint8Array): void;
  accountBytes(of: Account): Uint8Array | undefined;
  ownFigures(): CoreFigure[];
  undoOf(record: number): Undo | null;
  historyPrefix(id: string): Uint8Array | undefined;
  history(id: string, pages: StoredRecord[]): CorePassage[];
  names(): CoreNames | null;
  device(): Id | null;
  free(): void;
}

/** Sealed bundles as one file, with the request for news that goes with them. */
export declare function parcelOf(bundles: Uint8Array[], notes: Uint8Array[], request?: Uint8Array): Uint8Array;
/** A parcel as one text, or as several of at most so many characters. */
export declare function textsOf(parcel: Uint8Array, charsMax: number): string[];
/** What was pasted or scanned so far. */
export declare class Gathered {
  add(text: string): { parcel: Uint8Array } | { missing: number[] };
  free(): void;
}
/** The server of the hamlet that does not exist. */
export declare function practiceInvite(): string;
export declare function practiceEnrolled(request: Uint8Array): Uint8Array | undefined;
export declare function practiceNames(request: Uint8Array, hamlet: string): Uint8Array | undefined;
/** Memory in KiB and passes. */
export declare function pinCost(trialMs?: number): Uint32Array;
export declare function pinBytes(digits: string, salt: Uint8Array, memoryKib: number, passes: number): Uint8Array;
export declare function remarksOn(person: TypedPerson, thisYear: number): CoreRemark[];
/** Throws with a stable code where the text is no card's. */
export declare function readCard(text: string): {
  number: string; old_number: string; name: string; birth: string; sex: 'male' | 'female' | null; address: string;
};
/** Number, name, code of the decision, who leads it. */
export declare function servicesOn(nowSeconds: number): [number, string, string, string][];
export declare function servicesGuided(bytes: Uint8Array): { service: number; steps: number }[];
export declare function keyNames(): string[];
export declare function codeNames(list: string): [number, string][];
