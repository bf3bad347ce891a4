/** Frozen reports of the unit in the address: freeze, look what differs since, print. */
import { useState } from 'preact/hooks';
import { CircleCheck, Download, Info, Lock } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { fullDay, moment, number } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { ReportAnswer, ReportLineAnswer } from '../api.ts';
import { Refusal } from '../api.ts';
import { handOver } from '../csv.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { dayOf, minuteOf, minuteOfDay } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { indicatorWords } from '../views.ts';
import { DayInput, Loading, ProblemNote } from './page-parts.tsx';

export function ReportsPage(props: PageProps) {
  const { api, me, units, live, place, go, frame } = props;
  const { t } = useText();
  const unit = place.path.at(-1)!;
  const path = useAnswer(`path ${place.path}`, 0, () => units.named(place.path, null));
  const reports = useAnswer('reports', live.version, () => api.reports());
  const [open, setOpen] = useState<string | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const freeze = () => {
    setProblem(null);
    api.freeze(unit, place.day, place.percents).then(
      (id) => {
        setOpen(id);
        live.refresh();
      },
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    );
  };
  const today = dayOf(frame.now);
  const actions = (
    <>
      <DayInput label={t('console.day')} day={place.day ?? today} latest={today} onChoose={(day) => go({ day: day === today ? null : day })} />
      {me.may.includes('freeze') && (
        <Button look="primary" icon={Lock} onPress={freeze}>
          {t('reports.freeze')}
        </Button>
      )}
    </>
  );
  return (
    <ConsolePage
      onSignOut={props.onSignOut}
      frame={frame}
      path={path.value ?? []}
      title={t('reports.title', { unit: path.value?.at(-1)?.name ?? '' })}
      actions={actions}
      onPage={(page) => go({ page: page as PlaceName })}
      onUnit={(id) => go({ path: place.path.slice(0, place.path.indexOf(Number(id)) + 1) })}
    >
      <ProblemNote problem={problem ?? reports.problem} />
      {open === null ? (
        <List reports={(reports.value ?? []).filter((one) => one.unit === unit)} now={frame.now} onOpen={setOpen} />
      ) : (
        <Report key={open} {...props} id={open} onBack={() => setOpen(null)} />
      )}
    </ConsolePage>
  );
}

function List({ reports, now, onOpen }: { reports: ReportLineAnswer[]; now: number; onOpen: (id: string) => void }) {
  const { t, language } = useText();
  const columns: Column<ReportLineAnswer, string>[] = [
    { id: 'report', name: t('reports.col.report'), isHead: true, cell: ({ as_of: day }) => t('console.as-of', { day: fullDay(minuteOfDay(day)) }) },
    { id: 'frozen', name: t('reports.col.frozen'), cell: ({ at }) => moment(minuteOf(at), now, language) },
    { id: 'by', name: t('reports.col.by'), cell: ({ by }) => by ?? t('reports.keeper') },
  ];
  return (
    <>
      <Note icon={Info}>{t('reports.line')}</Note>
      <section class="card">
        {reports.length === 0 ? (
          <p class="page-head soft">{t('reports.none')}</p>
        ) : (
          <Table label={t('reports.list')} columns={columns} rows={reports} keyOf={({ report }) => report} onOpen={({ report }) => onOpen(report)} />
        )}
      </section>
    </>
  );
}

/** A figure as it was frozen and as it is now. */
interface Line {
  unit: number;
  name: string;
  indicator: string;
  frozen: number;
  now: number;
}

function Report({ api, live, frame, id, onBack }: PageProps & { id: string; onBack: () => void }) {
  const text = useText();
  const { t, language } = text;
  const { value, problem } = useAnswer(`report ${id}`, live.version, () => api.report(id));
  if (value === null) return problem === null ? <Loading /> : <ProblemNote problem={problem} />;
  const at = moment(minuteOf(value.at), frame.now, language);
  const n = value.differing.length;
  return (
    <>
      <Note icon={Lock} tone="wait">
        <span class="strong">{t('reports.frozen', { at, day: fullDay(minuteOfDay(value.as_of)) })}</span>{' '}
        {n === 0 ? t('reports.same') : t('reports.differs', { n })}{' '}
        {value.since.entries !== null && t('reports.since', { n: value.since.entries })}
      </Note>
      <section class="card">
        <Table label={value.unit_name} columns={columns(text)} rows={lines(value)} keyOf={(line) => `${line.unit} ${line.indicator}`} />
      </section>
      <p class="small soft report-key">
        <CircleCheck size={16} /> {t('reports.signed', { key: value.key })}
      </p>
      <div class="page-buttons report-buttons">
        <Button onPress={onBack}>{t('reports.back')}</Button>
        <Button icon={Download} onPress={() => handOver(`sampan-${id}.json`, new Blob([JSON.stringify(value)], { type: 'application/json' }))}>
          {t('reports.save')}
        </Button>
        <Button onPress={() => print()}>{t('reports.print')}</Button>
      </div>
    </>
  );
}

function lines({ progress, differing }: ReportAnswer): Line[] {
  const frozen = [progress.unit, ...progress.children].flatMap(({ unit, name, figures }) =>
    figures.map(({ indicator, count }) => ({ unit, name, indicator, frozen: count, now: count })),
  );
  const isSame = (a: Line, b: Line) => a.unit === b.unit && a.indicator === b.indicator;
  const then = frozen.map((line) => differing.find((other) => isSame(line, other)) ?? line);
  return [...then, ...differing.filter((line) => !then.some((other) => isSame(line, other)))];
}

function columns(text: Text): Column<Line, string>[] {
  const { t, language } = text;
  const more = ({ frozen, now }: Line) => (now >= frozen ? `+${number(now - frozen, language)}` : `−${number(frozen - now, language)}`);
  return [
    { id: 'unit', name: t('progress.col.unit'), isHead: true, cell: ({ name }) => name },
    { id: 'what', name: t('console.col.what'), cell: ({ indicator }) => indicatorWords(indicator, text) },
    { id: 'then', name: t('reports.col.then'), isNumber: true, cell: ({ frozen }) => number(frozen, language) },
    { id: 'now', name: t('reports.col.now'), isNumber: true, cell: ({ now }) => number(now, language) },
    { id: 'more', name: t('reports.col.difference'), isNumber: true, cell: (line) => (line.frozen === line.now ? t('none') : more(line)) },
  ];
}
