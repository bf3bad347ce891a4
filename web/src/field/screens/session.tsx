/** Writing a guidance session down: where, what, who, and the result for each person. */
import './session.css';
import { useState } from 'preact/hooks';
import type { Icon } from '../../design/icons.tsx';
import {
  BadgeCheck, CalendarClock, Check, ChevronDown, ChevronRight, CornerDownRight, Cross, Minus, OctagonMinus, PencilLine, Plus,
  Send, UserPlus,
} from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice, IconButton } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Choices, Field } from '../../parts/field.tsx';
import { Name } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { clock } from '../../text/format.ts';
import { resultWord, serviceWord } from '../../text/said.ts';
import { useText } from '../../text/text.ts';
import { checklist, isDone, toggledStep } from '../checklists.ts';
import type {
  PackedDate, PlaceKindName, ResultName, ServiceLine, ServiceName, SessionDraft, SessionKindName, SessionPerson, SessionStep,
  SessionView, SpokenLanguage,
} from '../model.ts';

export interface SessionProps {
  view: SessionView;
  onEdit: (draft: SessionDraft) => void;
  onAddPerson: () => void;
  onReason: (person: SessionPerson) => void;
  /** A place that nobody wrote down yet. */
  onPlace: (name: string, kind: PlaceKindName) => void;
  onSave: () => void;
  onClose: () => void;
}

const STEPS: SessionStep[] = ['where', 'what', 'who', 'result'];
const PLACES: SessionKindName[] = ['home', 'group', 'school', 'company', 'desk', 'police-post', 'remote', 'propaganda'];
const RESULTS: { result: ResultName; icon: Icon }[] = [
  { result: 'done', icon: BadgeCheck },
  { result: 'submitted', icon: Send },
  { result: 'later', icon: CalendarClock },
  { result: 'blocked', icon: OctagonMinus },
  { result: 'draft', icon: PencilLine },
  { result: 'referred', icon: CornerDownRight },
  { result: 'declined', icon: Cross },
];
/** From so many people on, one tap may answer for all. */
const SAME_FOR_ALL_FROM = 3;
/** Days after which to go on. */
const AGAIN_DAYS = [1, 3, 7];
const LANGUAGES: SpokenLanguage[] = ['vi', 'km', 'other'];
const MINUTES = [15, 30, 60, 90, 120];
/** Which places a session of a sort is held at, and what a new one is. */
const HELD_AT: Partial<Record<SessionKindName, PlaceKindName[]>> = {
  group: ['hall', 'worship', 'market', 'landing', 'other'], school: ['school'], company: ['company', 'boarding-house'],
};
const OTHERS_MAX = 999;

export function Session(props: SessionProps) {
  const { view, onClose } = props;
  const { t } = useText();
  const sub = view.draft.savedAt !== null && (
    <>
      <PencilLine size={15} />
      {t('session.draft', { time: clock(view.draft.savedAt) })}
    </>
  );
  const bar = (
    <Bar plain title={t('session.title')} sub={sub} leave={{ by: 'cross', onLeave: onClose }}>
      <StepList {...props} />
    </Bar>
  );
  return (
    <Screen bar={bar} actions={<Forward {...props} />}>
      {view.updateWaits && <Note icon={Check} tone="here">{t('session.update')}</Note>}
      <h2 class="question">{t(`session.${view.draft.step}`)}</h2>
      <Question {...props} />
    </Screen>
  );
}

function StepList({ view: { draft }, onEdit }: SessionProps) {
  const { t } = useText();
  const now = STEPS.indexOf(draft.step);
  return (
    <ol class="form-steps" aria-label={t('session.steps')}>
      {STEPS.map((step, index) => (
        <li key={step} class={index < now ? 'done' : index === now ? 'now' : 'later'}>
          <button
            type="button"
            aria-current={index === now ? 'step' : undefined}
            aria-disabled={index > now}
            onClick={() => index < now && onEdit({ ...draft, step })}
          >
            {index < now && <Check size={14} stroke={2.4} />}
            {t(`session.step.${step}`)}
          </button>
        </li>
      ))}
    </ol>
  );
}

