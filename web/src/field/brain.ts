/**
 * What the field app asks of its worker, and nothing else.
 *
 * The worker owns storage, keys and the network. Screens subscribe to a view and get it again
 * whenever it changed; what a person does is one call. A save resolves when it is durable on this
 * phone, never earlier, and rejects with `NotSaved` when it is not.
 */
import type { Display } from '../design/theme.ts';
import type {
  CardRead, CatalogueView, ConsentHow, DocumentId, DossierView, ErasedView, FactsDraft, FieldName, GuidanceView, HistoryView,
  HomeChoiceView, HouseDraft, InviteView, LentView, LevelName, LockedView, NewPersonView, NoticeKindName, NoticesView, PackedDate, PeopleFilter,
  PeopleView, Period, PersonDraft, PinView, PlaceKindName, ReasonName, RefusedView, ResultsView, SavedSessionView, SessionDraft,
  SideName, SoughtView, SourceName, SpokenLanguage, SyncView, TodayFilter, TodayView, VisitName,
} from './model.ts';
import type { LockSecret, PhoneLock } from './phone-lock.ts';

/** What can be looked at, and how it is asked for. */
export type Ask =
  | { view: 'gate' }
  | { view: 'today'; filter: TodayFilter }
  /** `without`: those who are not to be offered. */
  | { view: 'people'; text: string; filters: PeopleFilter[]; from: number; without: DocumentId[] }
  | { view: 'dossier'; document: DocumentId }
  | { view: 'history'; document: DocumentId }
  | { view: 'refused' }
  | { view: 'new-person'; draft: PersonDraft }
  | { view: 'guidance' }
  | { view: 'session'; document: DocumentId }
  | { view: 'drafts' }
  | { view: 'home'; document: DocumentId; text: string }
  | { view: 'catalogue' }
  | { view: 'notices' }
  | { view: 'sought' }
  | { view: 'lent' }
  /** Of a day, in days since 1970. */
  | { view: 'tides'; day: number }
  | { view: 'results'; period: Period }
  | { view: 'sync' };

/** What is answered to each. */
export interface Answers {
  gate: Gate;
  today: TodayView;
  people: PeopleView;
  dossier: DossierView;
  history: HistoryView;
  refused: RefusedNow;
  'new-person': NewPersonView;
  guidance: GuidanceView;
  session: SavedSessionView;
  drafts: Drafts;
  home: HomeChoiceView;
  catalogue: CatalogueView;
  notices: NoticesView;
  sought: SoughtView;
  lent: LentView;
  tides: { notes: string[] };
  results: ResultsView;
  sync: SyncView;
}

/** The oldest record that was not accepted, if there is one. */
export interface RefusedNow {
  first: RefusedView | null;
}

/** What stands between the person and the list. */
export type Gate =
  /** Another tab writes; this one may take over. */
  | { is: 'elsewhere' }
  | { is: 'new' }
  | { is: 'invited'; invite: InviteView }
  | { is: 'pin'; pin: PinView }
  | { is: 'phone-lock'; locked: LockedView }
  /** The PIN was wrong too often. */
  | { is: 'erased'; erased: ErasedView }
  /** `locked`: nobody was heard for too long, so only writing and sending go on. */
  | { is: 'open'; list: 'shown' | 'locked' };

/** One thing a person enters. */
export type Save =
  | { kind: 'visit'; document: DocumentId; result: VisitName; note: string; again: PackedDate | null }
  | { kind: 'step'; document: DocumentId; step: LevelName | SideName; on: PackedDate; source: SourceName }
  | { kind: 'reason'; document: DocumentId; funnel: 'card' | 'eid'; reason: ReasonName; note: string }
  | { kind: 'choose'; document: DocumentId; field: FieldName; value: string }
  | { kind: 'person'; draft: PersonDraft }
  | { kind: 'facts'; document: DocumentId; facts: FactsDraft }
  | { kind: 'consent'; document: DocumentId; version: number; language: SpokenLanguage; how: ConsentHow; withdrawn: boolean }
  /** A wish that two dossiers be united, or its end. */
  | { kind: 'same'; document: DocumentId; other: DocumentId | null }
  | { kind: 'household'; draft: HouseDraft; member: DocumentId | null }
  | { kind: 'place'; name: string; place: PlaceKindName }
  | { kind: 'notice'; notice: NoticeKindName; text: string }
  | { kind: 'session'; draft: SessionDraft }
  | { kind: 'dismiss'; record: string };

