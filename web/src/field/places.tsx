/** The five places of the app and the plain screens beside them, each with what it asks and does. */
import { useState } from 'preact/hooks';
import { apply, nextTheme, remember } from '../design/theme.ts';
import { useLanguage } from '../text/language.ts';
import type { PlaceProps } from './app.tsx';
import type { PeopleFilter, Period, PersonDraft, RecordState, Tab, TodayFilter } from './model.ts';
import { fileName, handOver } from './hand-over.ts';
import type { Way } from './route.ts';
import { CardSheet } from './screens/card-sheet.tsx';
import { FiltersSheet, toggled } from './screens/filters.tsx';
import { Guidance } from './screens/guidance.tsx';
import { Help } from './screens/help.tsx';
import { History } from './screens/history.tsx';
import { MenuScreen } from './screens/menu.tsx';
import { NewPerson } from './screens/new-person.tsx';
import { People } from './screens/people.tsx';
import { Refused } from './screens/refused.tsx';
import { Results } from './screens/results.tsx';
import { Sync } from './screens/sync.tsx';
import { Today } from './screens/today.tsx';
import { newDraftId } from './session-place.tsx';
import { usePractice } from './practice.ts';
import { useBrain, useView } from './use-view.ts';

function openTab({ go }: Way): (tab: Tab) => void {
  return (tab) => go({ at: tab });
}

export function TodayPlace({ way, today }: PlaceProps) {
  const brain = useBrain();
  const [display, draw] = useState(brain.display());
  const [filter, choose] = useState(today.current);
  const view = useView({ view: 'today', filter });
  if (view === null) return null;
  const turn = () => {
    const next = { ...display, theme: nextTheme(display.theme) };
    remember(localStorage, next);
    apply(document.documentElement, next);
    draw(next);
  };
  const narrow = (next: TodayFilter) => {
    today.current = next;
    choose(next);
  };
  return (
    <Today
      view={{ ...view, filter }} onFilter={narrow} theme={display.theme} onTheme={turn} onMenu={() => way.go({ at: 'menu' })} onTab={openTab(way)}
      onTask={(task) => way.go(task.kind === 'refused' ? { at: 'refused' } : { at: 'dossier', document: task.document })}
      onUnvisited={() => way.go({ at: 'people' })} onPerson={(document) => way.go({ at: 'dossier', document })}
    />
  );
}

/** How the list of people was left: who comes back from a dossier finds it so. */
export interface PeopleLeft {
  text: string;
  filters: PeopleFilter[];
  from: number;
  scrolled: { top: number };
}

export const NOBODY_SOUGHT: PeopleLeft = { text: '', filters: [], from: 0, scrolled: { top: 0 } };

export function PeoplePlace({ way, people }: PlaceProps) {
  const [{ text, filters, from, scrolled }, write] = useState(people.current);
  const [chooses, choose] = useState(false);
  const view = useView({ view: 'people', text, filters, from, without: [] });
  if (view === null) return null;
  const seek = (next: Partial<PeopleLeft>) => {
    people.current = { ...people.current, from: 0, ...next };
    write(people.current);
  };
  const toggle = (one: PeopleFilter) => seek({ filters: toggled(filters, one) });
  return (
    <>
    <People
      view={{ ...view, filters }} typed={text} onTab={openTab(way)} onSearch={(typed) => seek({ text: typed })} onFilter={toggle}
      onClearFilters={() => seek({ filters: [] })} onOpen={(document) => way.go({ at: 'dossier', document })}
      onAdd={(name) => way.go({ at: 'new-person', name })} onWant={(first) => seek({ from: first })} scrolled={scrolled}
      onMoreFilters={() => choose(true)}
    />
    {chooses && <FiltersSheet chosen={filters} canals={view.canals} count={view.count} onToggle={toggle} onClose={() => choose(false)} />}
    </>
  );
}

export interface NewPersonPlaceProps extends PlaceProps {
  name: string;
  /** Where they live, if that is known. */
  household: { household: string; of: string } | null;
}

export function NewPersonPlace(props: NewPersonPlaceProps) {
  const drafts = useView({ view: 'drafts' });
  return drafts && <PersonForm {...props} kept={drafts.person} />;
}

