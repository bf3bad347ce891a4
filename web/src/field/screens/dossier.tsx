/** One resident: what disagrees first, then how far card and e-ID are, then what was done. */
import './dossier.css';
import type { Icon } from '../../design/icons.tsx';
import {
  BadgeCheck, CircleCheck, CircleHelp, Clock, DoorClosed, DoorOpen, Eye, GitMerge, History, House, IdCard,
  MessagesSquare, PencilLine, Phone, Smartphone, Undo2, Users,
} from '../../design/icons.tsx';
import { Bar, BarFact } from '../../parts/bar.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Card, Note, Row } from '../../parts/card.tsx';
import { StateChip, StateMark } from '../../parts/chip.tsx';
import { ConflictCard } from '../../parts/conflict.tsx';
import { StateWord } from '../../parts/meaning.tsx';
import { factsLine, Name } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Stepper } from '../../parts/stepper.tsx';
import { clock, day, moment, personalNumber, phone } from '../../text/format.ts';
import { saidWords, workWords } from '../../text/said.ts';
import { capital, useText } from '../../text/text.ts';
import type { Conflict, DossierView, Funnel, LocalMinute, Task, WorkLine } from '../model.ts';
import { TaskRow } from './today.tsx';

export interface DossierProps {
  view: DossierView;
  onBack: () => void;
  onCall: () => void;
  onConflict: (conflict: Conflict) => void;
  onSteps: (funnel: Funnel) => void;
  onReason: (funnel: Funnel) => void;
  onVisit: () => void;
  onGuide: () => void;
  onHistory: () => void;
  onFacts: () => void;
  onHome: () => void;
  onConsent: () => void;
  /** The same person has another dossier; or not, after all. */
  onSame: () => void;
  /** The whole personal number is on the screen now. */
  number: string | null;
  onNumber: () => void;
  onTask: (task: Task) => void;
}

export function Dossier(props: DossierProps) {
  const { view } = props;
  const { t, language } = useText();
  return (
    <Screen bar={<DossierBar {...props} />} actions={view.movedTo === null && <Actions {...props} />}>
      {view.movedTo !== null && <Note icon={Eye} tone="here">{t('dossier.moved', { unit: view.movedTo })}</Note>}
      {view.lentUntil !== null && <Note icon={Clock} tone="wait">{t('dossier.lent', { when: moment(view.lentUntil, view.now, language) })}</Note>}
      {view.unitedWith !== null && <Note icon={GitMerge} tone="good">{t('say.united', { who: view.unitedWith })}</Note>}
      {view.conflicts.map((conflict) => (
        <ConflictCard key={conflict.field} conflict={conflict} onChoose={() => props.onConflict(conflict)} />
      ))}
      <Previews view={view} />
      {view.sameAs && <Note icon={GitMerge} tone="wait">{t('dossier.same', { who: view.sameAs.name })}</Note>}
      <AtHome {...props} />
      <Stepper view={view.card} now={view.now} onOpen={() => props.onSteps('card')} />
      <Stepper view={view.eid} now={view.now} onOpen={() => props.onSteps('eid')} />
      <Reasons view={view} onReason={props.onReason} />
      <Work lines={view.work} now={view.now} />
      <Contact {...props} />
    </Screen>
  );
}

function DossierBar({ view, onBack, onCall }: DossierProps) {
  const text = useText();
  const { t } = text;
  return (
    <Bar
      title={<Name name={view.name} />}
      sub={factsLine(view, text)}
      leave={{ by: 'arrow', onLeave: onBack }}
      actions={
        view.phone !== null && <IconButton icon={Phone} label={t('app.call', { who: view.name })} onPress={onCall} />
      }
    >
      <ul class="bar-facts">
        <BarFact icon={House}>{t(`residence.${view.residence}`)}</BarFact>
        {view.home && <BarFact icon={Users}>{t('dossier.household', { n: view.home.members.length })}</BarFact>}
        {view.here > 0 && <BarFact icon={Smartphone}>{t('dossier.unsent', { n: view.here })}</BarFact>}
      </ul>
    </Bar>
  );
}

function Actions({ onVisit, onGuide }: DossierProps) {
  const { t } = useText();
  return (
    <>
      <Button icon={DoorOpen} onPress={onVisit}>
        {t('dossier.visit')}
      </Button>
      <Button look="primary" wide icon={MessagesSquare} onPress={onGuide}>
        {t('dossier.guide')}
      </Button>
    </>
  );
}

/** What else is to be done in the same home, at hand before the boat goes on. */
function AtHome({ view, onTask }: DossierProps) {
  const { t } = useText();
  if (view.home === null || view.home.tasks.length === 0) return null;
  return (
    <Card icon={House} title={t('dossier.at-home')} group aside={t('today.tasks', { n: view.home.tasks.length })}>
      <ul>
        {view.home.tasks.map((task) => <TaskRow key={task.id} task={task} now={view.now} onOpen={() => onTask(task)} />)}
      </ul>
    </Card>
  );
}

