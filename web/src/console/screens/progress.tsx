/** How far a unit is, how fast, who is slowest and why; and how much of that is known. */
import './progress.css';
import { Calendar, Check, ChevronDown, CircleCheck, ClockAlert, Download, Flag, TrendingDown, TrendingUp } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Switch } from '../../parts/bar.tsx';
import { Note } from '../../parts/card.tsx';
import { PaceChart } from '../../parts/chart.tsx';
import { FreshnessBadge } from '../../parts/freshness.tsx';
import { FunnelBars } from '../../parts/funnel.tsx';
import { GoalBar } from '../../parts/progress.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { day, fullDay, number, percent } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { LocalMinute } from '../../field/model.ts';
import type { Pace, Page, ProgressView, SilenceView, UnitLine } from '../model.ts';

export type RankBy = 'unit' | 'team' | 'place' | 'reason';

export interface ProgressProps {
  view: ProgressView;
  rankBy: RankBy;
  onPage: (page: Page) => void;
  onUnit: (unit: string) => void;
  onCampaign: () => void;
  onAsOf: () => void;
  onExport: () => void;
  onSilent: () => void;
  onRankBy: (by: RankBy) => void;
}

export function Progress(props: ProgressProps) {
  const { view } = props;
  const { t } = useText();
  const actions = (
    <>
      <Button icon={Flag} onPress={props.onCampaign}>
        {view.campaign} <ChevronDown size={16} />
      </Button>
      <Button icon={Calendar} onPress={props.onAsOf}>
        {t('console.as-of', { day: fullDay(view.asOf) })} <ChevronDown size={16} />
      </Button>
      <Button icon={Download} onPress={props.onExport}>
        {t('console.export')}
      </Button>
    </>
  );
  return (
    <ConsolePage
      frame={view.frame}
      path={view.path}
      title={t('progress.title', { unit: view.unit })}
      actions={actions}
      onPage={props.onPage}
      onUnit={props.onUnit}
    >
      {view.isPast && (
        <Note icon={Calendar} tone="wait">
          {t('console.as-of.past', { day: fullDay(view.asOf) })}
        </Note>
      )}
      <Silence silence={view.silence} onSilent={props.onSilent} />
      <div class="progress-cards">
        <Headline view={view} />
        <PaceCard view={view} />
      </div>
      <Ranking {...props} />
    </ConsolePage>
  );
}

function Silence({ silence, onSilent }: { silence: SilenceView | null; onSilent: () => void }) {
  const { t } = useText();
  if (silence === null) return <Note icon={CircleCheck} tone="good">{t('fresh.all')}</Note>;
  const { phones, units, recordsAtLeast: records } = silence;
  return (
    <Note icon={ClockAlert} tone="act">
      <div class="silence">
        <span>
          <span class="strong">{t('fresh.stale')}</span> {t('fresh.stale.line', { phones, units, records })}
        </span>
        <button type="button" class="silence-open" onClick={onSilent}>
          {t('fresh.open')}
        </button>
      </div>
    </Note>
  );
}

function Headline({ view }: { view: ProgressView }) {
  const { t, language } = useText();
  const { done, target } = view;
  return (
    <section class="card progress-card">
      <div class="progress-card-head">
        <h2>{t('indicator.eid-activated')}</h2>
        <span class="small soft">{t('progress.source', { day: day(view.sourceDay, view.asOf) })}</span>
      </div>
      <div class="headline">
        <p class="headline-rate">{percent(done, target ?? 0, language)}</p>
        <p class="small">
          <span class="strong">
            {number(done, language)} / {target === null ? t('none') : number(target, language)}
          </span>
          <br />
          <span class="soft">
            {target === null ? t('results.no-target') : t('progress.left', { n: Math.max(0, target - done) })}
          </span>
        </p>
      </div>
      <FunnelBars bars={view.funnel} target={target} />
    </section>
  );
}