function Question(props: SessionProps) {
  const { view, onEdit } = props;
  const { draft } = view;
  const { t } = useText();
  switch (view.draft.step) {
    case 'where':
      return (
        <>
          <div class="choices stacked">
            {PLACES.map((where) => (
              <Choice
                key={where} chosen={draft.where === where} chosenIcon={Check} onPress={() => onEdit({ ...draft, where, heldAt: null })}
              >
                {t(`session-kind.${where}`)}
              </Choice>
            ))}
          </div>
          <HeldAt key={draft.where} {...props} />
        </>
      );
    case 'what':
      return <What {...props} />;
    case 'who':
      return <Who {...props} />;
    case 'result':
      return <Results {...props} />;
  }
}

/** Schools, companies, halls: those known, or a new one by its name. */
function HeldAt({ view: { draft, places }, onEdit, onPlace }: SessionProps) {
  const { t } = useText();
  const [name, write] = useState('');
  const kinds = draft.where === null ? undefined : HELD_AT[draft.where];
  if (kinds === undefined) return null;
  return (
    <>
      <Choices label={t('session.held-at')}>
        {places.filter(({ kind }) => kinds.includes(kind)).map((place) => (
          <Choice
            key={place.document} chosen={draft.heldAt?.document === place.document} chosenIcon={Check}
            onPress={() => onEdit({ ...draft, heldAt: { document: place.document, name: place.name } })}
          >
            {place.name}
          </Choice>
        ))}
      </Choices>
      <Field label={t('session.held-at.new')} value={name} onInput={write} />
      {name.trim() !== '' && (
        <Button icon={Plus} onPress={() => onPlace(name, kinds[0] ?? 'other')}>{t('session.held-at.add')}</Button>
      )}
    </>
  );
}

/** What teams do themselves first; the decision's services behind one tap, and found by their words. */
function What({ view: { draft, services }, onEdit }: SessionProps) {
  const text = useText();
  const { t } = text;
  const [all, showAll] = useState(draft.service?.startsWith('d06-') ?? false);
  const listed = services.filter(({ code }) => code !== '');
  const choice = ({ name, code, lead }: ServiceLine) => (
    <Choice
      key={name} chosen={draft.service === name} chosenIcon={Check} onPress={() => onEdit({ ...draft, service: name, steps: 0 })}
    >
      {serviceWord(name, text)}
      {code !== '' && <span class="small"> · {t(`lead.${lead}` as 'lead.police')}</span>}
    </Choice>
  );
  return (
    <>
      <div class="choices stacked">
        {services.filter(({ code }) => code === '').map(choice)}
        {listed.length > 0 && !all && (
          <Choice icon={ChevronDown} chosen={false} onPress={() => showAll(true)}>{t('session.all-services', { n: listed.length })}</Choice>
        )}
        {all && listed.map(choice)}
      </div>
    </>
  );
}

/** What to have and to do, ticked as it is done. */
function Checklist({ view: { draft }, onEdit }: SessionProps) {
  const { t } = useText();
  const list = draft.service === null ? [] : checklist(draft.service);
  const steps = draft.steps ?? 0;
  if (list.length === 0) return null;
  const done = list.filter((_, n) => isDone(steps, n)).length;
  return (
    <details class="card more">
      <summary class="more-title">{t('session.checklist')} <span class="soft">{done}/{list.length}</span></summary>
      <div class="choices stacked card-body">
        {list.map((item, n) => (
          <Choice
            key={item} chosen={isDone(steps, n)} chosenIcon={Check} onPress={() => onEdit({ ...draft, steps: toggledStep(steps, n) })}
          >
            {t(`todo.${item}`)}
          </Choice>
        ))}
      </div>
    </details>
  );
}

