/** Progress of the unit in the address, down to hamlets, as of the day in the address. */
import { useState } from 'preact/hooks';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { fullDay, number, servedPercent } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { ExportTable, FileKind, FreshnessAnswer, TargetAnswer, UnitProgress } from '../api.ts';
import { FILE_KINDS, Refusal } from '../api.ts';
import { handOver } from '../csv.ts';
import type { ProgressView } from '../model.ts';
import type { Percents, PlaceName } from '../place.ts';
import { Progress } from '../screens/progress.tsx';
import type { PageProps } from '../signed-in.ts';
import { dayOf, minuteOfDay } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { comparable, indicatorWords, progressView } from '../views.ts';
import { Cohorts } from '../screens/cohorts.tsx';
import { StillOut } from '../screens/contact.tsx';
import { ProgressDetails } from './progress-details.tsx';
import { DayInput, Loading, ProblemNote, Select } from './page-parts.tsx';

/** Above the units of whoever is signed in. */
const TOP = 'top';

export function ProgressPage(props: PageProps) {
  const { api, me, units, live, place, go, frame } = props;
  const text = useText();
  const { t } = text;
  const { path, day, of, percents } = place;
  const [kind, setKind] = useState<FileKind>('csv');
  const [isPublic, setPublic] = useState(false);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const unit = path.at(-1)!;
  const progress = useAnswer(`progress ${unit} ${day} ${percents}`, live.version, () => api.progress(unit, day, percents));
  const pace = useAnswer(`pace ${unit} ${day} ${of}`, live.version, () => api.pace(unit, of, day));
  const cohorts = useAnswer(`cohorts ${unit} ${day} ${percents}`, live.version, () => api.cohorts(unit, day, percents));
  const named = useAnswer(`path ${path} ${day}`, 0, () => units.named(path, day));
  const fresh = useAnswer(`freshness ${unit} ${day}`, live.version, () => api.freshness(unit, day));
  const onPage = (page: string) => go({ page: page as PlaceName });
  const top = me.units.length === 1 ? [] : [{ id: TOP, name: t('console.choose-unit') }];
  const crumbs = [...top, ...(named.value ?? [])];
  const onUnit = (id: string) => go({ path: pathTo(path, id) });
  const today = dayOf(frame.now);
  const dayInput = (
    <DayInput label={t('console.day')} day={day ?? today} latest={today} onChoose={(chosen) => go({ day: chosen === today ? null : chosen })} />
  );
  const answer = progress.value;
  if (answer === null) {
    return (
      <ConsolePage onSignOut={props.onSignOut} frame={frame} path={crumbs} title={t('console.progress')} actions={dayInput} onPage={onPage} onUnit={onUnit}>
        <ProblemNote problem={progress.problem} />
        {progress.problem === null && <Loading />}
      </ConsolePage>
    );
  }
  const view = progressView({ frame, path: crumbs, of, answer, fresh: fresh.value, pace: pace.value }, text);
  const options = comparable(answer, of).map((id) => ({ id, name: indicatorWords(id, text) }));
  const percentModes = (['truncate', 'round'] as const).map((id) => ({ id, name: t(`console.percents.${id}`) }));
  const save = async () => {
    setProblem(null);
    const order = { unit, kind, is_public: isPublic, table: shown(view, answer.as_of, text) };
    await api.export(order).then(
      (file) => handOver(`sampan-${unit}-${of}-${answer.as_of}.${kind}`, file),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    );
  };
  const choices = (
    <>
      <Select label={t('console.indicator')} chosen={of} options={options} onChoose={(chosen) => go({ of: chosen })} />
      <Select label={t('console.percents')} chosen={percents} options={percentModes} onChoose={(chosen) => go({ percents: chosen as Percents })} />
      {dayInput}
      <Select label={t('export.kind')} chosen={kind} options={FILE_KINDS.map((id) => ({ id, name: t(`export.kind.${id}`) }))} onChoose={(id) => setKind(id as FileKind)} />
      <label class="labelled small">
        <input type="checkbox" class="export-public" checked={isPublic} onChange={(event) => setPublic(event.currentTarget.checked)} />
        {t('export.public')}
      </label>
    </>
  );
  return (
    <Progress
      view={view}
      choices={choices}
      onPage={onPage}
      onUnit={onUnit}
      onSignOut={props.onSignOut}
      onExport={() => void save()}
      onSilent={() => go({ page: 'devices' })}
    >
      <ProblemNote problem={progress.problem ?? problem} />
      <ProgressDetails {...props} unit={answer.unit} asOf={answer.as_of} fresh={fresh.value} />
      <Figures unit={answer.unit} asOf={answer.as_of} fresh={fresh.value} />
      <Cohorts cohorts={cohorts.value ?? []} />
    </Progress>
  );
}

/** Up to a unit on the way, or one further down. */
function pathTo(path: number[], id: string): number[] {
  if (id === TOP) return [];
  const at = path.indexOf(Number(id));
  return at >= 0 ? path.slice(0, at + 1) : [...path, Number(id)];
}