function PaceCard({ view }: { view: ProgressView }) {
  const { t } = useText();
  const { chart } = view;
  if (chart === null) return null;
  const daysLeft = Math.max(0, Math.floor(chart.end / 1440) - Math.floor(view.asOf / 1440));
  return (
    <section class="card progress-card">
      <div class="progress-card-head">
        <h2>
          {t('progress.pace')} <span class="small soft">{t('progress.days-left', { days: daysLeft, day: day(chart.end, view.asOf) })}</span>
        </h2>
        <Forecast forecast={chart.forecast} end={chart.end} now={view.asOf} />
      </div>
      <PaceChart view={chart} now={view.asOf} />
      <p class="pace-rates small soft">
        <span>{t('progress.needed', { n: view.perDayNeeded })}</span>
        <span>{t('progress.past', { days: view.pastDays, n: view.perDayPast })}</span>
      </p>
    </section>
  );
}

function Forecast({ forecast, end, now }: { forecast: LocalMinute | null; end: LocalMinute; now: LocalMinute }) {
  const { t } = useText();
  if (forecast === null) return <span class="small soft">{t('progress.no-forecast')}</span>;
  const days = Math.round((end - forecast) / 1440);
  const isEarly = days >= 0;
  const Drawn = isEarly ? TrendingUp : TrendingDown;
  const params = { day: day(forecast, now), days: Math.abs(days) };
  return (
    <span class={`pace small ${isEarly ? 'as-good' : 'as-bad'}`}>
      <Drawn size={18} />
      {isEarly ? t('progress.early', params) : t('progress.late', params)}
    </span>
  );
}

function Ranking({ view, rankBy, onRankBy, onUnit }: ProgressProps) {
  const text = useText();
  const { t } = text;
  return (
    <section class="card">
      <div class="ranking-head">
        <h2>
          {t('progress.ranking')} <span class="small soft">· {t('progress.ranking.rule')}</span>
        </h2>
        <div class="ranking-by">
          <Switch
            label={t('progress.by')}
            options={(['unit', 'team', 'place', 'reason'] as const).map((id) => ({ id, name: t(`progress.by.${id}`) }))}
            chosen={rankBy}
            onChoose={onRankBy}
          />
        </div>
      </div>
      <Table
        label={t('progress.ranking')}
        columns={columns(view.asOf, text)}
        rows={view.units}
        keyOf={(unit) => unit.id}
        onOpen={(unit) => onUnit(unit.id)}
      />
    </section>
  );
}

function columns(now: LocalMinute, { t, language }: Text): Column<UnitLine, string>[] {
  const n = (value: number) => number(value, language);
  return [
    { id: 'rank', name: t('progress.col.rank'), isNumber: true, cell: (unit) => unit.rank ?? t('none') },
    { id: 'unit', name: t('progress.col.unit'), isHead: true, cell: (unit) => unit.name },
    {
      id: 'done', name: t('progress.col.done'), isNumber: true,
      cell: ({ done, target }) => (
        <>
          {n(done)} <span class="soft">/ {target === null ? t('none') : n(target)}</span>
        </>
      ),
    },
    {
      id: 'bar', name: t('progress.col.bar'),
      cell: ({ name, done, target }) =>
        target === null ? <span class="soft">{t('results.no-target')}</span> : <GoalBar label={name} done={done} target={target} />,
    },
    { id: 'rate', name: t('progress.col.rate'), isNumber: true, cell: ({ done, target }) => <span class="strong">{percent(done, target ?? 0, language)}</span> },
    { id: 'pace', name: t('progress.col.pace'), cell: ({ pace }) => <PaceWords pace={pace} now={now} /> },
    { id: 'reason', name: t('progress.col.reason'), cell: ({ reason }) => (reason === null ? t('none') : t(`reason.${reason}` as 'reason.z-other')) },
    { id: 'fresh', name: t('progress.col.fresh'), cell: ({ fresh }) => <FreshnessBadge fresh={fresh} now={now} /> },
  ];
}

function PaceWords({ pace, now }: { pace: Pace; now: LocalMinute }) {
  const { t } = useText();
  switch (pace.is) {
    case 'late':
      return <span class="pace as-bad"><TrendingDown size={18} />{t('pace.late', { days: pace.days })}</span>;
    case 'early':
      return <span class="pace as-good"><TrendingUp size={18} />{t('pace.early', { days: pace.days })}</span>;
    case 'reached':
      return <span class="pace as-good"><Check size={18} />{t('pace.reached', { day: day(pace.on, now) })}</span>;
    case 'unknown':
      return <>{t('none')}</>;
  }
}
