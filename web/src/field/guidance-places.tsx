/** What opens from the list of sessions: the desk, and what is told upward. */
import { useEffect, useState } from 'preact/hooks';
import type { PlaceProps } from './app.tsx';
import type { ResidentLine, ResultName, ServiceName, SessionDraft } from './model.ts';
import { CardSheet } from './screens/card-sheet.tsx';
import { Desk } from './screens/desk.tsx';
import { Notices } from './screens/notices.tsx';
import { newDraftId } from './session-place.tsx';
import { useBrain, useView } from './use-view.ts';

/** Digits of a personal number. */
const NUMBER_DIGITS = 12;

const SERVICES: ServiceName[] = ['activate', 'password', 'submit', 'integrate'];

export function DeskPlace({ way, save }: PlaceProps) {
  const brain = useBrain();
  const [text, search] = useState('');
  const [waiting, wait] = useState(0);
  const [service, choose] = useState<ServiceName>('activate');
  const [picked, pick] = useState<ResidentLine | null>(null);
  const [scans, scan] = useState(false);
  /** The whole number of a card that was read: the list knows its end only. */
  const [scanned, keep] = useState('');
  const sought = useView({ view: 'sought' }) ?? { is: 'nothing' as const };
  const hasSignal = useView({ view: 'sync' })?.summary.hasSignal ?? false;
  useEffect(() => () => brain.seek(null), [brain]);
  const view = useView({ view: 'people', text, filters: [], from: 0, without: [] });
  if (view === null) return null;
  const person = picked ?? (sought.is === 'found' ? sought.person : null);
  const until = sought.is === 'found' && person?.document === sought.person.document ? sought.until : null;
  const number = scanned || text.replaceAll(/\D/g, '');
  const look = (typed: string, read = '') => {
    search(typed);
    keep(read);
    brain.seek(null);
  };
  const turnTo = (line: ResidentLine | null) => {
    pick(line);
    if (line === null) look('');
  };
  const next = () => {
    turnTo(null);
    wait(Math.max(waiting - 1, 0));
  };
  const done = (result: ResultName) => save({ kind: 'session', draft: attendance(person, service, result) }, next);
  const found = async (scanned: string) => {
    const card = await brain.readCard(scanned);
    if (card === null) return false;
    look(`${card.name} ${card.number.slice(-3)}`, card.number);
    scan(false);
    return true;
  };
  return (
    <>
      <Desk
        view={view} typed={text} waiting={waiting} service={service} services={SERVICES} person={person} until={until} sought={sought}
        mayAsk={number.length === NUMBER_DIGITS} hasSignal={hasSignal} onAsk={() => brain.seek(number)} onSearch={look}
        onScan={() => scan(true)} onWaiting={wait} onService={choose} onPick={turnTo} onResult={done}
        onOpen={(document) => way.go({ at: 'dossier', document })} onBack={way.back}
      />
      {scans && <CardSheet onText={found} onClose={() => scan(false)} />}
    </>
  );
}

/** One person at the desk; who is not on the list is only counted. */
function attendance(person: ResidentLine | null, service: ServiceName, result: ResultName): SessionDraft {
  const people = person === null ? [] : [{ document: person.document, name: person.name, birthYear: person.birthYear, result, reason: null }];
  return { id: newDraftId(), step: 'result', savedAt: null, where: 'desk', service, people, others: person === null ? 1 : 0 };
}

export function NoticesPlace({ way, save }: PlaceProps) {
  const view = useView({ view: 'notices' });
  return view && <Notices view={view} onReport={(notice, text) => save({ kind: 'notice', notice, text })} onBack={way.back} />;
}
