/**
 * What the field app asks of its worker, and nothing else.
 *
 * The worker owns storage, keys and the network. Screens subscribe to a view and get it again
 * whenever it changed; what a person does is one call. A save resolves when it is durable on this
 * phone, never earlier, and rejects with `NotSaved` when it is not.
 */
import type { Display } from '../design/theme.ts';
import type {
  DocumentId, DossierView, FieldName, GuidanceView, InviteView, LevelName, NewPersonView, PackedDate, PeopleFilter,
  PeopleView, PersonDraft, PinView, ReasonName, ResultsView, SessionDraft, SessionView, SourceName, SyncView,
  TodayFilter, TodayView, VisitName,
} from './model.ts';

/** What can be looked at, and how it is asked for. */
export type Ask =
  | { view: 'gate' }
  | { view: 'today'; filter: TodayFilter }
  | { view: 'people'; text: string; filters: PeopleFilter[] }
  | { view: 'dossier'; document: DocumentId }
  | { view: 'new-person'; draft: PersonDraft }
  | { view: 'guidance' }
  | { view: 'session'; draft: string | null }
  | { view: 'results'; week: 'this' | 'last' }
  | { view: 'sync' };

/** What is answered to each. */
export interface Answers {
  gate: Gate;
  today: TodayView;
  people: PeopleView;
  dossier: DossierView;
  'new-person': NewPersonView;
  guidance: GuidanceView;
  session: SessionView;
  results: ResultsView;
  sync: SyncView;
}

/** What stands between the person and the list. */
export type Gate =
  /** Another tab writes; this one may take over. */
  | { is: 'elsewhere' }
  | { is: 'new' }
  | { is: 'invited'; invite: InviteView }
  | { is: 'pin'; pin: PinView }
  | { is: 'open' };

/** One thing a person enters. */
export type Save =
  | { kind: 'visit'; document: DocumentId; result: VisitName; note: string; again: PackedDate | null }
  | { kind: 'step'; document: DocumentId; step: LevelName; on: PackedDate; source: SourceName }
  | { kind: 'reason'; document: DocumentId; funnel: 'card' | 'eid'; reason: ReasonName; note: string }
  | { kind: 'choose'; document: DocumentId; field: FieldName; value: string }
  | { kind: 'person'; draft: PersonDraft }
  | { kind: 'session'; draft: SessionDraft }
  | { kind: 'dismiss'; record: string };

/** The save is on this phone's disk. */
export interface Saved {
  /** Names it for `undo`. */
  record: string;
  document: DocumentId;
}

/** It is not; what was entered is still on the screen. `typed`: what was entered cannot stand, or changes nothing. */
export type NotSavedWhy = 'full' | 'evicted' | 'locked' | 'stopped' | 'typed';

export class NotSaved extends Error {
  readonly why: NotSavedWhy;

  constructor(why: NotSavedWhy) {
    super(`not saved: ${why}`);
    this.why = why;
  }
}

/** Work sealed for somebody who carries it. */
export interface HandedOut {
  file: Blob;
  /** For a QR code or to copy, where it is short enough. */
  text: string | null;
  records: number;
}

/** What became of something brought here. */
export type TakenIn =
  | { is: 'kept'; who: string; records: number }
  | { is: 'known' }
  | { is: 'receipts'; received: number; refused: number }
  | { is: 'not-ours' };

export interface Brain {
  /** Calls back with the view now and after every change of it. Returns how to stop. */
  subscribe<V extends keyof Answers>(ask: Extract<Ask, { view: V }>, show: (answer: Answers[V]) => void): () => void;

  /** Resolves when durable; rejects with `NotSaved`. */
  save(save: Save): Promise<Saved>;
  /** Takes a save back by a further save. */
  undo(record: string): Promise<Saved>;
  /** Keeps a half-filled session through lock, Back and restart. */
  keepDraft(draft: SessionDraft): Promise<void>;

  /** Follows an invite's link. */
  enrol(fragment: string): void;
  /** The person says whether the two check codes are the same. */
  codesAre(answer: 'same' | 'different'): void;
  /** Six digits, to choose, repeat or unlock. */
  pin(digits: string): void;
  lock(): void;
  /** Takes the phone over from another tab. */
  takeOver(): void;

  /** Send and receive now. */
  send(): void;
  handOut(): Promise<HandedOut>;
  takeIn(bytes: Uint8Array): Promise<TakenIn>;
  setDataSaver(on: boolean): void;

  /** The display survives on the phone, outside of the locked storage. */
  display(): Display;
}