/** What a report asks for and nobody is kept waiting by. */
function Details({ view: { draft }, onEdit }: SessionProps) {
  const { t } = useText();
  return (
    <details class="card more">
      <summary class="more-title">{t('session.details')}</summary>
      <div class="form card-body">
        <Choices label={t('session.minutes')}>
          {MINUTES.map((minutes) => (
            <Choice key={minutes} chosen={draft.minutes === minutes} chosenIcon={Check} onPress={() => onEdit({ ...draft, minutes })}>
              {t('session.minutes.n', { n: minutes })}
            </Choice>
          ))}
        </Choices>
        <Choices label={t('consent.language')}>
          {LANGUAGES.map((language) => (
            <Choice key={language} chosen={draft.language === language} chosenIcon={Check} onPress={() => onEdit({ ...draft, language })}>
              {t(`language.${language}`)}
            </Choice>
          ))}
        </Choices>
        <Field label={t('session.obstacles')} lines={2} value={draft.obstacles ?? ''} onInput={(obstacles) => onEdit({ ...draft, obstacles })} />
        <Field
          label={t('visit.note')} help={t('session.secret')} lines={2} value={draft.note ?? ''}
          onInput={(note) => onEdit({ ...draft, note })}
        />
      </div>
    </details>
  );
}

function Who({ view: { draft }, onEdit, onAddPerson }: SessionProps) {
  const { t } = useText();
  return (
    <>
      {draft.people.length > 0 && (
        <ul class="card">
          {draft.people.map((person) => (
            <li key={person.document} class="session-person">
              <span>
                <Name name={person.name} />
                {person.birthYear !== null && <span class="soft"> · {person.birthYear}</span>}
              </span>
              <IconButton
                icon={Cross}
                label={t('session.who.remove', { who: person.name })}
                onPress={() => onEdit({ ...draft, people: draft.people.filter((one) => one !== person) })}
              />
            </li>
          ))}
        </ul>
      )}
      <Button icon={UserPlus} onPress={onAddPerson}>
        {t('session.who.add')}
      </Button>
    </>
  );
}

function Results(props: SessionProps) {
  const { view: { draft }, onEdit, onReason } = props;
  const change = (person: SessionPerson, result: ResultName) => {
    const again = result === 'later' ? (person.again ?? null) : null;
    const changed = { ...person, result, again, reason: result === 'blocked' ? person.reason : null };
    onEdit({ ...draft, people: draft.people.map((one) => (one === person ? changed : one)) });
  };
  const { t } = useText();
  const all = (result: ResultName) =>
    onEdit({ ...draft, people: draft.people.map((one) => ({ ...one, result, reason: null, again: null })) });
  return (
    <>
      {draft.people.length >= SAME_FOR_ALL_FROM && (
        <section class="card person-result">
          <h3 class="person-result-name">{t('session.for-all', { n: draft.people.length })}</h3>
          <ResultChoices label={t('session.for-all', { n: draft.people.length })} service={draft.service} chosen={null} onResult={all} />
        </section>
      )}
      {draft.people.map((person) => (
        <PersonResult
          key={person.document}
          person={person}
          service={draft.service}
          onResult={(result) => change(person, result)}
          onReason={() => onReason(person)}
          onAgain={(again) => onEdit({ ...draft, people: draft.people.map((one) => (one === person ? { ...one, again } : one)) })}
        />
      ))}
      <Others {...props} />
      <Checklist {...props} />
      <Details {...props} />
    </>
  );
}

interface PersonResultProps {
  person: SessionPerson;
  service: ServiceName | null;
  onResult: (result: ResultName) => void;
  onReason: () => void;
  onAgain: (again: PackedDate | null) => void;
}

interface ResultChoicesProps {
  label: string;
  service: ServiceName | null;
  chosen: ResultName | null;
  onResult: (result: ResultName) => void;
}

