/** The field app's worker: owns the core, the storage, the keys and the network of this phone. */
import type { Entry } from 'sampan-app/client_app.js';
import init, { Phone, practiceInvite, readCard } from 'sampan-app/client_app.js';
import wasmAddress from 'sampan-app/client_app_bg.wasm?url';
import * as Comlink from 'comlink';
import type { Answers, Ask, Gate, NotSavedWhy, Save, Saved, TakenIn } from '../brain.ts';
import { isOver as isLeaseOver } from '../lease.ts';
import type { CardRead, ErasedWhy, PersonDraft, SessionDraft } from '../model.ts';
import type { LockSecret, PhoneLock } from '../phone-lock.ts';
import { answerOf } from './answers.ts';
import type { Words } from './called.ts';
import { Carriage } from './carriage.ts';
import { hex } from './called.ts';
import type { Notice } from './core.ts';
import { READ_AT_START } from './core.ts';
import { Confirmer } from './confirmer.ts';
import type { Spent } from './economy.ts';
import { spend } from './economy.ts';
import { numberOf } from './dossier.ts';
import { DraftBook } from './drafts.ts';
import { entryOf } from './entries.ts';
import type { House } from './doorkeeper.ts';
import { Doorkeeper } from './doorkeeper.ts';
import { gateOf } from './gate.ts';
import { Histories } from './histories.ts';
import type { Listener, LookUpOutcome, SaveOutcome } from './phone.ts';
import { Loop, now, seed } from './phone.ts';
import { PIN_WORKER, PinScribe } from './pin-maker.ts';
import type { Keeping, SetUp } from './storage.ts';
import { MemoryStorage } from './memory.ts';
import { answer as practiceAnswer, PEOPLE } from './practice.ts';
import { Storage, WRITER } from './storage.ts';
import { localMinute, Names } from './views.ts';
import { KEY_BYTES, random } from './wrapping.ts';

const NOBODY: Doorkeeper['standing'] = { hasKey: false, erased: null, remark: null, chosen: null, isWorking: false, lock: null };
const NOTHING_CHECKED = { saves: 0, checked: 0, disagreements: 0 };
const IDLE_TRIES_MAX = 500;
/** Views that nobody is shown once the lease is over. */
const SHOWS_PEOPLE: ReadonlySet<Ask['view']> = new Set(['today', 'people', 'dossier', 'history', 'session', 'guidance', 'results', 'sought', 'lent', 'tides']);

/** What was asked for last, and what came of it. */
export type Sought = { is: 'nothing' | 'asking' } | LookUpOutcome;

/** Saving said no; the page makes an error of it. */
export type SaveAnswer = { is: 'saved'; saved: Saved } | { is: 'not'; why: NotSavedWhy };

