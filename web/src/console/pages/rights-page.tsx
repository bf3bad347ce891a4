/**
 * What an officer for data protection does for a person: keep a dossier for a legal matter, erase
 * somebody, see which phones have yet to forget. A dossier is named by its code; no name is shown.
 */
import { useState } from 'preact/hooks';
import { Check, CircleCheck, Cross, Info, Lock, OctagonAlert, Search, UserX } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Field } from '../../parts/field.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { fullDay, moment } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { EraseReason, ErasureAnswer, RightsAnswer } from '../api.ts';
import { ERASE_REASONS, Refusal } from '../api.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { minuteOf } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { Loading, ProblemNote, Select } from './page-parts.tsx';

const CODE = /^[0-9a-f]{32}$/;
/** What must be typed again before somebody is erased. */
const TYPED = 6;

export function RightsPage({ api, go, frame, live, onSignOut }: PageProps) {
  const text = useText();
  const { t } = text;
  const [shown, show] = useState<RightsAnswer | null>(null);
  const [linked, setLinked] = useState<string[] | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const erasures = useAnswer('erasures', live.version, () => api.erasures());
  /** Does it, tells what went wrong, and asks for the lists anew. */
  const take = (work: Promise<void>) => {
    work.then(
      () => setProblem(null),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  const look = (code: string) => {
    setLinked(null);
    show(null);
    take(api.rights(code).then(show));
  };
  const hold = (dossier: string, reference: string | null) => take(api.hold(dossier, reference).then(() => api.rights(dossier)).then(show));
  const erase = (dossier: string, reason: EraseReason) => {
    take(
      api.erase(dossier, reason).then((others) => {
        show(null);
        setLinked(others);
      }),
    );
  };
  const newestFirst = [...(erasures.value ?? [])].sort((a, b) => b.at - a.at);
  return (
    <ConsolePage onSignOut={onSignOut} frame={frame} title={t('rights.title')} onPage={(page) => go({ page: page as PlaceName })}>
      <ProblemNote problem={problem ?? erasures.problem} />
      <div role="status" class="page-alert">
        {linked && <Erased linked={linked} />}
      </div>
      <Finder onLook={look} />
      {shown && <Rights key={shown.dossier} rights={shown} onHold={hold} onErase={erase} />}
      {erasures.value === null && erasures.problem === null && <Loading />}
      {erasures.value && (
        <section class="card">
          <h2 class="page-head">{t('rights.list')}</h2>
          {newestFirst.length === 0 ? (
            <p class="page-body soft">{t('rights.none')}</p>
          ) : (
            <Table label={t('rights.list')} columns={columns(frame.now, text)} rows={newestFirst} keyOf={({ dossier }) => dossier} />
          )}
        </section>
      )}
    </ConsolePage>
  );
}

function Erased({ linked }: { linked: string[] }) {
  const { t } = useText();
  return (
    <>
      <Note icon={CircleCheck} tone="good">
        {t('rights.erased')}
      </Note>
      {linked.length > 0 && (
        <Note icon={Info} tone="act">
          {t('rights.linked', { n: linked.length })} <span class="code">{linked.join(', ')}</span>
        </Note>
      )}
    </>
  );
}

function Finder({ onLook }: { onLook: (code: string) => void }) {
  const { t } = useText();
  const [typed, setTyped] = useState('');
  const [isTried, setTried] = useState(false);
  const code = typed.replace(/\s/g, '').toLowerCase();
  const isCode = CODE.test(code);
  const look = () => {
    setTried(true);
    if (isCode) onLook(code);
  };
  return (
    <form
      class="card page-body"
      onSubmit={(event) => {
        event.preventDefault();
        look();
      }}
    >
      <Field
        label={t('rights.code')}
        help={t('rights.code.help')}
        value={typed}
        remark={isTried && !isCode ? { severity: 'error', sentence: t('rights.code.bad') } : undefined}
        onInput={setTyped}
      />
      <div class="page-buttons">
        <Button icon={Search} onPress={look}>
          {t('rights.look')}
        </Button>
        <button type="submit" hidden tabIndex={-1} />
      </div>
    </form>
  );
}

interface RightsProps {
  rights: RightsAnswer;
  onHold: (dossier: string, reference: string | null) => void;
  onErase: (dossier: string, reason: EraseReason) => void;
}

function Rights({ rights, onHold, onErase }: RightsProps) {
  const { t } = useText();
  const { dossier, unit_name: unit, hold } = rights;
  return (
    <section class="card page-body" aria-label={t('rights.one')}>
      <p>
        {t('rights.at', { unit: unit ?? t('none') })} <span class="code small soft">{dossier}</span>
      </p>
      {hold ? (
        <>
          <Note icon={Lock} tone="act">
            {t('rights.hold.is', { reference: hold.reference, day: fullDay(minuteOf(hold.since)) })}
          </Note>
          <div class="page-buttons">
            <Button onPress={() => onHold(dossier, null)}>{t('rights.hold.lift')}</Button>
          </div>
        </>
      ) : (
        <>
          <HoldForm onHold={(reference) => onHold(dossier, reference)} />
          <EraseForm dossier={dossier} onErase={(reason) => onErase(dossier, reason)} />
        </>
      )}
    </section>
  );
}

function HoldForm({ onHold }: { onHold: (reference: string) => void }) {
  const { t } = useText();
  const [reference, setReference] = useState('');
  const typed = reference.trim();
  return (
    <div class="page-body" role="group" aria-label={t('rights.hold')}>
      <p class="small soft">{t('rights.hold.none')}</p>
      <Field label={t('rights.hold.reference')} value={reference} onInput={setReference} />
      <div class="page-buttons">
        <Button icon={Lock} blockedBy={typed === '' ? t('rights.hold.missing') : undefined} onPress={() => onHold(typed)}>
          {t('rights.hold.set')}
        </Button>
      </div>
    </div>
  );
}

/** Cannot be taken back: what becomes of it is said first, and part of the code typed again. */
function EraseForm({ dossier, onErase }: { dossier: string; onErase: (reason: EraseReason) => void }) {
  const { t } = useText();
  const [isOpen, open] = useState(false);
  const [reason, setReason] = useState<EraseReason>('request');
  const [typed, setTyped] = useState('');
  const code = dossier.slice(-TYPED);
  const isSure = typed.trim().toLowerCase() === code;
  if (!isOpen) {
    return (
      <div class="page-buttons">
        <Button icon={UserX} onPress={() => open(true)}>
          {t('rights.erase')}
        </Button>
      </div>
    );
  }
  return (
    <div class="page-body" role="group" aria-label={t('rights.erase')}>
      <Note icon={OctagonAlert} tone="bad">
        {t('rights.erase.what')}
      </Note>
      <ul class="held-keys small">
        <li>{t('rights.erase.phones')}</li>
        <li>{t('rights.erase.counts')}</li>
        <li>{t('rights.erase.backups')}</li>
      </ul>
      <Select
        label={t('rights.reason')}
        chosen={reason}
        options={ERASE_REASONS.map((id) => ({ id, name: t(`rights.reason.${id}`) }))}
        onChoose={(id) => setReason(id as EraseReason)}
      />
      <Field label={t('rights.erase.type', { code })} value={typed} onInput={setTyped} />
      <div class="page-buttons">
        <Button look="danger" icon={Check} blockedBy={isSure ? undefined : t('rights.erase.blocked')} onPress={() => onErase(reason)}>
          {t('rights.erase.now')}
        </Button>
        <Button look="quiet" icon={Cross} onPress={() => open(false)}>
          {t('app.back')}
        </Button>
      </div>
    </div>
  );
}

function columns(now: number, { t, language }: Text): Column<ErasureAnswer, string>[] {
  const reasonWords = (reason: string) => {
    const key = `rights.reason.${reason}`;
    return isPlainKey(key) ? t(key) : reason;
  };
  return [
    { id: 'dossier', name: t('rights.code'), isHead: true, cell: ({ dossier }) => <span class="code">{dossier}</span> },
    { id: 'at', name: t('audit.col.at'), cell: ({ at }) => moment(minuteOf(at), now, language) },
    { id: 'reason', name: t('rights.reason'), cell: ({ reason }) => reasonWords(reason) },
    { id: 'keys', name: t('rights.col.keys'), cell: ({ is_done }) => t(is_done ? 'rights.keys.done' : 'rights.keys.waiting') },
    {
      id: 'phones', name: t('rights.col.phones'),
      cell: ({ confirmed, waiting }) => t('rights.phones', { done: confirmed, waiting: waiting.length }),
    },
  ];
}
