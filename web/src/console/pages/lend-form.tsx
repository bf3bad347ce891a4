/** A day list: single dossiers lent to a phone until a day is over, in the order in which they are to be called on. */
import { useState } from 'preact/hooks';
import { Check, Cross, Info, Smartphone, UserPlus, Users } from '../../design/icons.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Card, Note, Row } from '../../parts/card.tsx';
import { Choices, Field } from '../../parts/field.tsx';
import { clock, fullDay } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { DeviceAnswer, DossierLineAnswer, LoanAnswer } from '../api.ts';
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
  const [days, setDays] = useState<(typeof DAYS)[number]>(0);
  const [turn, next] = useState(0);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const unit = path.at(-1);
  const found = useAnswer(`lend ${unit} ${typed}`, 0, async () => (unit === undefined || typed.trim() === '' ? [] : (await api.dossiers(unit, typed, null)).lines));
  const loans = useAnswer(`loans ${device.device}`, turn, () => api.loans(device.device));
  const settle = (work: Promise<unknown>, then: () => void) => {
    work.then(
      () => {
        setProblem(null);
        then();
        next(turn + 1);
      },
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    );
  };
  const until = secondsOfDay(dayOf(frame.now + (days + 1) * DAY_MINUTES));
  const lend = () => settle(api.lend(device.device, list.map(({ document }) => document), until), () => setList([]));
  const offered = (found.value ?? []).filter(({ document }) => list.every((one) => one.document !== document)).slice(0, OFFERED_MAX);
  return (
    <section class="card page-body" role="group" aria-label={t('devices.step.lend')}>
      <Note icon={Info} tone="act">{t('lend.why', { who: device.label })}</Note>
      <ProblemNote problem={problem ?? found.problem ?? loans.problem} />
      <Current loans={loans.value ?? []} onEnd={(loan) => settle(api.endLoan(device.device, loan.number), () => undefined)} />
      <div class="page-buttons">
        <UnitChoice units={units} path={path} onPath={setPath} />
      </div>
      <Field label={t('lend.who')} value={typed} onInput={type} />
      <ul aria-label={t('lend.found')}>
        {offered.map((one) => (
          <Row key={one.document} icon={UserPlus} title={one.name} sub={aboutOf(one)} onOpen={() => setList([...list, one])} />
        ))}
      </ul>
      {list.length > 0 && (
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
        <Button icon={Check} blockedBy={list.length === 0 ? t('lend.nobody') : undefined} onPress={lend}>
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
            title={t(loan.purpose === 'look-up' ? 'lend.look-up' : 'lend.day-list', { n: loan.dossiers.length })}
            sub={t('lend.over', { when: `${clock(minuteOf(loan.until))} ${fullDay(minuteOf(loan.until))}` })}
            aside={<Button look="quiet" icon={Cross} onPress={() => onEnd(loan)}>{t('lend.end')}</Button>}
          />
        ))}
      </ul>
    </Card>
  );
}

function aboutOf({ birth_year: born, last3 }: DossierLineAnswer): string {
  return [born, last3 && `••• ${last3}`].filter(Boolean).join(' · ');
}
