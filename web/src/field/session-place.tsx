/** Writing a guidance session down, question by question; every answer is kept as a draft. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { PlaceProps } from './app.tsx';
import type { PeopleFilter, ReasonName, ResidentLine, SessionDraft, SessionPerson } from './model.ts';
import { FiltersSheet, toggled } from './screens/filters.tsx';
import { PickPerson } from './screens/pick-person.tsx';
import { ReasonSheet } from './screens/reason.tsx';
import { SavedSession } from './screens/saved-session.tsx';
import { Session } from './screens/session.tsx';
import { useBrain, useView } from './use-view.ts';

/** One save writes at most so many dossiers, and the session itself. */
const PEOPLE_MAX = 60;

/** A new draft's name. */
export function newDraftId(): string {
  return crypto.randomUUID();
}

export interface SessionPlaceProps extends PlaceProps {
  draft: string;
  /** With whom it begins, if it was begun on a dossier. */
  document: string | null;
}

/** When what is written was last kept, as the worker says. */
type Kept = Pick<SessionDraft, 'savedAt'>;

export function SessionPlace(props: SessionPlaceProps) {
  const drafts = useView({ view: 'drafts' });
  const first = useRef(drafts);
  // What is kept while it is written comes back as an older answer: the form goes on from itself.
  first.current ??= drafts;
  if (first.current === null) return null;
  const of = (told: typeof drafts) => told?.sessions.find(({ id }) => id === props.draft);
  const kept = of(first.current);
  const told = { ...props, savedAt: of(drafts)?.savedAt ?? null };
  if (kept) return <Form {...told} begin={kept} />;
  if (props.document !== null) return <FromDossier {...told} document={props.document} />;
  return <Form {...told} begin={empty(props.draft)} />;
}

/** To read; to be put right it becomes a draft that takes the saved one back. */
export function SavedSessionPlace({ way, document }: PlaceProps & { document: string }) {
  const brain = useBrain();
  const view = useView({ view: 'session', document });
  if (view === null) return null;
  const correct = () => {
    const { where, service, people, others } = view;
    const draft: SessionDraft = { id: newDraftId(), step: 'where', savedAt: null, where, service, people, others, replaces: document };
    brain.keepSession(draft);
    way.replace({ at: 'session', draft: draft.id, document: null });
  };
  return (
    <SavedSession view={view} onOpen={(id) => way.go({ at: 'dossier', document: id })} onCorrect={correct} onBack={way.back} />
  );
}

function empty(id: string): SessionDraft {
  return { id, step: 'where', savedAt: null, where: null, service: null, people: [], others: 0 };
}

/** At somebody's home, with them: only the service is to be asked. */
function FromDossier(props: SessionPlaceProps & Kept & { document: string }) {
  const view = useView({ view: 'dossier', document: props.document });
  if (view === null) return null;
  const { document, name, birthYear } = view;
  const people = [{ document, name, birthYear, result: null, reason: null }];
  return <Form {...props} begin={{ ...empty(props.draft), step: 'what', where: 'home', people }} />;
}

function Form({ way, save, begin, savedAt }: PlaceProps & Kept & { begin: SessionDraft }) {
  const brain = useBrain();
  const [draft, write] = useState(begin);
  const [over, put] = useState<'pick' | SessionPerson | null>(null);
  const catalogue = useView({ view: 'catalogue' }) ?? { services: [], places: [] };
  useEffect(() => scrollTo(0, 0), [draft.step]);
  const edit = (next: SessionDraft) => {
    write(next);
    brain.keepSession(next);
  };
  const change = (person: SessionPerson, next: Partial<SessionPerson>) =>
    edit({ ...draft, people: draft.people.map((one) => (one === person ? { ...one, ...next } : one)) });
  const add = (lines: ResidentLine[]) => {
    const added = lines.map(({ document, name, birthYear }) => ({ document, name, birthYear, result: null, reason: null }));
    edit({ ...draft, people: [...draft.people, ...added].slice(0, PEOPLE_MAX) });
  };
  if (over === 'pick') {
    return <Pick chosen={draft.people.map(({ document }) => document)} onPick={add} onDone={() => put(null)} />;
  }
  const because = (person: SessionPerson) => (reason: ReasonName) => {
    change(person, { result: 'blocked', reason });
    put(null);
  };
  return (
    <>
      <Session
        view={{ draft: { ...draft, savedAt }, updateWaits: false, ...catalogue }} onEdit={edit} onAddPerson={() => put('pick')} onReason={put}
        onPlace={(name, place) =>
          save({ kind: 'place', name, place }, ({ document }) => edit({ ...draft, heldAt: { document, name: name.trim() } }))
        }
        onSave={() => save({ kind: 'session', draft }, way.back)} onClose={way.back}
      />
      {over !== null && <ReasonSheet funnel="eid" chosen={over.reason} noteless onSave={because(over)} onClose={() => put(null)} />}
    </>
  );
}

function Pick({ chosen, onPick, onDone }: { chosen: string[]; onPick: (lines: ResidentLine[]) => void; onDone: () => void }) {
  const [text, write] = useState('');
  const [from, want] = useState(0);
  const [filters, narrow] = useState<PeopleFilter[]>([]);
  const [chooses, choose] = useState(false);
  const view = useView({ view: 'people', text, filters, from, without: chosen });
  const lent = useView({ view: 'lent' });
  if (view === null || lent === null) return null;
  const isLeft = ({ document }: ResidentLine) => !chosen.includes(document);
  const lists = lent.lists.map((list) => ({ ...list, people: list.people.filter(isLeft) })).filter(({ people }) => people.length > 0);
  const search = (typed: string) => {
    write(typed);
    want(0);
  };
  const toggle = (one: PeopleFilter) => {
    narrow(toggled(filters, one));
    want(0);
  };
  return (
    <>
      <PickPerson
        view={{ ...view, filters }} lists={lists} typed={text} chosen={chosen.length} room={PEOPLE_MAX - chosen.length} onSearch={search}
        onPick={onPick} onDone={onDone} onWant={want} onFilter={toggle} onMoreFilters={() => choose(true)}
      />
      {chooses && (
        <FiltersSheet chosen={filters} canals={view.canals} count={view.count} onToggle={toggle} onClose={() => choose(false)} />
      )}
    </>
  );
}