/** The save is on this phone's disk. */
export interface Saved {
  record: string;
  document: DocumentId;
  /** Whether `undo` takes it back. */
  mayUndo: boolean;
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

/** What became of something that somebody brought. */
export type TakenIn =
  /** So many bundles of others are carried on from here. */
  | { is: 'taken'; n: number }
  /** So many own records are known to be at the server now. */
  | { is: 'received'; n: number }
  /** Nothing in it is new. */
  | { is: 'known' }
  /** One text of several: these, counted from 1, are to come. */
  | { is: 'more'; missing: number[] }
  | { is: 'damaged' | 'not-ours' };

/** Half-filled forms. */
export interface Drafts {
  sessions: SessionDraft[];
  person: PersonDraft | null;
}

export interface Brain {
  /** How a new version comes, once one waits. */
  onUpdate(told: (update: () => void) => void): () => void;
  /** Calls back with the view now and after every change of it. Returns how to stop. */
  subscribe<V extends keyof Answers>(ask: Extract<Ask, { view: V }>, show: (answer: Answers[V]) => void): () => void;

  /** Resolves when durable; rejects with `NotSaved`. */
  save(save: Save): Promise<Saved>;
  /** Takes the last save back by a further save, if it may be. */
  undo(record: string): Promise<Saved>;
  /** Keeps a half-filled form through lock, Back and restart. */
  keepSession(draft: SessionDraft): void;
  dropSession(id: string): void;
  keepPerson(draft: PersonDraft | null): void;

  /** The whole personal number, shown from now until the phone is locked, once it is written down that it was; `null` if it cannot be. */
  wholeNumber(document: DocumentId): Promise<string | null>;

  /** What a chip card's text says; `null` if it is no card's. */
  readCard(text: string): Promise<CardRead | null>;

  /** Asks the server who bears this number; `null` forgets what was asked. The view `sought` tells. */
  seek(number: string | null): void;

  /** Follows an invite's link. */
  enrol(fragment: string): void;
  /** The person says whether the two check codes are the same. */
  codesAre(answer: 'same' | 'different'): void;
  /** Six digits, to choose, repeat or unlock. */
  pin(digits: string): void;
  /** At set-up, instead of a PIN: the phone's own lock keeps the list. */
  lockBehind(lock: PhoneLock, secret: LockSecret): void;
  /** The phone's lock was opened; resolves to whether the list is, too. */
  openLocked(secret: LockSecret): Promise<boolean>;
  /** The phone's lock opens no more: the list goes, and what is sealed stays. */
  lockLost(): void;
  lock(): void;
  /** Takes the phone over from another tab. */
  takeOver(): void;
  /** Everything that is sealed and has no receipt, as a file that anybody may carry; `null` if there is nothing. */
  handOut(): Promise<Uint8Array<ArrayBuffer> | null>;
  /** The same as texts: one for a chat, or several of at most so many characters for codes. */
  texts(charsMax: number): Promise<string[]>;
  /** What colleagues are to get back, and as texts where asked for. */
  returns(charsMax: number | null): Promise<{ parcel: Uint8Array<ArrayBuffer> | null; texts: string[] }>;
  /** Takes in such a file: bundles of others to carry on, receipts and news for this phone. */
  takeIn(bytes: Uint8Array): Promise<TakenIn>;
  takeText(text: string): Promise<TakenIn>;
  /** The coordinator knows of the copy of this phone. */
  copyTold(): void;
  /** A phone that the server does not know any more forgets its list; what is sealed stays. */
  leave(): void;
  /** After an erasure: forgets what is sealed, too, and begins as a new phone. */
  beginAnew(): void;

  /** News is fetched seldom, and nothing that can wait. */
  spareData(isOn: boolean): void;
  /** Send and receive now. */
  send(): void;

  /** The display survives on the phone, outside of the locked storage. */
  display(): Display;
}
