/** Screens by name. Console screens begin with `console-`. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { GuidanceView, HomeChoiceView, InviteView, NewPersonView, ResultsView, SessionView, SyncView } from '../src/field/model.ts';
import { CardSheet } from '../src/field/screens/card-sheet.tsx';
import { Carry } from '../src/field/screens/carry.tsx';
import { ConsentSheet } from '../src/field/screens/consent.tsx';
import { Desk } from '../src/field/screens/desk.tsx';
import { Dossier } from '../src/field/screens/dossier.tsx';
import { FactsScreen } from '../src/field/screens/facts.tsx';
import { FiltersSheet } from '../src/field/screens/filters.tsx';
import { Guidance } from '../src/field/screens/guidance.tsx';
import { Help } from '../src/field/screens/help.tsx';
import { History } from '../src/field/screens/history.tsx';
import { Erased } from '../src/field/screens/erased.tsx';
import { Evicted } from '../src/field/screens/evicted.tsx';
import { ListLocked } from '../src/field/screens/list-locked.tsx';
import { Home } from '../src/field/screens/home.tsx';
import { Invite } from '../src/field/screens/invite.tsx';
import { MenuScreen } from '../src/field/screens/menu.tsx';
import { NewPerson } from '../src/field/screens/new-person.tsx';
import { NotSavedSheet } from '../src/field/screens/not-saved.tsx';
import { Notices } from '../src/field/screens/notices.tsx';
import { People } from '../src/field/screens/people.tsx';
import { PickPerson } from '../src/field/screens/pick-person.tsx';
import { PhoneLockScreen } from '../src/field/screens/phone-lock.tsx';
import { Pin } from '../src/field/screens/pin.tsx';
import { ReasonSheet } from '../src/field/screens/reason.tsx';
import { Refused } from '../src/field/screens/refused.tsx';
import { Results } from '../src/field/screens/results.tsx';
import { SavedSession } from '../src/field/screens/saved-session.tsx';
import { Session } from '../src/field/screens/session.tsx';
import { StageSheet, StepsSheet } from '../src/field/screens/stage.tsx';
import { Sync } from '../src/field/screens/sync.tsx';
import { Today } from '../src/field/screens/today.tsx';
import { Training } from '../src/field/screens/training.tsx';
import { VisitSheet } from '../src/field/screens/visit.tsx';
import { Chooser } from '../src/parts/conflict.tsx';
import { NotConnected } from '../src/parts/not-connected.tsx';
import { PracticeRibbon } from '../src/parts/practice-ribbon.tsx';
import { UpdateNote } from '../src/parts/update-note.tsx';
import { Toast } from '../src/parts/toast.tsx';
import { useText } from '../src/text/text.ts';
import { CONSOLE } from './console.tsx';
import * as sample from './people.ts';

const nothing = () => undefined;
const { at, badges, NOW } = sample;

const todayOn = { theme: 'light' as const, onTheme: nothing, onMenu: nothing, onTab: nothing, onTask: nothing, onFilter: nothing, onUnvisited: nothing, onPerson: nothing };
const peopleOn = { onTab: nothing, onSearch: nothing, onFilter: nothing, onClearFilters: nothing, onMoreFilters: nothing, onOpen: nothing, onAdd: nothing };
const dossierOn = { onBack: nothing, onCall: nothing, onConflict: nothing, onSteps: nothing, onReason: nothing, onVisit: nothing, onGuide: nothing, onHistory: nothing, onFacts: nothing, onHome: nothing, onConsent: nothing, onSame: nothing, onTask: nothing, number: null, onNumber: nothing };
const syncOn = {
  onTab: nothing, onSend: nothing, onRefused: nothing, onHelp: nothing, onFile: async () => true,
  onBrought: async () => ({ is: 'taken' as const, n: 1 }), onCarry: nothing, onSpare: nothing, onCopyTold: nothing, onLeave: nothing,
};
const carryOn = {
  onFile: async () => true, onTexts: async () => [`SAMPAN1 parcel 1/1 ${'0a'.repeat(8)}\n${'Zs'.repeat(280)}`],
  onBrought: async () => ({ is: 'known' as const }), onText: async () => ({ is: 'damaged' as const }), onBack: nothing,
};
const carried: SyncView = {
  now: NOW, summary: sample.sync, badges, checked: { saves: 12, checked: 12, disagreements: 0 },
  carrying: [{ who: 'anh Khoa', bundles: 2, returns: 0 }, { who: 'chị Thắm', bundles: 0, returns: 3 }],
};
const pinOn = { onEntered: nothing, onBack: nothing, onSend: nothing, onFile: nothing };

const invite: InviteView = {
  state: 'compare',
  who: 'anh Khoa',
  team: 'Tổ công nghệ số ấp Rạch Tràm',
  commune: 'xã Vàm Sậy',
  checkCode: '482715',
  inviter: 'cô Út',
  people: 512,
  kb: 10,
};

const results: ResultsView = {
  now: NOW,
  period: { length: 'week', which: 'this' },
  from: at('11-16'),
  to: at('11-22'),
  mine: [
    { indicator: 'eid-activated', done: 14, before: 11 },
    { indicator: 'card-collected', done: 0, before: 2 },
    { indicator: 'card-handed-over', done: 3, before: 0 },
    { indicator: 'visits', done: 41, before: 38 },
  ],
  team: [
    { indicator: 'eid-activated', done: 61, before: 70 },
    { indicator: 'card-collected', done: 4, before: 2 },
    { indicator: 'card-handed-over', done: 12, before: 9 },
    { indicator: 'sessions', done: 7, before: 5 },
  ],
  aims: [
    { id: 'a1', indicator: 'eid-activated', kind: 'assigned', target: 420, done: 301, mine: 57, due: 20261130 },
    { id: 'a2', indicator: 'card-handed-over', kind: 'plan', target: 60, done: 120, mine: 12, due: null },
  ],
  teamPeople: 5,
  late: [{ who: 'anh Phát', since: at('11-16') }],
  here: 3,
  badges,
};

const guidance: GuidanceView = {
  now: NOW,
  hamlet: 'Ấp Rạch Tràm',
  sync: sample.syncAllReceived,
  drafts: [{ id: 'g0', at: NOW, where: 'home', service: 'activate', people: 2, attendances: 2, state: 'draft' }],
  sessions: [
    { id: 'g1', at: at('11-19', '08:00'), where: 'home', service: 'activate', people: 1, attendances: 1, state: 'here' },
    { id: 'g2', at: at('11-18', '19:00'), where: 'group', service: 'integrate', people: 29, attendances: 41, state: 'received' },
    { id: 'g3', at: at('11-14', '15:20'), where: 'police-post', service: 'password', people: 3, attendances: 3, state: 'held' },
  ],
  badges,
};

const homeChoice: HomeChoiceView = {
  now: NOW, document: 'd1', name: 'Lâm Thị Đẹp', home: sample.dossier.home, canals: sample.people.canals,
  houses: [
    { household: 'h1', of: 'bà Lâm Thị Đẹp', canal: 'Rạch Ông Đội' }, { household: 'h2', of: 'ông Thạch Sà Rây', canal: '' },
  ],
};
const homeOn = { typed: '', onSearch: nothing, onChoose: nothing, onWrite: nothing, onOpen: nothing, onAdd: nothing, onBack: nothing };
const deskOn = {
  typed: 'dep', waiting: 4, service: 'activate' as const, services: ['activate' as const, 'password' as const, 'submit' as const],
  until: null, sought: { is: 'nothing' as const }, mayAsk: false, hasSignal: true, onAsk: nothing,
  onSearch: nothing, onScan: nothing, onWaiting: nothing, onService: nothing, onPick: nothing, onResult: nothing, onOpen: nothing,
  onBack: nothing,
};

const nobodyHere = { ...sample.people, count: 0, lines: [] };

const dossier = () => <Dossier view={sample.dossier} {...dossierOn} />;
const sheetOver = (sheet: ComponentChildren) => () => (
  <>
    {dossier()}
    {sheet}
  </>
);

export const SCREENS: Record<string, () => ComponentChildren> = {
  invite: () => <Invite view={invite} onAnswer={nothing} />,
  'invite-waiting': () => <Invite view={{ ...invite, state: 'waiting' }} onAnswer={nothing} />,
  'invite-used': () => <Invite view={{ ...invite, state: 'used' }} onAnswer={nothing} />,
  'pin-choose': () => <Pin view={{ mode: 'choose', remark: null, here: 0, hasSignal: true, isWorking: false }} {...pinOn} begun="123" />,
  'pin-or-lock': () => (
    <Pin view={{ mode: 'choose', remark: null, here: 0, hasSignal: true, isWorking: false }} {...pinOn} onPhoneLock={nothing} />
  ),
  'phone-lock': () => (
    <PhoneLockScreen
      view={{ lock: { credential: new Uint8Array(), salt: new Uint8Array() }, here: 3 }} onOpen={async () => false} onLost={nothing}
      onSend={nothing} onFile={nothing}
    />
  ),
  'pin-last': () => (
    <Pin view={{ mode: 'unlock', remark: { code: 'wait', minutes: 15, isLast: true }, here: 3, hasSignal: false, isWorking: false }} {...pinOn} />
  ),
  'pin-working': () => <Pin view={{ mode: 'unlock', remark: null, here: 3, hasSignal: false, isWorking: true }} {...pinOn} />,
  evicted: () => <Evicted unsent={3} />,
  'list-locked': () => <ListLocked here="people" onTab={nothing} onAdd={nothing} onSend={nothing} />,
  update: () => (
    <>
      <Carry view={carried} {...carryOn} />
      <UpdateNote onUpdate={nothing} onLater={nothing} />
    </>
  ),
  training: () => <Training onBack={nothing} />,
  practice: () => (
    <>
      <PracticeRibbon onEnd={nothing} />
      <Carry view={carried} {...carryOn} />
    </>
  ),
  erased: () => (
    <Erased view={{ why: 'pin', here: 3, hasSignal: true, isInvited: false }} onSend={nothing} onFile={async () => true} onAgain={nothing} />
  ),
  'erased-lost': () => (
    <Erased view={{ why: 'lost', here: 0, hasSignal: true, isInvited: true }} onSend={nothing} onFile={async () => true} onAgain={nothing} />
  ),
  'pin-wrong': () => (
    <Pin view={{ mode: 'unlock', remark: { code: 'wrong', triesLeft: 4 }, here: 3, hasSignal: false, isWorking: false }} {...pinOn} />
  ),
  today: () => <Today view={sample.today} {...todayOn} />,
  'today-list': () => (
    <Today view={{ ...sample.today, lists: [{ until: at('11-19', '17:30'), title: '', people: sample.lines.slice(0, 3) }] }} {...todayOn} />
  ),
  'today-empty': () => (
    <Today view={{ ...sample.today, homes: [], sync: sample.syncAllReceived }} {...todayOn} />
  ),
  'today-full-phone': () => (
    <Today view={{ ...sample.today, sync: { ...sample.sync, lastSaveFailed: true } }} {...todayOn} />
  ),
  people: () => <People view={sample.people} typed={sample.people.query} {...peopleOn} />,
  'people-none': () => <People view={{ ...sample.people, count: 0, lines: [] }} typed={sample.people.query} {...peopleOn} />,
  'people-many': () => (
    <People
      view={{ ...sample.people, query: '', filters: [], all: 12_000, count: 12_000, lines: sample.many(12_000) }}
      typed=""
      {...peopleOn}
    />
  ),
  dossier,
  'dossier-loaded': () => <Dossier view={sample.dossierLoaded} {...dossierOn} />,
  'dossier-new': () => <Dossier view={sample.dossierNew} {...dossierOn} />,
  'dossier-lent': () => <Dossier view={{ ...sample.dossier, conflicts: [], lentUntil: at('11-19', '17:30') }} {...dossierOn} />,
  'dossier-moved': () => <Dossier view={{ ...sample.dossier, conflicts: [], movedTo: 'Ấp Kinh Mới' }} {...dossierOn} />,
  conflict: sheetOver(
    <Chooser conflict={sample.dossier.conflicts[0]!} now={NOW} onChoose={nothing} onLater={nothing} />,
  ),
  visit: sheetOver(<VisitSheet onSave={nothing} onClose={nothing} />),
  'visit-tides': sheetOver(<VisitSheet onSave={nothing} onClose={nothing} begin="again" tides={['con nước lớn 15 giờ']} />),
  'visit-again': sheetOver(<VisitSheet onSave={nothing} onClose={nothing} begin="again" />),
  steps: sheetOver(<StepsSheet view={{ ...sample.dossier.eid, furthest: 1, reached: [sample.dossier.eid.reached[0]!, null, null, null, null] }} now={NOW} onRecord={nothing} onClose={nothing} />),
  stage: sheetOver(<StageSheet step="eid-collected" gap="eid-level1" onSave={nothing} onClose={nothing} />),
  'not-saved': sheetOver(<NotSavedSheet why="full" onAgain={nothing} />),
  saved: () => <Saved />,
  'new-person': () => <EditedPerson />,
  'new-card': () => (
    <>
      <EditedPerson />
      <CardSheet onText={async () => false} onClose={nothing} />
    </>
  ),
  filters: () => (
    <>
      <People view={sample.people} typed={sample.people.query} {...peopleOn} />
      <FiltersSheet chosen={sample.people.filters} canals={sample.people.canals} count={4} onToggle={nothing} onClose={nothing} />
    </>
  ),
  facts: () => <FactsScreen view={sample.dossier} draft={{ phone: '0957214403' }} remarks={[]} onEdit={nothing} onSave={nothing} onClose={nothing} />,
  home: () => <Home view={homeChoice} {...homeOn} />,
  'home-choose': () => <Home view={{ ...homeChoice, home: null }} {...homeOn} />,
  'home-new': () => <Home view={homeChoice} {...homeOn} begin={{ household: null, name: 'bà Đẹp', canal: 'Rạch Ông Đội', address: '' }} />,
  consent: () => (
    <>
      <Dossier view={sample.dossierNew} {...dossierOn} />
      <ConsentSheet view={sample.dossierNew} onSave={nothing} onClose={nothing} />
    </>
  ),
  'consent-given': sheetOver(<ConsentSheet view={sample.dossier} onSave={nothing} onClose={nothing} />),
  desk: () => <Desk view={sample.people} {...deskOn} person={null} />,
  'desk-person': () => <Desk view={sample.people} {...deskOn} person={sample.lines[2]!} />,
  'desk-lent': () => <Desk view={sample.people} {...deskOn} person={sample.lines[2]!} until={at('11-19', '15:40')} />,
  'desk-none': () => <Desk view={nobodyHere} {...deskOn} person={null} typed="số 127" />,
  'desk-ask': () => <Desk view={nobodyHere} {...deskOn} person={null} typed="099 158 004 127" mayAsk />,
  'desk-nobody': () => <Desk view={nobodyHere} {...deskOn} person={null} typed="099 158 004 127" mayAsk sought={{ is: 'nobody' }} />,
  'desk-no-signal': () => <Desk view={nobodyHere} {...deskOn} person={null} typed="099 158 004 127" mayAsk hasSignal={false} />,
  'desk-too-often': () => <Desk view={nobodyHere} {...deskOn} person={null} typed="099 158 004 127" mayAsk sought={{ is: 'too-often', again: NOW + 40 }} />,
  notices: () => (
    <Notices
      view={{
        now: NOW,
        notices: [
          { document: 'n1', kind: 'obstacle', text: 'Cầu gãy, vỏ không qua được rạch Bà Từ.', by: 'anh Khoa', state: 'here' },
          { document: 'n2', kind: 'message', text: 'Thứ bảy có tổ lưu động ở nhà văn hóa ấp.', by: 'cô Út', state: 'received' },
        ],
      }}
      onReport={nothing} onBack={nothing}
    />
  ),
  'session-what': () => <EditedSession begin={{ ...sample.session, draft: { ...sample.session.draft, step: 'what', service: 'd06-06-lodging' } }} />,
  'session-school': () => <EditedSession begin={{ ...sample.session, draft: { ...sample.session.draft, step: 'where', where: 'school' } }} />,
  guidance: () => <Guidance view={guidance} onTab={nothing} onNew={nothing} onOpen={nothing} onRead={nothing} onDesk={nothing} onNotices={nothing} />,
  'session-where': () => <EditedSession begin={{ ...sample.session, draft: { ...sample.session.draft, step: 'where' } }} />,
  'session-who': () => <EditedSession begin={{ ...sample.session, draft: { ...sample.session.draft, step: 'who' } }} />,
  session: () => <EditedSession begin={sample.session} />,
  results: () => <Results view={results} onTab={nothing} onPeriod={nothing} onHelp={nothing} />,
  sync: () => <Sync view={{ now: NOW, summary: sample.sync, badges, checked: { saves: 12, checked: 12, disagreements: 0 }, carrying: [] }} {...syncOn} />,
  'sync-none': () => (
    <Sync view={{ now: NOW, summary: sample.syncAllReceived, badges: { tasks: 9, refused: 0 }, checked: { saves: 0, checked: 0, disagreements: 0 }, carrying: [] }} {...syncOn} />
  ),
  'sync-copied': () => <Sync view={{ ...carried, summary: { ...sample.sync, isCopied: true } }} {...syncOn} />,
  'sync-unknown': () => <Sync view={{ ...carried, summary: { ...sample.sync, hasSignal: true, isUnknown: true } }} {...syncOn} />,
  carry: () => <Carry view={carried} {...carryOn} />,
  'carry-none': () => <Carry view={{ ...carried, summary: sample.syncAllReceived, carrying: [] }} {...carryOn} />,
  refused: () => (
    <Refused
      view={{
        now: NOW, record: 'r1', document: 'd9', name: 'Trần Văn Út', code: 'by-decision', at: at('11-18', '17:40'), others: 1,
        entries: [
          { kind: 'event', what: { kind: 'step', step: 'eid-activated' }, note: '' },
          { kind: 'event', what: { kind: 'visit', result: 'met' }, note: 'hẹn quay lại buổi chiều' },
          { kind: 'value', field: 'phone', shown: '0957214402' },
        ],
      }}
      onRedo={nothing}
      onDismiss={nothing}
      onBack={nothing}
    />
  ),
  history: () => <History view={sample.history} onBack={nothing} />,
  help: () => <Help state="held" onTraining={nothing} onBack={nothing} />,
  reason: sheetOver(<ReasonSheet funnel="eid" chosen="e3-sim-of-another" onSave={nothing} onClose={nothing} />),
  'saved-session': () => (
    <SavedSession
      view={{
        now: sample.people.now, document: 's1', at: sample.people.now - 90, where: 'home', service: 'activate', by: 'anh Khoa', isMine: true,
        people: sample.session.draft.people, others: 3, attendances: 3 + sample.session.draft.people.length, obstacles: 'Cổng quay vòng vòng.', note: '', state: 'here',
      }}
      onOpen={nothing} onCorrect={nothing} onBack={nothing}
    />
  ),
  'pick-list': () => (
    <PickPerson
      view={{ ...sample.people, query: '', lines: [], count: 0 }} lists={[{ until: at('11-19', '17:30'), title: 'Lớp 9A, THCS Tân Ân', people: sample.lines.slice(0, 3) }]}
      typed="" chosen={0} room={60} onFilter={nothing} onMoreFilters={nothing} onSearch={nothing} onPick={nothing} onDone={nothing}
    />
  ),
  'pick-person': () => <PickPerson view={sample.people} typed={sample.people.query} chosen={1} room={59} onFilter={nothing} onMoreFilters={nothing} onSearch={nothing} onPick={nothing} onDone={nothing} />,
  menu: () => (
    <MenuScreen
      display={{ theme: 'light', textSize: 100 }}
      onDisplay={nothing}
      onLanguage={nothing}
     
      onHelp={nothing}
      onLock={nothing} onPractice={nothing}
      onBack={nothing}
    />
  ),
  'not-connected': () => <NotConnected />,
  ...CONSOLE,
};

function Saved() {
  const { t } = useText();
  return (
    <>
      {dossier()}
      <Toast sentence={t('say.saved')} onUndo={nothing} onGone={nothing} seconds={600} />
    </>
  );
}

function EditedPerson() {
  const [view, show] = useState<NewPersonView>(sample.newPerson);
  return (
    <NewPerson
      view={view}
      onEdit={(draft) => show({ ...view, draft })}
      onCard={nothing}
      onSame={nothing}
      onOther={nothing}
      onSave={nothing}
      onClose={nothing}
    />
  );
}

function EditedSession({ begin }: { begin: SessionView }) {
  const [view, show] = useState(begin);
  return (
    <Session
      view={view}
      onEdit={(draft) => show({ ...view, draft })}
      onAddPerson={nothing}
      onReason={nothing}
      onPlace={nothing}
      onSave={nothing}
      onClose={nothing}
    />
  );
}
