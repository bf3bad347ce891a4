/** How far a unit is, how fast, who is slowest and why; and how much of that is known. */
import './progress.css';
import type { ComponentChildren } from 'preact';
import { Calendar, Check, ChevronDown, CircleCheck, CircleHelp, Clock, ClockAlert, Download, Flag, TrendingDown, TrendingUp } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Switch } from '../../parts/bar.tsx';
import { Note } from '../../parts/card.tsx';
import { PaceChart } from '../../parts/chart.tsx';
import { ageWords, FreshnessBadge } from '../../parts/freshness.tsx';
import { FunnelBars } from '../../parts/funnel.tsx';
import { GoalBar } from '../../parts/progress.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { day, fullDay, number, percent, servedPercent } from '../../text/format.ts';
import type { Language, Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { LocalMinute } from '../../field/model.ts';
import type { Completeness, Pace, PaceChartView, Page, ProgressView, UnitLine } from '../model.ts';

export type RankBy = 'unit' | 'team' | 'place' | 'reason';

export interface ProgressProps {
  view: ProgressView;
  /** Left out where the server knows only units. */
  rankBy?: RankBy;
  /** Further choices before the export. */
  choices?: ComponentChildren;
  /** Below the ranking. */
  children?: ComponentChildren;
  onPage: (page: Page) => void;
  onUnit: (unit: string) => void;
  onCampaign?: () => void;
  onAsOf?: () => void;
  onExport: () => void;
  onSilent: () => void;
  onSignOut?: () => void;
  onRankBy?: (by: RankBy) => void;
}

export function Progress(props: ProgressProps) {
  const { view } = props;
  const { t } = useText();
  const actions = (
    <>
      {view.campaign !== null && props.onCampaign && (
        <Button icon={Flag} onPress={props.onCampaign}>
          {view.campaign} <ChevronDown size={16} />
        </Button>
      )}
      {props.onAsOf && (
        <Button icon={Calendar} onPress={props.onAsOf}>
          {t('console.as-of', { day: fullDay(view.asOf) })} <ChevronDown size={16} />
        </Button>
      )}
      {props.choices}
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
      onSignOut={props.onSignOut}
    >
      {view.isPast && (
        <Note icon={Calendar} tone="wait">
          {t('console.as-of.past', { day: fullDay(view.asOf) })}
        </Note>
      )}
      <Silence silence={view.silence} now={view.frame.now} onSilent={props.onSilent} />
      <div class="progress-cards">
        <Headline view={view} />
        <PaceCard view={view} />
      </div>
      {view.units.length > 0 && <Ranking {...props} />}
      {props.children}
    </ConsolePage>
  );
}

interface SilenceProps {
  silence: Completeness;
  now: LocalMinute;
  onSilent: () => void;
}

function Silence({ silence, now, onSilent }: SilenceProps) {
  const text = useText();
  const { t } = text;
  if (silence === null) return <Note icon={CircleCheck} tone="good">{t('fresh.all')}</Note>;
  if (silence === 'unknown') return <Note icon={CircleHelp}>{t('fresh.unknown')}</Note>;
  if ('heardOldest' in silence) {
    return <Note icon={Clock}>{t('fresh.oldest', { age: ageWords(silence.heardOldest, now, text) })}</Note>;
  }
  const { phones, units, recordsAtLeast: records, oldest = null } = silence;
  const said = [
    phones > 0 && t('fresh.stale.units', { phones, units }),
    records !== null && t('fresh.stale.records', { records }),
    oldest !== null && t('fresh.stale.oldest', { age: ageWords(oldest, now, text) }),
  ];
  const line = said.filter(Boolean).join(' · ');
  return (
    <Note icon={ClockAlert} tone="act">
      <div class="silence">
        <span>
          <span class="strong">{t('fresh.stale')}</span> {line}
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
        <h2>{view.indicator ?? t('indicator.eid-activated')}</h2>
        {view.sourceDay !== null && (
          <span class="small soft">{t('progress.source', { day: day(view.sourceDay, view.asOf) })}</span>
        )}
      </div>
      <div class="headline">
        <p class="headline-rate">{rate(view, language)}</p>
        <p class="small">
          <span class="strong">
            {number(done, language)} / {target === null ? t('none') : number(target, language)}
          </span>
          <br />
          <span class="soft">
            {target === null ? t('results.no-target') : leftWords(done, target, t)}
          </span>
        </p>
      </div>
      {view.funnel.length > 0 && <FunnelBars bars={view.funnel} target={target} />}
    </section>
  );
}

/** What is left, or by how much the target is passed: never "0 left". */
function leftWords(done: number, target: number, t: Text['t']): string {
  if (done < target) return t('progress.left', { n: target - done });
  return done === target ? t('progress.met') : t('progress.over', { n: done - target });
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
        <Forecast chart={chart} now={view.asOf} />
      </div>
      <PaceChart view={chart} now={view.asOf} />
      <p class="pace-rates small soft">
        {chart.metOn === null && <span>{t('progress.needed', { n: view.perDayNeeded })}</span>}
        <span>{t('progress.past', { days: view.pastDays, n: view.perDayPast })}</span>
      </p>
    </section>
  );
}