/** A colleague's work that the server has not confirmed: dashed, and never mixed with what is. */
function Previews({ view: { previews } }: { view: DossierView }) {
  const text = useText();
  const { t } = text;
  if (previews.length === 0) return null;
  return (
    <Card icon={Eye} title={t('dossier.previews')}>
      <ul class="previews">
        {previews.map(({ from, said }, index) => (
          <li key={index} class="preview">
            {said.map((one, at) => <span key={at}>{saidWords(one, text)}</span>)}
            <span class="small soft">{t('state.preview', { who: from })}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Reasons({ view, onReason }: { view: DossierView; onReason: (funnel: Funnel) => void }) {
  const { t } = useText();
  if (view.reasons.length === 0) return null;
  return (
    <Card title={t('dossier.reason')}>
      <ul>
        {view.reasons.map(({ funnel, reason, state }) => (
          <Row
            key={funnel}
            icon={CircleHelp}
            title={reason === null ? t('dossier.reason.unknown') : t(`reason.${reason}` as 'reason.z-other')}
            sub={t(`dossier.reason.${funnel}`)}
            aside={state === 'received' ? undefined : <StateChip state={state} />}
            onOpen={() => onReason(funnel)}
          />
        ))}
      </ul>
    </Card>
  );
}

function Work({ lines, now }: { lines: WorkLine[]; now: LocalMinute }) {
  const text = useText();
  const { t } = text;
  return (
    <Card title={t('dossier.work')}>
      {lines.length === 0 && <p class="card-body soft">{t('dossier.work.none')}</p>}
      <ul>
        {lines.map((line) => {
          const isReceived = line.state === 'received';
          return (
            <Row
              key={line.id}
              icon={workIcon(line)}
              title={workWords(line.what, text)}
              sub={
                <>
                  {workFacts(line, now)}
                  {!isReceived && (
                    <div>
                      <StateWord state={line.state} />
                    </div>
                  )}
                </>
              }
              aside={isReceived ? <StateMark state="received" /> : undefined}
            />
          );
        })}
      </ul>
    </Card>
  );
}

function workIcon({ what }: WorkLine): Icon {
  switch (what.kind) {
    case 'visit':
      return what.result === 'met' ? DoorOpen : DoorClosed;
    case 'session':
      return MessagesSquare;
    case 'step':
      if (what.step.endsWith('returned')) return Undo2;
      return what.step.startsWith('card') ? IdCard : BadgeCheck;
  }
}

function workFacts({ at, by, note }: WorkLine, now: LocalMinute): string {
  const when = now - at < 1440 ? `${day(at, now)}, ${clock(at)}` : day(at, now);
  return [when, by, note && `“${note}”`].filter(Boolean).join(' · ');
}

/** The last digits, and for whoever may see more the whole number, which is written down. */
function NumberRow({ view: { last3, hasNumber }, number, onNumber }: DossierProps) {
  const { t } = useText();
  if (number !== null) return <Row icon={IdCard} title={personalNumber(number)} sub={t('dossier.number.shown')} />;
  if (last3 === null) return null;
  return (
    <Row
      icon={IdCard} title={`••• ${last3}`} sub={t(hasNumber ? 'dossier.number.show' : 'dossier.number')}
      {...(hasNumber ? { onOpen: onNumber } : {})}
    />
  );
}

function Contact(props: DossierProps) {
  const { view, onHistory } = props;
  const { t } = useText();
  const consent = () => {
    if (view.consent === null) return t('dossier.consent.none');
    const when = { day: day(view.consent.at, view.now) };
    return view.consent.given ? t('dossier.consent.given', when) : t('dossier.consent.withdrawn', when);
  };
  const may = <Open extends () => void>(open: Open) => (view.movedTo === null ? { onOpen: open } : {});
  const home = view.home === null ? t('dossier.home.none') : [capital(view.home.of), view.home.canal].filter(Boolean).join(' · ');
  return (
    <Card title={t('dossier.contact')}>
      <ul>
        <Row
          icon={Phone}
          title={view.phone === null ? t('dossier.phone.none') : phone(view.phone)}
          sub={view.phone === null || view.phoneOwner === 'unknown' ? t('dossier.phone') : t(`phone-owner.${view.phoneOwner}`)}
          {...may(props.onFacts)}
        />
        <NumberRow {...props} />
        <Row icon={House} title={home} sub={view.address || t('dossier.home')} {...may(props.onHome)} />
        {view.note !== '' && <Row icon={PencilLine} title={view.note} sub={t('field.note')} {...may(props.onFacts)} />}
        <Row icon={CircleCheck} title={consent()} sub={t('dossier.consent')} {...may(props.onConsent)} />
        <Row icon={PencilLine} title={t('facts.title')} sub={t('facts.line')} {...may(props.onFacts)} />
        <Row
          icon={GitMerge} title={view.sameAs === null ? t('dossier.same.mark') : t('dossier.same.end')} sub={t('dossier.same.line')}
          {...may(props.onSame)}
        />
        <Row
          icon={History}
          title={t('dossier.history')}
          sub={t('dossier.history.count', { n: view.historyEntries })}
          onOpen={onHistory}
        />
      </ul>
    </Card>
  );
}
