/** The field app: the gate, then the five places and what opens from them. */
import { useEffect, useState } from 'preact/hooks';
import { apply, nextTheme, remember } from '../design/theme.ts';
import { Button } from '../parts/button.tsx';
import { Screen } from '../parts/shell.tsx';
import { focusTitle, Title } from '../parts/title.tsx';
import { Toast } from '../parts/toast.tsx';
import { useText } from '../text/text.ts';
import type { Save, Saved } from './brain.ts';
import { NotSaved } from './brain.ts';
import { DossierPlace } from './dossier-place.tsx';
import type { PeopleFilter, PersonDraft, Tab, TodayFilter } from './model.ts';
import type { Way } from './route.ts';
import { useRoute } from './route.ts';
import { Guidance } from './screens/guidance.tsx';
import { Invite } from './screens/invite.tsx';
import { MenuScreen } from './screens/menu.tsx';
import { NewPerson } from './screens/new-person.tsx';
import { NotSavedSheet } from './screens/not-saved.tsx';
import { People } from './screens/people.tsx';
import { Pin } from './screens/pin.tsx';
import { Results } from './screens/results.tsx';
import { Sync } from './screens/sync.tsx';
import { Today } from './screens/today.tsx';
import { SessionPlace } from './session-place.tsx';
import { useBrain, useView } from './use-view.ts';

export function App() {
  const brain = useBrain();
  const { t } = useText();
  const gate = useView({ view: 'gate' });
  const [entered, enter] = useState(0);
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
      return <Screen><div class="gate"><Title>{t('setup.none')}</Title></div></Screen>;
    case 'pin': {
      const pin = (digits: string) => {
        brain.pin(digits);
        enter(entered + 1);
      };
      return (
        <Pin key={`${gate.pin.mode}${entered}`} view={gate.pin} onEntered={pin} onBack={() => brain.pin('')} onSend={() => brain.send()} />
      );
    }
    case 'invited':
      return <Invite view={gate.invite} onAnswer={(answer) => brain.codesAre(answer)} onPractice={() => undefined} />;
    case 'open':
      return <Places />;
  }
}

/** What every place may do. */
export interface PlaceProps {
  way: Way;
  /** Saves, says so, and goes on only when it is on the disk. */
  save: (save: Save, then?: (saved: Saved) => void) => void;
  /** Opens nothing yet, and says so. */
  later: () => void;
}

function Places() {
  const brain = useBrain();
  const { t } = useText();
  const way = useRoute();
  const [toast, say] = useState<string | null>(null);
  const [unsaved, keep] = useState<(() => void) | null>(null);
  useEffect(() => focusTitle(), [JSON.stringify(way.route)]);
  const save: PlaceProps['save'] = (entered, then) => {
    brain.save(entered).then(
      (saved) => {
        keep(null);
        say(t('say.saved'));
        then?.(saved);
      },
      (error: unknown) => {
        const full = error instanceof NotSaved && error.why === 'full';
        if (full) keep(() => () => save(entered, then));
        else say(t('say.check-again'));
      },
    );
  };
  const place: PlaceProps = { way, save, later: () => say(t('say.not-yet')) };
  return (
    <>
      <Place {...place} />
      {toast !== null && <Toast sentence={toast} onGone={() => say(null)} />}
      {unsaved !== null && <NotSavedSheet onAgain={unsaved} />}
    </>
  );
}

function Place(props: PlaceProps) {
  const { route } = props.way;
  switch (route.at) {
    case 'today': return <TodayPlace {...props} />;
    case 'people': return <PeoplePlace {...props} />;
    case 'guidance': return <GuidancePlace {...props} />;
    case 'results': return <ResultsPlace {...props} />;
    case 'sync': return <SyncPlace {...props} />;
    case 'dossier': return <DossierPlace key={route.document} {...props} document={route.document} />;
    case 'new-person': return <NewPersonPlace {...props} name={route.name} />;
    case 'session': return <SessionPlace {...props} document={route.document} />;
    case 'menu': return <MenuPlace {...props} />;
  }
}

