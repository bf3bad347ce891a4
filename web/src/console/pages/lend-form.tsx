/** A day list: single dossiers lent to a phone until a day is over, in the order in which they are to be called on. */
import { useState } from 'preact/hooks';
import { Check, Cross, Info, Smartphone, UserPlus, Users } from '../../design/icons.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Card, Note, Row } from '../../parts/card.tsx';
import { Choices, Field } from '../../parts/field.tsx';
import { clock, fullDay } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { CohortAnswer, DeviceAnswer, DossierLineAnswer, LoanAnswer } from '../api.ts';
import { Refusal } from '../api.ts';
import type { PageProps } from '../signed-in.ts';
import { dayOf, minuteOf, secondsOfDay } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { UnitChoice } from './invite-form.tsx';
import { ProblemNote } from './page-parts.tsx';

export interface LendFormProps extends PageProps {
  device: DeviceAnswer;
  onNo: () => void;
}

/** How many whole days after today a list lasts at most that is made here. */
const DAYS = [0, 1, 6] as const;
const DAY_MINUTES = 24 * 60;
/** Found people that are offered; more letters find fewer. */
const OFFERED_MAX = 8;

export function LendForm({ api, units, place, frame, device, onNo }: LendFormProps) {
  const { t } = useText();
  const [path, setPath] = useState(place.path);
  const [typed, type] = useState('');
  const [list, setList] = useState<DossierLineAnswer[]>([]);
  /** Of the list that was lent last: for whom there was no room. */
  const [left, leave] = useState(0);
  const [whole, takeWhole] = useState<CohortAnswer | null>(null);
  const [days, setDays] = useState<(typeof DAYS)[number]>(0);
  const [turn, next] = useState(0);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const unit = path.at(-1);
  const found = useAnswer(`lend ${unit} ${typed}`, 0, async () => (unit === undefined || typed.trim() === '' ? [] : (await api.dossiers(unit, typed, null)).lines));
  const lists = useAnswer(`lend lists ${unit}`, 0, async () => (unit === undefined ? [] : api.cohorts(unit, null, place.percents)));
  const loans = useAnswer(`loans ${device.device}`, turn, () => api.loans(device.device));
  const settle = <Made,>(work: Promise<Made>, then: (made: Made) => void) => {
    work.then(
      (made) => {
        setProblem(null);
        then(made);
        next(turn + 1);
      },
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    );
  };
  const until = secondsOfDay(dayOf(frame.now + (days + 1) * DAY_MINUTES));
  const lend = () => {
    const alone = async () => {
      await api.lend(device.device, list.map(({ document }) => document), until);
      return 0;
    };
    settle(whole === null ? alone() : api.lendList(device.device, whole.import, until), (rest) => {
      setList([]);
      takeWhole(null);
      leave(rest);
    });
  };
  const offered = (found.value ?? []).filter(({ document }) => list.every((one) => one.document !== document)).slice(0, OFFERED_MAX);
  return (
    <section class="card page-body" role="group" aria-label={t('devices.step.lend')}>
      <Note icon={Info} tone="act">{t('lend.why', { who: device.label })}</Note>
      <ProblemNote problem={problem ?? found.problem ?? lists.problem ?? loans.problem} />
      {left > 0 && <Note icon={Info} tone="act">{t('lend.left', { n: left })}</Note>}
      <Current loans={loans.value ?? []} onEnd={(loan) => settle(api.endLoan(device.device, loan.number), () => undefined)} />
      <div class="page-buttons">
        <UnitChoice units={units} path={path} onPath={setPath} />
      </div>
      {(lists.value ?? []).length > 0 && (
        <Choices label={t('lend.whole')}>
          {lists.value?.map((one) => (
            <Choice
              key={one.import} chosen={whole?.import === one.import} chosenIcon={Check}
              onPress={() => takeWhole(whole?.import === one.import ? null : one)}
            >
              {t('lend.whole.of', { list: one.list, n: Math.max(one.with_card.left, one.with_eid.left) })}
            </Choice>
          ))}
        </Choices>
      )}
      {whole === null ? <Field label={t('lend.who')} value={typed} onInput={type} /> : <Note icon={Info}>{t('lend.whole.what')}</Note>}
      {whole === null && (
        <ul aria-label={t('lend.found')}>
          {offered.map((one) => (
            <Row key={one.document} icon={UserPlus} title={one.name} sub={aboutOf(one)} onOpen={() => setList([...list, one])} />
          ))}
        </ul>
      )}
      {whole === null && list.length > 0 && (
        <Card title={t('lend.list', { n: list.length })} group>
          <ul>
            {list.map((one, at) => (
              <Row
                key={one.document} icon={Users} title={`${at + 1}. ${one.name}`} sub={aboutOf(one)}
                aside={<Button look="quiet" icon={Cross} onPress={() => setList(list.filter((other) => other !== one))}>{t('lend.leave-out')}</Button>}
              />
            ))}
          </ul>
        </Card>
      )}
      <Choices label={t('lend.until')}>
        {DAYS.map((one) => (
          <Choice key={one} chosen={days === one} chosenIcon={Check} onPress={() => setDays(one)}>{t(`lend.days.${one}`)}</Choice>
        ))}
      </Choices>
      <div class="page-buttons">
        <Button icon={Check} blockedBy={whole === null && list.length === 0 ? t('lend.nobody') : undefined} onPress={lend}>
          {t('devices.step.lend')}
        </Button>
        <Button look="quiet" icon={Cross} onPress={onNo}>{t('app.back')}</Button>
      </div>
    </section>
  );
}

/** What the phone may read now beyond its own units. */
function Current({ loans, onEnd }: { loans: LoanAnswer[]; onEnd: (loan: LoanAnswer) => void }) {
  const { t } = useText();
  const current = loans.filter(({ is_current }) => is_current);
  if (current.length === 0) return null;
  return (
    <Card title={t('lend.current')} group>
      <ul>
        {current.map((loan) => (
          <Row
            key={loan.number}
            icon={Smartphone}
            title={loanWord(loan, t)}
            sub={t('lend.over', { when: `${clock(minuteOf(loan.until))} ${fullDay(minuteOf(loan.until))}` })}
            aside={<Button look="quiet" icon={Cross} onPress={() => onEnd(loan)}>{t('lend.end')}</Button>}
          />
        ))}
      </ul>
    </Card>
  );
}

function loanWord({ purpose, title, dossiers }: LoanAnswer, t: Text['t']): string {
  const n = dossiers.length;
  if (purpose === 'look-up') return t('lend.look-up', { n });
  return title === '' ? t('lend.day-list', { n }) : t('lend.list-of', { list: title, n });
}

function aboutOf({ birth_year: born, last3 }: DossierLineAnswer): string {
  return [born, last3 && `••• ${last3}`].filter(Boolean).join(' · ');
}
