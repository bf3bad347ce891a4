/** The field app: the gate, then the five places and what opens from them. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button.tsx';
import { Screen } from '../parts/shell.tsx';
import { Title } from '../parts/title.tsx';
import { UpdateNote } from '../parts/update-note.tsx';
import { Toast } from '../parts/toast.tsx';
import { useText } from '../text/text.ts';
import type { Save, Saved } from './brain.ts';
import { NotSaved } from './brain.ts';
import { DossierPlace } from './dossier-place.tsx';
import { DeskPlace, NoticesPlace } from './guidance-places.tsx';
import { FactsPlace, HomePlace, SamePlace } from './person-places.tsx';
import {
  GuidancePlace, HelpPlace, HistoryPlace, MenuPlace, NewPersonPlace, NOBODY_SOUGHT, PeoplePlace, RefusedPlace, ResultsPlace,
  SyncPlace, TodayPlace,
} from './places.tsx';
import type { TodayFilter } from './model.ts';
import type { PeopleLeft } from './places.tsx';
import { fileName, handOver } from './hand-over.ts';
import { takeBrought } from './brought.ts';
import { CarryPlace } from './carry-place.tsx';
import { LockPlace, PinPlace } from './lock-places.tsx';
import type { Route, Way } from './route.ts';
import { useRoute } from './route.ts';
import { takenWords } from './screens/carry.tsx';
import { Erased } from './screens/erased.tsx';
import { ListLocked } from './screens/list-locked.tsx';
import { Evicted } from './screens/evicted.tsx';
import { Invite } from './screens/invite.tsx';
import { NotSavedSheet } from './screens/not-saved.tsx';
import { SavedSessionPlace, SessionPlace } from './session-place.tsx';
import { rememberedUnsent } from './unsent-memory.ts';
import { Training } from './screens/training.tsx';
import { useFocus } from './use-focus.ts';
import { useLock } from './use-lock.ts';
import { useBrain, useView } from './use-view.ts';

export function App() {
  const brain = useBrain();
  const { t } = useText();
  const gate = useView({ view: 'gate' });
  const [lost] = useState(() => rememberedUnsent(localStorage));
  useFocus();
  const file = async () => handOver(await brain.handOut(), fileName(new Date()));
  if (gate === null) return null;
  switch (gate.is) {
    case 'elsewhere':
      return (
        <Screen>
          <div class="gate">
            <Title>{t('say.other-tab')}</Title>
            <Button look="primary" onPress={() => brain.takeOver()}>{t('say.use-here')}</Button>
          </div>
        </Screen>
      );
    case 'new':
      return lost === null ? <Screen><div class="gate"><Title>{t('setup.none')}</Title></div></Screen> : <Evicted unsent={lost} />;
    case 'pin': return <PinPlace view={gate.pin} onFile={() => void file()} />;
    case 'phone-lock': return <LockPlace view={gate.locked} onFile={() => void file()} />;
    case 'erased':
      return <Erased view={gate.erased} onSend={() => brain.send()} onFile={file} onAgain={() => brain.beginAnew()} />;
    case 'invited':
      return <Invite view={gate.invite} onAnswer={(answer) => brain.codesAre(answer)} />;
    case 'open':
      return <Places list={gate.list} />;
  }
}

/** What every place may do. */
export interface PlaceProps {
  way: Way;
  /** Saves, says so, and goes on only when it is on the disk. */
  save: (save: Save, then?: (saved: Saved) => void) => void;
  /** How the list of people was left. */
  people: { current: PeopleLeft };
  /** Which tasks Today was left with. */
  today: { current: TodayFilter };
}

/** What was just said, and what takes it back. */
interface Notice {
  sentence: string;
  undo: string | null;
  /** Counts them: the same words said again stand their whole time again. */
  nth: number;
}

/** What could not be stored, and how it is tried again. */
interface Unsaved {
  why: 'full' | 'failed';
  again: () => void;
}