function Forecast({ chart: { forecast, metOn, end }, now }: { chart: PaceChartView; now: LocalMinute }) {
  const { t } = useText();
  if (metOn !== null) return <PaceWords pace={{ is: 'reached', on: metOn }} now={now} />;
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
  const isRanked = view.units.some((unit) => unit.rank !== null);
  return (
    <section class="card">
      <div class="ranking-head">
        <h2>
          {t('progress.ranking')}{' '}
          <span class="small soft">· {isRanked ? t('progress.ranking.rule') : t('progress.ranking.slowest')}</span>{' '}
          {view.unitsMet && <span class="small strong" data-part="met">· {t('progress.units-met', view.unitsMet)}</span>}
        </h2>
        {rankBy && onRankBy && (
          <div class="ranking-by">
            <Switch
              label={t('progress.by')}
              options={(['unit', 'team', 'place', 'reason'] as const).map((id) => ({ id, name: t(`progress.by.${id}`) }))}
              chosen={rankBy}
              onChoose={onRankBy}
            />
          </div>
        )}
      </div>
      <Table
        label={t('progress.ranking')}
        columns={columns(view, text)}
        rows={view.units}
        keyOf={(unit) => unit.id}
        onOpen={(unit) => onUnit(unit.id)}
      />
    </section>
  );
}

/** What no unit has, because the server does not tell it, is not a column. */
function columns(view: ProgressView, text: Text): Column<UnitLine, string>[] {
  const { t, language } = text;
  const { asOf, units } = view;
  const n = (value: number) => number(value, language);
  const known: Record<string, boolean> = {
    rank: units.some((unit) => unit.rank !== null),
    pace: units.some((unit) => unit.pace.is !== 'unknown'),
  };
  const all: Column<UnitLine, string>[] = [
    { id: 'rank', name: t('progress.col.rank'), isNumber: true, cell: (unit) => unit.rank ?? t('none') },
    { id: 'unit', name: t('progress.col.unit'), isHead: true, cell: (unit) => unit.name },
    {
      id: 'done', name: view.indicator === undefined ? t('progress.col.done') : t('progress.col.reached'), isNumber: true,
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
    { id: 'rate', name: t('progress.col.rate'), isNumber: true, cell: (unit) => <span class="strong">{rate(unit, language)}</span> },
    { id: 'pace', name: t('progress.col.pace'), cell: ({ pace }) => <PaceWords pace={pace} now={asOf} /> },
    { id: 'reason', name: t('progress.col.reason'), cell: ({ reason }) => (reason === null ? t('none') : t(`reason.${reason}` as 'reason.z-other')) },
    {
      id: 'fresh', name: t('progress.col.fresh'),
      cell: ({ fresh }) =>
        fresh === null ? <span class="soft">{t('console.not-available')}</span> : <FreshnessBadge fresh={fresh} now={view.frame.now} />,
    },
  ];
  return all.filter((column) => known[column.id] ?? true);
}

type Rated = Pick<UnitLine, 'done' | 'target' | 'percent'>;

function rate({ done, target, percent: served }: Rated, language: Language): string {
  return served === undefined ? percent(done, target ?? 0, language) : servedPercent(served, language);
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