function PersonForm({ way, save, name, household, kept }: NewPersonPlaceProps & { kept: PersonDraft | null }) {
  const brain = useBrain();
  const [draft, write] = useState<PersonDraft>(kept ?? { number: '', name, birth: '', sex: null, phone: '', household });
  const [scans, scan] = useState(false);
  const [isOther, other] = useState(false);
  const view = useView({ view: 'new-person', draft });
  if (view === null) return null;
  const edit = (next: PersonDraft) => {
    write(next);
    brain.keepPerson(next);
  };
  const leave = (go: () => void) => {
    brain.keepPerson(null);
    go();
  };
  const fill = async (text: string) => {
    const card = await brain.readCard(text);
    if (card === null) return false;
    const { oldNumber, address, ...said } = card;
    edit({ ...draft, ...said, oldNumber, address: address || (draft.address ?? '') });
    scan(false);
    return true;
  };
  const keep = () => save({ kind: 'person', draft }, ({ document }) => way.replace({ at: 'dossier', document }));
  return (
    <>
    <NewPerson
      onCard={() => scan(true)}
      view={{ ...view, draft, duplicates: isOther ? [] : view.duplicates }} onEdit={edit}
      onSame={(document) => leave(() => way.replace({ at: 'dossier', document }))} onOther={() => other(true)} onSave={keep}
      onClose={() => leave(way.back)}
    />
    {scans && <CardSheet onText={fill} onClose={() => scan(false)} />}
    </>
  );
}

export function GuidancePlace({ way }: PlaceProps) {
  const view = useView({ view: 'guidance' });
  if (view === null) return null;
  return (
    <Guidance
      view={view} onTab={openTab(way)} onNew={() => way.go({ at: 'session', draft: newDraftId(), document: null })}
      onOpen={(draft) => way.go({ at: 'session', draft, document: null })} onRead={(document) => way.go({ at: 'saved-session', document })}
      onDesk={() => way.go({ at: 'desk' })} onNotices={() => way.go({ at: 'notices' })}
    />
  );
}

export function ResultsPlace({ way }: PlaceProps) {
  const [period, choose] = useState<Period>({ length: 'week', which: 'this' });
  const view = useView({ view: 'results', period });
  return view && <Results view={{ ...view, period }} onTab={openTab(way)} onPeriod={choose} onHelp={() => way.go({ at: 'help' })} />;
}

export function SyncPlace({ way }: PlaceProps) {
  const brain = useBrain();
  const view = useView({ view: 'sync' });
  if (view === null) return null;
  return (
    <Sync
      view={view} onTab={openTab(way)} onSend={() => brain.send()} onRefused={() => way.go({ at: 'refused' })}
      onHelp={(state) => way.go(state === undefined ? { at: 'help' } : { at: 'help', state })} onFile={async () => handOver(await brain.handOut(), fileName(new Date()))}
      onBrought={async (file) => brain.takeIn(new Uint8Array(await file.arrayBuffer()))}
      onCarry={() => way.go({ at: 'carry' })} onSpare={(isOn) => brain.spareData(isOn)}
      onCopyTold={() => brain.copyTold()} onLeave={() => brain.leave()}
    />
  );
}

/** One after the other, until none is left. */
export function RefusedPlace(props: PlaceProps) {
  const { way, save } = props;
  const view = useView({ view: 'refused' });
  if (view === null) return null;
  const { first } = view;
  if (first === null) return <SyncPlace {...props} />;
  const redo = () =>
    way.replace(first.document === null ? { at: 'new-person', name: first.name } : { at: 'dossier', document: first.document });
  return <Refused view={first} onRedo={redo} onDismiss={() => save({ kind: 'dismiss', record: first.record })} onBack={way.back} />;
}

export function HistoryPlace({ way, document }: PlaceProps & { document: string }) {
  const view = useView({ view: 'history', document });
  return view && <History view={view} onBack={way.back} />;
}

export function HelpPlace({ way, state }: PlaceProps & { state?: RecordState | undefined }) {
  return <Help state={state} onTraining={() => way.go({ at: 'training' })} onBack={way.back} />;
}

export function MenuPlace({ way }: PlaceProps) {
  const brain = useBrain();
  const { choose } = useLanguage();
  const practice = usePractice();
  const begin = () => {
    // The real phone is found again where it was: at its list.
    history.replaceState(null, '');
    practice.begin();
  };
  const [display, draw] = useState(brain.display());
  return (
    <MenuScreen
      display={display}
      onDisplay={(next) => {
        remember(localStorage, next);
        apply(document.documentElement, next);
        draw(next);
      }}
      onLanguage={choose} onHelp={() => way.go({ at: 'help' })} onLock={() => brain.lock()} onBack={way.back}
      onPractice={practice.isOn ? null : () => begin()}
    />
  );
}