function Places({ list }: { list: 'shown' | 'locked' }) {
  const brain = useBrain();
  const text = useText();
  const { t } = text;
  const way = useRoute();
  const [notice, show] = useState<Notice | null>(null);
  const said = useRef(0);
  const say = (one: Omit<Notice, 'nth'> | null) => {
    said.current += 1;
    show(one && { ...one, nth: said.current });
  };
  const [unsaved, keep] = useState<Unsaved | null>(null);
  const [update, offer] = useState<(() => void) | null>(null);
  useEffect(() => brain.onUpdate((how) => offer(() => how)), [brain]);
  const people = useRef({ ...NOBODY_SOUGHT, scrolled: { top: 0 } });
  const today = useRef<TodayFilter>('due');
  const saving = useLock(() => brain.lock());
  useEffect(() => {
    void takeBrought(brain).then((taken) => taken && say({ sentence: takenWords(taken, text), undo: null }));
  }, []);
  const fail = (error: unknown, again: () => void) => {
    const why = error instanceof NotSaved ? error.why : 'stopped';
    if (why === 'full' || why === 'stopped') keep({ why: why === 'full' ? 'full' : 'failed', again });
    else say({ sentence: t('say.check-again'), undo: null });
  };
  const save: PlaceProps['save'] = (entered, then) => {
    saving(brain.save(entered)).then(
      (saved) => {
        keep(null);
        say({ sentence: t('say.saved'), undo: saved.mayUndo ? saved.record : null });
        then?.(saved);
      },
      (error: unknown) => fail(error, () => save(entered, then)),
    );
  };
  const undo = (record: string) => {
    saving(brain.undo(record)).then(
      () => say({ sentence: t('say.undone'), undo: null }),
      (error: unknown) => fail(error, () => undo(record)),
    );
  };
  return (
    <>
      {list === 'locked' && NEEDS_LIST.has(way.route.at)
        ? <ListLocked onTab={(tab) => way.go({ at: tab })} onAdd={() => way.go({ at: 'new-person', name: '' })} onSend={() => brain.send()} here={way.route.at} />
        : <Place way={way} save={save} people={people} today={today} />}
      {notice !== null && (
        <Toast
          key={notice.nth}
          sentence={notice.sentence}
          onGone={() => say(null)}
          {...(notice.undo === null ? {} : { onUndo: () => undo(notice.undo!) })}
        />
      )}
      {update !== null && unsaved === null && IS_TAB.has(way.route.at) && <UpdateNote onUpdate={update} onLater={() => offer(null)} />}
      {unsaved !== null && <NotSavedSheet why={unsaved.why} onAgain={unsaved.again} />}
    </>
  );
}

/** Places with nothing half-written on them. */
const IS_TAB: ReadonlySet<Route['at']> = new Set([
  'today', 'people', 'guidance', 'results', 'sync']);

/** Places that show people of the list. */
const NEEDS_LIST: ReadonlySet<Route['at']> = new Set([
  'today', 'people', 'guidance', 'results', 'dossier', 'history', 'saved-session', 'facts', 'home',
  'same', 'desk',
]);

function Place(props: PlaceProps) {
  const { route } = props.way;
  switch (route.at) {
    case 'today': return <TodayPlace {...props} />;
    case 'people': return <PeoplePlace {...props} />;
    case 'guidance': return <GuidancePlace {...props} />;
    case 'results': return <ResultsPlace {...props} />;
    case 'sync': return <SyncPlace {...props} />;
    case 'dossier': return <DossierPlace key={route.document} {...props} document={route.document} />;
    case 'history': return <HistoryPlace {...props} document={route.document} />;
    case 'new-person': return <NewPersonPlace {...props} name={route.name} household={route.household ?? null} />;
    case 'facts': return <FactsPlace key={route.document} {...props} document={route.document} />;
    case 'home': return <HomePlace key={route.document} {...props} document={route.document} />;
    case 'same': return <SamePlace {...props} document={route.document} />;
    case 'desk': return <DeskPlace {...props} />;
    case 'notices': return <NoticesPlace {...props} />;
    case 'session': return <SessionPlace key={route.draft} {...props} {...route} />;
    case 'saved-session': return <SavedSessionPlace {...props} document={route.document} />;
    case 'refused': return <RefusedPlace {...props} />;
    case 'carry': return <CarryPlace {...props} />;
    case 'menu': return <MenuPlace {...props} />;
    case 'help': return <HelpPlace {...props} state={route.state} />;
    case 'training': return <Training onBack={props.way.back} />;
  }
}