/** Of a service without a result of its own, "done" is all that can be said. */
function ResultChoices({ label, service, chosen, onResult }: ResultChoicesProps) {
  const text = useText();
  const hidden: ResultName[] =
    service === 'activate' ? ['submitted'] : isHandedIn(service) ? ['done'] : ['submitted'];
  return (
    <div class="choices" role="group" aria-label={label}>
      {RESULTS.filter(({ result }) => !hidden.includes(result)).map(({ result, icon }) => (
        <Choice key={result} icon={icon} chosen={chosen === result} chosenIcon={Check} onPress={() => onResult(result)}>
          {resultWord(result, service, text)}
        </Choice>
      ))}
    </div>
  );
}

function isHandedIn(service: ServiceName | null): boolean {
  return service === 'submit' || (service?.startsWith('d06-') ?? false);
}

/** The day so many days from today, packed. */
function inDays(days: number): PackedDate {
  const day = new Date(Date.now() + days * 86_400_000);
  return day.getFullYear() * 10_000 + (day.getMonth() + 1) * 100 + day.getDate();
}

function PersonResult({ person, service, onResult, onReason, onAgain }: PersonResultProps) {
  const { t } = useText();
  return (
    <section class="card person-result">
      <h3 class="person-result-name">
        <Name name={person.name} />
        {person.birthYear !== null && <span class="soft small"> · {person.birthYear}</span>}
      </h3>
      <ResultChoices label={person.name} service={service} chosen={person.result} onResult={onResult} />
      {person.result === 'later' && (
        <Choices label={t('visit.when')}>
          {AGAIN_DAYS.map((days) => (
            <Choice
              key={days} chosen={person.again === inDays(days)} chosenIcon={Check}
              onPress={() => onAgain(person.again === inDays(days) ? null : inDays(days))}
            >
              {t(`again.${days as 1 | 3 | 7}`)}
            </Choice>
          ))}
        </Choices>
      )}
      {person.result === 'blocked' && (
        <button type="button" class="blocked-by" onClick={onReason}>
          <CornerDownRight size={18} />
          <span class="blocked-by-words">
            <span class="small soft">{t('session.blocked')}</span>
            <span class="strong">
              {person.reason === null ? t('session.blocked.choose') : t(`reason.${person.reason}` as 'reason.z-other')}
            </span>
          </span>
          <ChevronRight size={20} />
        </button>
      )}
    </section>
  );
}

function Others({ view: { draft }, onEdit }: SessionProps) {
  const { t } = useText();
  const set = (others: number) => onEdit({ ...draft, others: Math.min(Math.max(others, 0), OTHERS_MAX) });
  return (
    <section class="others">
      <div class="others-words">
        <h3 class="others-title">{t('session.others')}</h3>
        <p class="small soft">{t('session.others.help')}</p>
      </div>
      <div class="others-count">
        <IconButton icon={Minus} label={t('session.fewer')} onPress={() => set(draft.others - 1)} />
        <output class="others-number">{draft.others}</output>
        <IconButton icon={Plus} label={t('session.more')} onPress={() => set(draft.others + 1)} />
      </div>
    </section>
  );
}

/** Goes on, or says what is missing. */
function Forward({ view, onEdit, onSave }: SessionProps) {
  const { t } = useText();
  if (view.draft.step === 'result') {
    return (
      <Button look="primary" wide icon={Check} onPress={onSave}>
        {t('session.save')}
      </Button>
    );
  }
  const following = STEPS[STEPS.indexOf(view.draft.step) + 1] ?? 'result';
  // Whoever is known already is not asked for again.
  const next = following === 'who' && view.draft.people.length > 0 ? 'result' : following;
  const missing = () => {
    if (view.draft.step === 'where' && view.draft.where === null) return t('session.need.where');
    return view.draft.step === 'what' && view.draft.service === null ? t('session.need.what') : undefined;
  };
  return (
    <Button look="primary" wide blockedBy={missing()} onPress={() => onEdit({ ...view.draft, step: next })}>
      {t('app.next')}
    </Button>
  );
}
