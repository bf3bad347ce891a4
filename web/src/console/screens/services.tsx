/** Services: how much of each domain is received online, who was guided, what stands in the way. */
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { day, number, servedPercent } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { FreshnessAnswer, ReportedAnswer, ServiceAnswer, ServicesAnswer, UnitProgress } from '../api.ts';
import { minuteOf } from '../time.ts';
import { countOf } from '../views.ts';
import { StillOut } from './contact.tsx';

/** Domains whose offices report what they receive. */
const DOMAINS = ['fire-safety', 'seals', 'residence', 'immigration', 'traffic'] as const;

/** What is offered, of what is wanted. */
const DEPLOYED = ['police-services', 'other-services', 'further-services'] as const;

interface RateLine {
  id: string;
  name: string;
  whole: number;
  part: number;
  /** `null`: no denominator. */
  percent: string | null;
}

export function OnlineRates({ unit, asOf, fresh }: { unit: UnitProgress; asOf: string; fresh: FreshnessAnswer | null }) {
  const text = useText();
  const { t } = text;
  const domains = DOMAINS.map((id): RateLine => rate(unit, `reported-${id}-online`, `reported-${id}-received`, t(`online.${id}`)));
  const deployed = DEPLOYED.map((id): RateLine => rate(unit, `reported-${id}-deployed`, `reported-${id}-wanted`, t(`deployed.${id}`)));
  const columns = (whole: string, part: string): Column<RateLine, string>[] => [
    { id: 'what', name: t('console.col.what'), isHead: true, cell: ({ name }) => name },
    { id: 'part', name: part, isNumber: true, cell: (line) => number(line.part, text.language) },
    { id: 'whole', name: whole, isNumber: true, cell: (line) => (line.whole === 0 ? t('none') : number(line.whole, text.language)) },
    { id: 'rate', name: t('progress.col.rate'), isNumber: true, cell: ({ percent }) => (percent === null ? t('none') : servedPercent(percent, text.language)) },
  ];
  return (
    <section class="card" data-part="online">
      <h2 class="page-head">
        {t('online.title')} <StillOut asOf={asOf} fresh={fresh} />
      </h2>
      <Table label={t('online.title')} columns={columns(t('online.received'), t('online.online'))} rows={domains} keyOf={({ id }) => id} />
      <h3 class="page-head">{t('deployed.title')}</h3>
      <Table label={t('deployed.title')} columns={columns(t('deployed.wanted'), t('deployed.deployed'))} rows={deployed} keyOf={({ id }) => id} />
    </section>
  );
}

/** The rate as the server cut it. */
function rate(unit: UnitProgress, part: string, whole: string, name: string): RateLine {
  const served = unit.parts.find((one) => one.indicator === part && one.of === whole);
  return { id: part, name, part: countOf(unit, part), whole: countOf(unit, whole), percent: served?.percent ?? null };
}

export interface ServicesProps {
  answer: ServicesAnswer;
  reported: ReportedAnswer[];
  fresh: FreshnessAnswer | null;
  now: number;
}

export function Services({ answer, reported, fresh, now }: ServicesProps) {
  const text = useText();
  const { t } = text;
  const guided = answer.services.filter((one) => one.sessions > 0 || one.guided > 0);
  return (
    <section class="card" data-part="services">
      <h2 class="page-head">
        {t('services.title')}{' '}
        <span class="small soft">
          · {t('services.begun', { n: guided.filter(isListed).length, all: answer.services.filter(isListed).length })}
        </span>{' '}
        <StillOut asOf={answer.as_of} fresh={fresh} />
      </h2>
      <Table label={t('services.title')} columns={columns(text)} rows={[...guided, ...answer.services.filter((one) => !guided.includes(one))]} keyOf={({ service }) => String(service)} />
      <h3 class="page-head">
        {t('obstacles.title')}{' '}
        <span class="small soft">
          · {t('obstacles.counts', { n: answer.obstacles, sessions: answer.sessions_with_obstacles, solved: answer.solved, methods: answer.methods })}
        </span>
      </h3>
      {reported.length === 0 ? <p class="page-head soft">{t('obstacles.none')}</p> : <Reported reported={reported} now={now} text={text} />}
    </section>
  );
}

const isListed = (one: ServiceAnswer) => one.code !== '';

function Reported({ reported, now, text }: { reported: ReportedAnswer[]; now: number; text: Text }) {
  const { t } = text;
  return (
    <Table
      label={t('obstacles.title')}
      columns={[
        { id: 'text', name: t('obstacles.text'), isHead: true, cell: (one: ReportedAnswer) => one.text },
        { id: 'kind', name: t('obstacles.kind'), cell: ({ kind }) => t(`obstacles.${kind}`) },
        { id: 'unit', name: t('progress.col.unit'), cell: (one) => one.unit_name },
        { id: 'at', name: t('obstacles.at'), cell: ({ at }) => day(minuteOf(at), now) },
      ]}
      rows={reported}
      keyOf={(one) => `${one.unit} ${one.at} ${one.kind} ${one.text}`}
    />
  );
}

/** Reasons named in a line; the rest are many and each of them rare. */
const REASONS_MAX = 3;

function columns({ t, language }: Text): Column<ServiceAnswer, string>[] {
  const n = (count: number) => number(count, language);
  const words = (one: ServiceAnswer) => {
    const key = `service.${one.name}`;
    return isPlainKey(key) ? t(key) : t('service.other');
  };
  const reasons = ({ blocked }: ServiceAnswer) =>
    blocked.slice(0, REASONS_MAX).map(({ reason, count }) => {
      const key = `reason.${reason}`;
      return `${isPlainKey(key) ? t(key) : reason} (${n(count)})`;
    });
  const because = (one: ServiceAnswer) => {
    if (one.blocked.length > 0) return reasons(one).join(', ');
    return one.guided === 0 && one.sessions === 0 ? <span class="soft">{t('services.nobody')}</span> : t('none');
  };
  return [
    {
      id: 'service', name: t('services.service'), isHead: true,
      cell: (one) => (
        <span data-service={one.service}>
          {words(one)}
          {one.code !== '' && <span class="figure-note small soft">{one.code}</span>}
        </span>
      ),
    },
    { id: 'sessions', name: t('indicator.sessions'), isNumber: true, cell: (one) => n(one.sessions) },
    { id: 'guided', name: t('services.guided'), isNumber: true, cell: (one) => n(one.guided) },
    { id: 'submitted', name: t('services.submitted'), isNumber: true, cell: (one) => n(one.submitted) },
    { id: 'activated', name: t('step.eid-activated'), isNumber: true, cell: (one) => n(one.activated) },
    { id: 'finished', name: t('services.finished'), isNumber: true, cell: (one) => n(one.finished) },
    { id: 'because', name: t('services.because'), cell: because },
  ];
}