function openTab({ go }: Way): (tab: Tab) => void {
  return (tab) => go({ at: tab });
}

function TodayPlace({ way }: PlaceProps) {
  const brain = useBrain();
  const [filter, choose] = useState<TodayFilter>('due');
  const [display, draw] = useState(brain.display());
  const view = useView({ view: 'today', filter });
  if (view === null) return null;
  const turn = () => {
    const next = { ...display, theme: nextTheme(display.theme) };
    remember(localStorage, next);
    apply(document.documentElement, next);
    draw(next);
  };
  return (
    <Today
      view={view} theme={display.theme} onTheme={turn} onMenu={() => way.go({ at: 'menu' })} onTab={openTab(way)}
      onFilter={choose} onTask={(task) => way.go({ at: 'dossier', document: task.document })}
      onUnvisited={() => way.go({ at: 'people' })}
    />
  );
}

function PeoplePlace({ way, later }: PlaceProps) {
  const [text, search] = useState('');
  const [filters, filter] = useState<PeopleFilter[]>([]);
  const view = useView({ view: 'people', text, filters });
  if (view === null) return null;
  const toggle = (one: PeopleFilter) => {
    if (one === 'away') return later();
    filter(filters.includes(one) ? filters.filter((other) => other !== one) : [...filters, one]);
  };
  return (
    <People
      view={{ ...view, query: text, filters }} onTab={openTab(way)} onSearch={search} onFilter={toggle}
      onClearFilters={() => filter([])} onFilterMore={later} onScan={later}
      onOpen={(document) => way.go({ at: 'dossier', document })} onAdd={(name) => way.go({ at: 'new-person', name })}
    />
  );
}

function NewPersonPlace({ way, save, later, name }: PlaceProps & { name: string }) {
  const empty: PersonDraft = { number: '', name, birth: '', sex: null, household: null, phone: '' };
  const [draft, edit] = useState(empty);
  const [isOther, other] = useState(false);
  const view = useView({ view: 'new-person', draft });
  if (view === null) return null;
  const keep = () => save({ kind: 'person', draft }, ({ document }) => way.replace({ at: 'dossier', document }));
  return (
    <NewPerson
      view={{ ...view, draft, duplicates: isOther ? [] : view.duplicates }} onEdit={edit} onScan={later} onHome={later}
      onSame={(document) => way.replace({ at: 'dossier', document })} onOther={() => other(true)} onSave={keep} onClose={way.back}
    />
  );
}

function GuidancePlace({ way }: PlaceProps) {
  const view = useView({ view: 'guidance' });
  if (view === null) return null;
  return (
    <Guidance view={view} onTab={openTab(way)} onNew={() => way.go({ at: 'session', document: null })} onOpen={() => undefined} />
  );
}

function ResultsPlace({ way, later }: PlaceProps) {
  const [week, choose] = useState<'this' | 'last'>('this');
  const view = useView({ view: 'results', week });
  return view && <Results view={view} onTab={openTab(way)} onWeek={choose} onHelp={later} />;
}

function SyncPlace({ way, later }: PlaceProps) {
  const brain = useBrain();
  const view = useView({ view: 'sync' });
  if (view === null) return null;
  return (
    <Sync
      view={view} onTab={openTab(way)} onSend={() => brain.send()} onHandOut={later} onTakeIn={later} onDataSaver={later}
      onRefused={later} onHelp={later}
    />
  );
}

function MenuPlace({ way, later }: PlaceProps) {
  const brain = useBrain();
  const [display, draw] = useState(brain.display());
  return (
    <MenuScreen
      display={display}
      onDisplay={(next) => {
        remember(localStorage, next);
        apply(document.documentElement, next);
        draw(next);
      }}
      onLanguage={later} onPractice={later} onCards={later} onPhone={later} onLock={() => brain.lock()} onBack={way.back}
    />
  );
}