/** The table as it stands on the page; without units below, the unit itself. */
function shown(view: ProgressView, asOf: string, { t }: Text): ExportTable {
  const own = { name: view.unit, done: view.done, target: view.target, percent: view.percent, rank: null };
  const lines = view.units.length > 0 ? view.units : [own];
  return {
    title: t('progress.title', { unit: view.unit }),
    columns: [
      { name: t('progress.col.unit') }, { name: t('console.indicator') }, { name: t('console.col.count'), counts_people: true },
      { name: t('console.col.target') }, { name: t('progress.col.rate'), is_derived: true }, { name: t('progress.col.rank') }, { name: t('console.day') },
    ],
    rows: lines.map((line) => [line.name, view.indicator ?? '', line.done, line.target, line.percent ?? null, line.rank, asOf]),
  };
}

interface FigureLine {
  indicator: string;
  count: number;
  target: number | null;
  kind: string | null;
  percent: string | null;
  /** Further words about the line. */
  notes: string[];
}

/** Everything the server counts of one unit, each target in a line of its own. */
function Figures({ unit, asOf, fresh }: { unit: UnitProgress; asOf: string; fresh: FreshnessAnswer | null }) {
  const text = useText();
  const { t } = text;
  const rows = [...targetLines(unit, asOf, text), ...figureLines(unit, text)];
  const label = t('console.figures', { unit: unit.name });
  return (
    <section class="card" data-part="figures">
      <h2 class="page-head">
        {label} <StillOut asOf={asOf} fresh={fresh} />
      </h2>
      {rows.length === 0 ? (
        <p class="page-head soft">{t('console.figures.none')}</p>
      ) : (
        <Table label={label} columns={columns(text)} rows={rows} keyOf={(row) => `${row.indicator} ${row.kind} ${row.target}`} />
      )}
    </section>
  );
}

function targetLines(unit: UnitProgress, asOf: string, text: Text): FigureLine[] {
  return unit.targets.map((target) => {
    const { indicator, reached, value, kind, percent, from } = target;
    const notes = [dueWords(target, asOf, text), ...(from === null ? [] : [text.t('console.since', { day: dayWords(from) })])];
    return { indicator, count: reached, target: value, kind, percent, notes: notes.filter((words) => words !== '') };
  });
}

/** Figures without a target; a figure that is part of another one says so. */
function figureLines(unit: UnitProgress, text: Text): FigureLine[] {
  const withTarget = new Set(unit.targets.map((target) => target.indicator));
  const others = unit.figures.filter((figure) => !withTarget.has(figure.indicator) || partOf(unit, figure.indicator));
  return others.map(({ indicator, count }) => {
    const part = partOf(unit, indicator);
    const whole = part && text.t('console.part-of', { whole: indicatorWords(part.of, text) });
    return { indicator, count, target: null, kind: null, percent: part?.percent ?? null, notes: whole ? [whole] : [] };
  });
}

const partOf = (unit: UnitProgress, indicator: string) => unit.parts.find((part) => part.indicator === indicator);

function dueWords({ due, met_on: met, needed_per_day: n }: TargetAnswer, asOf: string, { t }: Text): string {
  if (due === null) return '';
  if (met !== null) {
    const days = (minuteOfDay(due) - minuteOfDay(met)) / MINUTES_PER_DAY;
    return t(days >= 0 ? 'console.days-early' : 'console.days-late', { day: dayWords(met), days: Math.abs(days) });
  }
  return due < asOf || n === null ? t('console.overdue', { day: dayWords(due) }) : t('console.due', { day: dayWords(due), n });
}

const MINUTES_PER_DAY = 24 * 60;
const dayWords = (iso: string) => fullDay(minuteOfDay(iso));

function columns(text: Text): Column<FigureLine, string>[] {
  const { t, language } = text;
  const kindWords = (kind: string | null) => {
    const key = `target-kind.${kind}`;
    return isPlainKey(key) ? t(key) : t('none');
  };
  return [
    {
      id: 'what', name: t('console.col.what'), isHead: true,
      cell: ({ indicator, notes }) => (
        <span data-indicator={indicator}>
          {indicatorWords(indicator, text)}
          {notes.map((words) => <span class="figure-note small soft">{words}</span>)}
        </span>
      ),
    },
    { id: 'count', name: t('console.col.count'), isNumber: true, cell: ({ count }) => number(count, language) },
    { id: 'target', name: t('console.col.target'), isNumber: true, cell: ({ target }) => (target === null ? t('none') : number(target, language)) },
    { id: 'rate', name: t('progress.col.rate'), isNumber: true, cell: ({ percent }) => (percent === null ? t('none') : servedPercent(percent, language)) },
    { id: 'kind', name: t('console.col.kind'), cell: ({ kind }) => kindWords(kind) },
  ];
}
