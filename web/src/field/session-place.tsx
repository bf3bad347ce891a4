/** Writing a guidance session down, question by question. */
import { useEffect, useState } from 'preact/hooks';
import type { PlaceProps } from './app.tsx';
import type { SessionDraft, SessionStep } from './model.ts';
import { Session } from './screens/session.tsx';
import { useView } from './use-view.ts';

const EMPTY: SessionDraft = { savedAt: null, where: null, service: null, people: [], others: 0 };

export function SessionPlace(props: PlaceProps & { document: string | null }) {
  return props.document === null ? <Form {...props} begin={EMPTY} first="where" /> : <FromDossier {...props} document={props.document} />;
}

/** At somebody's home, with them: only the service is to be asked. */
function FromDossier(props: PlaceProps & { document: string }) {
  const view = useView({ view: 'dossier', document: props.document });
  if (view === null) return null;
  const { document, name, birthYear } = view;
  const begin: SessionDraft = { ...EMPTY, where: 'home', people: [{ document, name, birthYear, result: null, reason: null }] };
  return <Form {...props} begin={begin} first="what" />;
}

function Form({ way, save, later, begin, first }: PlaceProps & { begin: SessionDraft; first: SessionStep }) {
  const [draft, edit] = useState(begin);
  const [step, go] = useState(first);
  useEffect(() => scrollTo(0, 0), [step]);
  return (
    <Session
      view={{ step, draft, updateWaits: false }} onEdit={edit} onStep={go} onAddPerson={later}
      onReason={(person) => edit({ ...draft, people: draft.people.map((one) => (one === person ? { ...one, result: 'blocked', reason: 'z-other' } : one)) })}
      onSave={() => save({ kind: 'session', draft }, way.back)} onClose={way.back}
    />
  );
}
