/** Writing a guidance session down: where, what, who, and the result for each person. */
import './session.css';
import type { Icon } from '../../design/icons.tsx';
import {
  BadgeCheck, CalendarClock, Check, ChevronRight, CornerDownRight, Cross, Dots, Minus, OctagonMinus, PencilLine, Plus,
  Send, UserPlus,
} from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice, IconButton } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Name } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { clock } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type {
  ResultName, ServiceName, SessionDraft, SessionKindName, SessionPerson, SessionStep, SessionView,
} from '../model.ts';

export interface SessionProps {
  view: SessionView;
  onEdit: (draft: SessionDraft) => void;
  onAddPerson: () => void;
  onReason: (person: SessionPerson) => void;
  onSave: () => void;
  onClose: () => void;
}

const STEPS: SessionStep[] = ['where', 'what', 'who', 'result'];
const PLACES: SessionKindName[] = ['home', 'group', 'school', 'company', 'desk', 'police-post', 'remote', 'propaganda'];
const SERVICES: ServiceName[] = ['activate', 'password', 'submit', 'integrate', 'sim', 'other'];
const RESULTS: { result: ResultName; icon: Icon }[] = [
  { result: 'done', icon: BadgeCheck },
  { result: 'submitted', icon: Send },
  { result: 'later', icon: CalendarClock },
  { result: 'blocked', icon: OctagonMinus },
  { result: 'other', icon: Dots },
];
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
        <div class="choices stacked">
          {PLACES.map((where) => (
            <Choice key={where} chosen={draft.where === where} chosenIcon={Check} onPress={() => onEdit({ ...draft, where })}>
              {t(`session-kind.${where}`)}
            </Choice>
          ))}
        </div>
      );
    case 'what':
      return (
        <div class="choices stacked">
          {SERVICES.map((service) => (
            <Choice
              key={service}
              chosen={draft.service === service}
              chosenIcon={Check}
              onPress={() => onEdit({ ...draft, service })}
            >
              {t(`service.${service}`)}
            </Choice>
          ))}
        </div>
      );
    case 'who':
      return <Who {...props} />;
    case 'result':
      return <Results {...props} />;
  }
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
    const changed = { ...person, result, reason: result === 'blocked' ? person.reason : null };
    onEdit({ ...draft, people: draft.people.map((one) => (one === person ? changed : one)) });
  };
  return (
    <>
      {draft.people.map((person) => (
        <PersonResult
          key={person.document}
          person={person}
          service={draft.service}
          onResult={(result) => change(person, result)}
          onReason={() => onReason(person)}
        />
      ))}
      <Others {...props} />
    </>
  );
}

/** Only an activation is called so. */
export function resultWord(result: ResultName, service: ServiceName | null) {
  return result === 'done' && service !== 'activate' ? 'result.finished' : (`result.${result}` as const);
}

interface PersonResultProps {
  person: SessionPerson;
  service: ServiceName | null;
  onResult: (result: ResultName) => void;
  onReason: () => void;
}

function PersonResult({ person, service, onResult, onReason }: PersonResultProps) {
  const { t } = useText();
  return (
    <section class="card person-result">
      <h3 class="person-result-name">
        <Name name={person.name} />
        {person.birthYear !== null && <span class="soft small"> · {person.birthYear}</span>}
      </h3>
      <div class="choices" role="group" aria-label={person.name}>
        {RESULTS.filter(({ result }) => result !== (service === 'submit' ? 'done' : 'submitted')).map(({ result, icon }) => (
          <Choice key={result} icon={icon} chosen={person.result === result} chosenIcon={Check} onPress={() => onResult(result)}>
            {t(resultWord(result, service))}
          </Choice>
        ))}
      </div>
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