export class FieldWorker implements Listener {
  #storage!: Keeping;
  #isPractice = false;
  #names!: Names;
  #words!: Words;
  #loop: Loop | null = null;
  #confirmer: Confirmer | null = null;
  #changed: () => void = () => undefined;
  #trapped: () => void = () => undefined;
  #isWriter = false;
  /** Before storage was read there is nobody at the door. */
  #door: Doorkeeper | null = null;
  #isOpen = false;
  #invite: string | null = null;
  #isUsed = false;
  #setUp: SetUp | undefined;
  #isSparing = false;
  #spent: Spent | undefined;
  #histories: Histories | null = null;
  #book: DraftBook | null = null;
  /** How the last save is taken back. */
  #last: { record: string; undo: Entry } | null = null;
  #hasSignal = true;
  #isSilent = false;
  #isUnknown = false;
  /** Somebody else works under this phone's name. */
  #isCopied = false;
  #lastSaveFailed = false;
  #carriage: Carriage | null = null;
  #sought: Sought = { is: 'nothing' };
  readonly #house: House = {
    unlock: (dataKey) => this.#unlock(dataKey),
    keyless: (why) => this.#keyless(why),
    changed: () => this.#changed(),
  };

  /** Must be called first. `changed` is told whenever views may answer something else. */
  async begin(words: Words, invite: string | null, changed: () => void, trapped: () => void): Promise<void> {
    [this.#words, this.#invite, this.#changed, this.#trapped] = [words, invite, changed, trapped];
    await init({ module_or_path: wasmAddress });
    this.#names = new Names();
    await this.#write({ ifAvailable: true });
  }

  /** Begins in the invented hamlet instead: nothing is kept, nothing leaves, and no PIN is asked for. */
  async practise(words: Words, changed: () => void, trapped: () => void): Promise<void> {
    [this.#words, this.#changed, this.#trapped] = [words, changed, trapped];
    [this.#isPractice, this.#isWriter, this.#hasSignal] = [true, true, false];
    await init({ module_or_path: wasmAddress });
    [this.#names, this.#storage] = [new Names(), new MemoryStorage()];
    this.#door = Doorkeeper.idle(this.#storage, this.#house);
    this.#invite = practiceInvite();
    await this.#start();
    await this.#unlock(random(KEY_BYTES));
    // Until the practice server has answered nothing can be saved.
    await this.#loop?.quiet();
    for (const person of PEOPLE) await this.save({ kind: 'person', draft: person });
    this.#last = null;
    this.#changed();
  }

  /** The language has changed. */
  speak(words: Words): void {
    this.#words = words;
    this.#changed();
  }

  /** Takes the phone over from another tab. */
  async takeOver(): Promise<void> {
    await this.#write({ steal: true });
  }

  answer(ask: Ask): Answers[keyof Answers] | null {
    if (ask.view === 'gate') return this.#gate();
    const [core, histories, book] = [this.#loop?.core, this.#histories, this.#book];
    if (!core?.isOpen() || histories === null || book === null) return null;
    if (this.#isLeaseOver() && SHOWS_PEOPLE.has(ask.view)) return null;
    const hasSignal = this.#hasSignal;
    const dataSaver = { on: this.#isSparing, kbThisMonth: Math.round((this.#spent?.bytes ?? 0) / 1000) };
    const signal = {
      dataSaver, hasSignal, serverSilent: hasSignal && this.#isSilent, lastSaveFailed: this.#lastSaveFailed, isUnknown: this.#isUnknown,
      isCopied: this.#isCopied,
    };
    const { drafts } = book;
    const checked = { ...(this.#confirmer?.told ?? NOTHING_CHECKED) };
    return answerOf(ask, { core, histories, drafts, signal, sought: this.#sought, names: this.#names, words: this.#words, checked, now: now() });
  }

  async save(save: Save): Promise<SaveAnswer> {
    const loop = this.#loop;
    if (!loop || !this.#isOpen) return { is: 'not', why: 'locked' };
    if (save.kind === 'dismiss') {
      loop.input({ Dismiss: { number: Number(save.record) } });
      return { is: 'saved', saved: { record: save.record, document: '', mayUndo: false } };
    }
    const answer = await this.#save(loop, () => entryOf(save));
    if (answer.is === 'saved' && save.kind === 'session') await this.dropSession(save.draft.id);
    if (answer.is === 'saved' && save.kind === 'person') await this.keepPerson(null);
    return answer;
  }

  /** Takes the last save back. */
  async undo(record: string): Promise<SaveAnswer> {
    const [loop, last] = [this.#loop, this.#last];
    if (!loop || !this.#isOpen) return { is: 'not', why: 'locked' };
    if (last === null || last.record !== record) return { is: 'not', why: 'typed' };
    return this.#save(loop, () => last.undo);
  }

  async #save(loop: Loop, entry: () => Entry): Promise<SaveAnswer> {
    await idle(loop);
    let outcome: SaveOutcome;
    try {
      outcome = await loop.save(entry());
    } catch {
      return { is: 'not', why: 'typed' };
    }
    this.#lastSaveFailed = outcome.is === 'not' && (outcome.reason === 'Full' || outcome.reason === 'Broken');
    this.#last = null;
    if (outcome.is === 'saved') {
      this.#confirmer?.saved(outcome.record, outcome.documents);
      const record = String(outcome.record);
      const undo = loop.core.undoOf(outcome.record);
      this.#last = undo && { record, undo: { kind: 'undo', ...undo } };
    }
    this.#changed();
    if (outcome.is === 'not') return { is: 'not', why: whyOf(outcome.reason) };
    const record = String(outcome.record);
    return { is: 'saved', saved: { record, document: hex(outcome.documents[0] ?? []), mayUndo: this.#last !== null } };
  }

  async keepSession(draft: SessionDraft): Promise<void> {
    await this.#book?.keepSession({ ...draft, savedAt: localMinute(now()) });
    this.#changed();
  }

  async dropSession(id: string): Promise<void> {
    await this.#book?.dropSession(id);
    this.#changed();
  }

  async keepPerson(draft: PersonDraft | null): Promise<void> {
    await this.#book?.keepPerson(draft);
  }

  /** The whole personal number, once it is on the disk that it was shown; `null` if it cannot be. */
  async wholeNumber(document: string): Promise<string | null> {
    const loop = this.#loop;
    const dossier = this.#isOpen ? loop?.core.document(document)?.document : undefined;
    if (!loop || dossier === undefined || numberOf(loop.core, document, this.#names) === null) return null;
    if (!(await loop.disclose(dossier))) return null;
    return numberOf(loop.core, document, this.#names)?.digits ?? null;
  }

  /** One question at a time: what was asked before is forgotten. */
  async seek(number: string | null): Promise<void> {
    const loop = this.#loop;
    const asked: Sought = number === null || loop === null ? { is: 'nothing' } : { is: 'asking' };
    this.#sought = asked;
    this.#changed();
    if (number === null || loop === null) return;
    const outcome = await loop.lookUp(number);
    if (this.#sought !== asked) return;
    this.#sought = outcome;
    this.#changed();
  }

  /** What a chip card's text says; `null` if it is no card's. */
  readCard(text: string): CardRead | null {
    try {
      const { old_number: oldNumber, ...card } = readCard(text);
      return { ...card, oldNumber };
    } catch {
      return null;
    }
  }

  /** A dossier as automerge saves it, for other programs; `null` where its whole history is not here. */
  async exportDocument(document: string): Promise<Uint8Array | null> {
    return (await this.#confirmer?.document(document)) ?? null;
  }

  /** Follows an invite's link: 22 characters. */
  enrol(invite: string): void {
    [this.#invite, this.#isUsed] = [invite, false];
    if (this.#isOpen) this.#enrol();
    this.#changed();
  }

  async codesAre(answer: 'same' | 'different'): Promise<void> {
    if (this.#setUp === undefined) return;
    await this.#setUpIs({ ...this.#setUp, stage: answer === 'same' ? 'waiting' : 'stopped' });
  }

  async pin(digits: string): Promise<void> {
    await this.#door?.pin(digits);
  }

  /** The phone's own lock is to keep the key, instead of a PIN. */
  async lockBehind(lock: PhoneLock, secret: LockSecret): Promise<void> {
    if (this.#isWriter) await this.#door?.lockBehind(lock, secret);
  }

  /** The phone's lock was opened; says whether the list is, too. */
  async openLocked(secret: LockSecret): Promise<boolean> {
    return (await this.#door?.openLocked(secret)) ?? false;
  }

  /** The phone's lock opens no more, says its owner. */
  async lockLost(): Promise<void> {
    if (!this.#isOpen) await this.#door?.lockLost();
  }

  /** The server has said that this phone is lost, and the core has forgotten everything: the key goes, too. */
  async #wiped(): Promise<void> {
    await this.#door?.erase('lost');
    await this.#start();
    this.#changed();
  }

  /** What the core has sealed stays; of one that was wiped nothing is left to be forgotten. */
  #keyless(why: ErasedWhy): void {
    this.#setUp = undefined;
    if (why !== 'lost') this.#loop?.input({ Erase: 'Sealed' });
  }

  /** What is sealed and has no receipt, as a parcel; nothing if there is none. */
  async handOut(): Promise<Uint8Array<ArrayBuffer> | null> {
    const parcel = (await this.#carriage?.parcel()) ?? null;
    this.#changed();
    return parcel;
  }

  /** The same as texts; as one where `charsMax` is 0. */
  async texts(charsMax: number): Promise<string[]> {
    const texts = (await this.#carriage?.texts(charsMax)) ?? [];
    this.#changed();
    return texts;
  }

  /** What colleagues are to get back. */
  returns(charsMax: number | null): { parcel: Uint8Array<ArrayBuffer> | null; texts: string[] } {
    return this.#carriage?.returns(charsMax) ?? { parcel: null, texts: [] };
  }

  /** A parcel that somebody brought. */
  takeIn(bytes: Uint8Array): Promise<TakenIn> {
    return this.#taken((carriage) => carriage.takeIn(bytes));
  }

  /** The same as text, perhaps one of several. */
  takeText(text: string): Promise<TakenIn> {
    return this.#taken((carriage) => carriage.takeText(text));
  }

  async #taken(take: (carriage: Carriage) => Promise<TakenIn>): Promise<TakenIn> {
    if (this.#carriage === null || !this.#isOpen) return { is: 'not-ours' };
    const taken = await take(this.#carriage);
    this.#changed();
    return taken;
  }

  /** An erased phone forgets the rest, too. */
  async beginAnew(): Promise<void> {
    const [loop, door] = [this.#loop, this.#door];
    if (door === null || door.erased === null || loop === null) return;
    loop.input({ Erase: 'Nothing' });
    await loop.quiet();
    await door.beginAnew();
    await this.#start();
    this.#changed();
  }

  async lock(): Promise<void> {
    if (!this.#isWriter || this.#isPractice) return;
    await this.#start();
    this.#changed();
  }

  /** What the page is told of the network: workers are not told everywhere. */
  signal(hasSignal: boolean): void {
    if (this.#isPractice) return;
    this.#hasSignal = hasSignal;
    if (hasSignal) this.reachable();
    else this.#changed();
  }

  /** There is signal, the page is looked at again, or a person asked to send. */
  reachable(): void {
    this.#loop?.input({ Reachable: { seed: seed() } });
    this.#loop?.fetchNow();
    this.#changed();
  }

  notice(notice: Notice): void {
    if (notice === 'Ready') this.#ready();
    else if (notice === 'Enrolled') void this.#setUpIs({ stage: 'done', checkCode: '' });
    else if (notice === 'EnrolRefused') this.enrolRefused();
    else if (typeof notice === 'object' && 'Unusable' in notice) this.#carriage?.unusable();
    else if (notice === 'Wiped') void this.#wiped();
    else if (notice === 'Copied') this.#copied(true);
    else if (typeof notice === 'object' && 'EnrolCode' in notice) {
      void this.#setUpIs({ stage: 'compare', checkCode: notice.EnrolCode });
    }
    this.#changed();
  }

  enrolRefused(): void {
    this.#isUsed = true;
    this.#changed();
  }

  unknown(isUnknown: boolean): void {
    this.#isUnknown = isUnknown;
  }

  /** The worker has told the coordinator of the copy. */
  copyTold(): void {
    this.#copied(false);
  }

  /** Remembered until somebody has told of it; on a full phone only until the next start. */
  #copied(isCopied: boolean): void {
    this.#isCopied = isCopied;
    void this.#storage.setOutside('copied', isCopied).catch(() => undefined);
    this.#changed();
  }

  /** A phone that the server does not know any more forgets its list, and may begin again by a new invite. */
  async leave(): Promise<void> {
    if (!this.#isUnknown || this.#isPractice) return;
    await this.#door?.erase('unknown');
    this.#isOpen = false;
    this.#changed();
  }

  spent(bytes: number): void {
    this.#spent = spend(this.#spent, bytes, new Date());
    // A sum for people: on a full phone it is short of a little.
    void this.#storage.setOutside('spent', this.#spent).catch(() => undefined);
  }

  /** The data saver is on, or not. */
  spare(isOn: boolean): void {
    this.#isSparing = isOn;
    this.#loop?.spare(isOn);
    this.#changed();
  }

  heard(answered: boolean): void {
    this.#isSilent = !answered;
    this.#changed();
  }

  trapped(error: unknown): void {
    console.error('the core broke off', error);
    this.#trapped();
  }

  /** Records that may not have arrived; `null` where there is no list. */
  unsent(): number | 'erased' | null {
    if (this.#isPractice) return null;
    if (this.#door === null) return null;
    if (this.#door.erased !== null) return 'erased';
    return this.#isWriter && this.#door.hasKey && this.#setUp?.stage === 'done' ? (this.#loop?.core.waiting() ?? null) : null;
  }

  #isLeaseOver(): boolean {
    const core = this.#isOpen ? this.#loop?.core : undefined;
    return core !== undefined && isLeaseOver({ last: core.sync().last_heard, now: now() });
  }

  #gate(): Gate {
    return gateOf({
      ...(this.#door?.standing ?? NOBODY), isWriter: this.#isWriter, isOpen: this.#isOpen, invite: this.#invite, setUp: this.#setUp,
      isUsed: this.#isUsed, hasSignal: this.#hasSignal, here: this.#loop?.core.waiting() ?? 0, leaseOver: this.#isLeaseOver(),
    });
  }

  /** One tab writes. Who is robbed of the lock stops at once and says so. */
  #write(how: LockOptions): Promise<void> {
    return new Promise((resolve, reject) => {
      const held = navigator.locks.request(WRITER, how, async (lock) => {
        this.#isWriter = lock !== null;
        if (lock !== null) await this.#read();
        // Once the other tab is closed this one goes on.
        else void this.#write({});
        this.#changed();
        resolve();
        if (lock !== null) await new Promise(() => undefined);
      });
      held.catch((error: unknown) => {
        if (!this.#isWriter) return reject(error);
        [this.#isWriter, this.#isOpen] = [false, false];
        this.#loop?.end();
        this.#loop = null;
        this.#door?.rest();
        this.#changed();
        // Once the other tab is closed this one may go on.
        void this.#write({});
      });
    });
  }

  async #read(): Promise<void> {
    this.#storage ??= await Storage.open();
    await this.#storage.takeOver(crypto.randomUUID());
    this.#door = await Doorkeeper.of(this.#storage, this.#house);
    [this.#setUp, this.#spent] = [await this.#storage.outside('setup'), await this.#storage.outside('spent')];
    this.#isCopied = (await this.#storage.outside('copied')) === true;
    await this.#start();
    await this.#door.goOn();
  }

  /** A locked phone, read from storage. Every write was one strict transaction by the only
   * writer, so what storage says is what was last acknowledged. */
  async #start(): Promise<void> {
    this.#loop?.end();
    this.#confirmer?.end();
    this.#isOpen = false;
    const stored = await this.#storage.records(READ_AT_START);
    [this.#histories, this.#book, this.#last, this.#sought] = [null, null, null, { is: 'nothing' }];
    const loop = new Loop(new Phone(), this.#storage, this, this.#isPractice ? practiceAnswer : undefined);
    this.#loop = loop;
    loop.spare(this.#isSparing);
    this.#carriage = new Carriage(loop, () => idle(loop));
    this.#confirmer = this.#isPractice ? null : new Confirmer(this.#loop.core, this.#storage, () => this.#changed());
    this.#loop.input({ Start: { stored, history: 'Certain', seed: seed() } });
    // While the digits are typed.
    if (!this.#isPractice) this.#door?.expect();
  }

  async #unlock(dataKey: Uint8Array<ArrayBuffer>): Promise<void> {
    const loop = this.#loop;
    if (loop === null) return;
    this.#book = await DraftBook.open(this.#storage, dataKey);
    this.#histories = new Histories(loop.core, this.#storage, () => this.#changed());
    loop.input({ Unlock: { data_key: dataKey, seed: seed() } });
  }

  /** After an update what was rejected before may be taken: it is issued again. */
  async #noteBuild(): Promise<void> {
    const before = await this.#storage.outside('build');
    if (before === wasmAddress) return;
    if (before !== undefined) this.#loop?.input({ Reissue: { seed: seed() } });
    await this.#storage.setOutside('build', wasmAddress);
  }

  #ready(): void {
    this.#isOpen = true;
    // On a full phone it is tried again at the next start.
    void this.#noteBuild().catch(() => undefined);
    this.#door?.rest();
    if (!this.#isSparing) this.#confirmer?.begin();
    if (this.#invite !== null && this.#setUp?.stage !== 'done') this.#enrol();
  }

  #enrol(): void {
    if (this.#invite === null || this.#setUp?.stage === 'waiting') return;
    this.#loop?.input({ Enrol: { invite: this.#invite, seed: seed() } });
  }

  async #setUpIs(setUp: SetUp): Promise<void> {
    this.#setUp = setUp;
    await this.#storage.setOutside('setup', setUp);
    this.#changed();
  }
}

function whyOf(reason: Extract<SaveOutcome, { is: 'not' }>['reason']): NotSavedWhy {
  if (reason === 'Full') return 'full';
  if (reason === 'Locked' || reason === 'NotEnrolled') return 'locked';
  return reason === 'Broken' || reason === 'Busy' ? 'stopped' : 'typed';
}

/** A session names itself on its dossiers, so nothing else may be on its way to storage. */
async function idle(loop: Loop): Promise<void> {
  for (let tries = 0; tries < IDLE_TRIES_MAX && !loop.core.isIdle(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Comlink.expose(self.name === PIN_WORKER ? new PinScribe() : new FieldWorker());
