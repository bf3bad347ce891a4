/** What opens from a dossier and has a screen of its own: facts, home, and who else this is. */
import { useState } from 'preact/hooks';
import type { PlaceProps } from './app.tsx';
import type { FactsDraft, PersonDraft } from './model.ts';
import { FactsScreen } from './screens/facts.tsx';
import { Home } from './screens/home.tsx';
import { PickPerson } from './screens/pick-person.tsx';
import { useView } from './use-view.ts';

interface OfDossier extends PlaceProps {
  document: string;
}

const NOBODY: PersonDraft = { number: '', name: '', birth: '', sex: null, phone: '' };

export function FactsPlace({ way, save, document }: OfDossier) {
  const [draft, edit] = useState<FactsDraft>({});
  const view = useView({ view: 'dossier', document });
  const { name = '', birth = '', number = '', phone = '' } = draft;
  const typed = useView({ view: 'new-person', draft: { ...NOBODY, name, birth, number, phone, sex: draft.sex ?? view?.sex ?? null } });
  if (view === null) return null;
  return (
    <FactsScreen
      view={view} draft={draft} remarks={typed?.remarks ?? []} onEdit={edit} onClose={way.back}
      onSave={() => save({ kind: 'facts', document, facts: draft }, way.back)}
    />
  );
}

export function HomePlace({ way, save, document }: OfDossier) {
  const [text, search] = useState('');
  const view = useView({ view: 'home', document, text });
  if (view === null) return null;
  const { home } = view;
  return (
    <Home
      key={home?.household ?? 'none'} view={view} typed={text} onSearch={search} onBack={way.back}
      onChoose={({ household }) => save({ kind: 'facts', document, facts: { household } }, way.back)}
      onWrite={(draft) => save({ kind: 'household', draft, member: draft.household === null ? document : null }, way.back)}
      onOpen={(member) => (member === document ? way.back() : way.replace({ at: 'dossier', document: member }))}
      onAdd={() => home && way.replace({ at: 'new-person', name: '', household: { household: home.household, of: home.of } })}
    />
  );
}

/** The other dossier of the same person: the coordinator is told, nothing is united by that. */
export function SamePlace({ way, save, document }: OfDossier) {
  const [text, search] = useState('');
  const [from, want] = useState(0);
  const view = useView({ view: 'people', text, filters: [], from, without: [document] });
  if (view === null) return null;
  return (
    <PickPerson
      view={{ ...view, filters: [] }} typed={text} chosen={null} room={0} onSearch={search} onFilter={() => undefined}
      onMoreFilters={() => undefined} onWant={want} onDone={way.back}
      onPick={([other]) => other && save({ kind: 'same', document, other: other.document }, way.back)}
    />
  );
}
