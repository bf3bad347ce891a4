/** Importing into the unit in the address: choose, match, look, import, undo. */
import { useState } from 'preact/hooks';
import { CircleCheck, Hourglass } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Field } from '../../parts/field.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { fullDay, moment, number } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { ImportAnswer, Imported, ImportedAnswer, ImportOrder, ImportPlan } from '../api.ts';
import { IMPORTED, Refusal } from '../api.ts';
import { csv, download } from '../csv.ts';
import type { PlaceName } from '../place.ts';
import { DryRun, noteWords, Preview, Steps } from '../screens/import.tsx';
import type { PageProps } from '../signed-in.ts';
import { dayOf, minuteOf, minuteOfDay } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { indicatorWords } from '../views.ts';
import { DayInput, ProblemNote, Select } from './page-parts.tsx';

/** The steps that come by lists, and what targets are set for. */
const STEPS = ['eid-accepted', 'eid-returned', 'eid-reported', 'card-processing', 'card-printed', 'card-returned', 'card-handed-over'];
const INDICATORS = ['eid-activated', 'eid-collected', 'eid-accepted', 'card-collected', 'card-handed-over'];

interface Chosen {
  name: string;
  order: ImportOrder;
}

/** Tables about units, not people. */
const OF_UNITS: Imported[] = ['targets', 'balances'];

export function ImportPage(props: PageProps) {
  const { api, me, units, live, place, go, frame } = props;
  const { t } = useText();
  const unit = place.path.at(-1)!;
  const path = useAnswer(`path ${place.path}`, 0, () => units.named(place.path, null));
  const past = useAnswer(`imports ${live.version}`, live.version, () => api.imports());
  const [chosen, choose] = useState<Chosen | null>(null);
  const [plan, setPlan] = useState<ImportPlan | null>(null);
  const [done, setDone] = useState<ImportedAnswer | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    await work().catch((cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')));
    setBusy(false);
  };
  const preview = (next: Chosen) =>
    run(async () => {
      choose(next);
      setDone(null);
      setPlan(await api.previewImport(next.order));
    });
  const write = ({ order }: Chosen) =>
    run(async () => {
      setDone(await api.importTable(order));
      setPlan(null);
      choose(null);
      live.refresh();
    });
  const name = path.value?.at(-1)?.name ?? '';
  const step = done ? 4 : plan === null ? 1 : plan.missing.length > 0 ? 2 : 3;
  return (
    <ConsolePage
      onSignOut={props.onSignOut}
      frame={frame}
      path={path.value ?? []}
      title={t('import.title', { unit: name })}
      actions={plan && <DryRun />}
      onPage={(page) => go({ page: page as PlaceName })}
      onUnit={(id) => go({ path: place.path.slice(0, place.path.indexOf(Number(id)) + 1) })}
    >
      <Steps at={step} />
      <ProblemNote problem={problem} />
      {done && <Done done={done} />}
      <Choose key={done?.import ?? ''} me={me} unit={unit} now={frame.now} last={chosen} onChoose={(next) => void preview(next)} />
      {isBusy && <Note icon={Hourglass}>{t(plan === null ? 'console.loading' : 'import.busy')}</Note>}
      {plan && chosen && (
        <Preview
          plan={plan}
          isBusy={isBusy}
          onColumns={(fields) => void preview({ ...chosen, order: { ...chosen.order, columns: fields } })}
          onErrors={() => download(`${chosen.name}-loi.csv`, csv(errorRows(plan, t)))}
          onImport={() => void write(chosen)}
        />
      )}
      <Past {...props} imports={past.value ?? []} />
    </ConsolePage>
  );
}

function Done({ done }: { done: ImportedAnswer }) {
  const { t } = useText();
  return (
    <div role="status">
      <Note icon={CircleCheck} tone="good">
        {t('import.done', { n: done.written, known: done.known })} {done.not_taken > 0 && t('import.not-taken', { n: done.not_taken })}
      </Note>
    </div>
  );
}

interface ChooseProps {
  me: PageProps['me'];
  unit: number;
  now: number;
  last: Chosen | null;
  onChoose: (chosen: Chosen) => void;
}

/** What the file is, and the file. Whatever is changed afterwards is tried anew. */
function Choose({ me, unit, now, last, onChoose }: ChooseProps) {
  const text = useText();
  const { t } = text;
  const kinds = IMPORTED.filter((what) => me.may.includes(OF_UNITS.includes(what) ? 'import-targets' : 'import-people'));
  const [what, setWhat] = useState<Imported>(kinds[0]!);
  const [source, setSource] = useState('');
  const [asOf, setAsOf] = useState(dayOf(now));
  const [list, setList] = useState('');
  const [step, setStep] = useState(STEPS[0]!);
  const [indicator, setIndicator] = useState(INDICATORS[0]!);
  const options = (ids: readonly string[], name: (id: string) => string) => ids.map((id) => ({ id, name: name(id) }));
  const take = async (file: File | undefined) => {
    if (!file) return;
    const order: ImportOrder = {
      what, unit, source, as_of: asOf, list: what === 'cohort' ? list : '',
      step: what === 'steps' && step !== '' ? step : null,
      indicator: OF_UNITS.includes(what) && indicator !== '' ? indicator : null,
      columns: null,
      file: await base64(file),
    };
    onChoose({ name: file.name.replace(/\.[^.]*$/, ''), order });
  };
  return (
    <section class="card import-form">
      <Select label={t('import.what')} chosen={what} options={options(kinds, (id) => t(`import.what.${id as Imported}`))} onChoose={(id) => setWhat(id as Imported)} />
      <Field label={t('import.source')} example={t('import.source.example')} value={source} onInput={setSource} />
      <DayInput label={t('import.as-of')} day={asOf} latest={dayOf(now)} onChoose={setAsOf} />
      {what === 'cohort' && <Field label={t('import.list')} example={t('import.list.example')} value={list} onInput={setList} />}
      {what === 'steps' && (
        <Select label={t('import.step')} chosen={step} onChoose={setStep} options={[...options(STEPS, (id) => indicatorWords(id, text)), { id: '', name: t('import.step.column') }]} />
      )}
      {OF_UNITS.includes(what) && (
        <Select label={t('import.indicator')} chosen={indicator} onChoose={setIndicator} options={[...options(INDICATORS, (id) => indicatorWords(id, text)), { id: '', name: t('import.step.column') }]} />
      )}
      <label class="import-file">
        <span class="field-label">{last === null ? t('import.file') : t('import.again')}</span>
        <input type="file" accept=".csv,.txt,.xlsx" onClick={(event) => (event.currentTarget.value = '')} onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </label>
    </section>
  );
}

function Past({ api, live, frame, imports }: PageProps & { imports: ImportAnswer[] }) {
  const text = useText();
  const { t } = text;
  const [sure, ask] = useState<string | null>(null);
  const [said, say] = useState('');
  const undo = (id: string) => {
    ask(null);
    api.undoImport(id).then(
      ({ taken_back: n, kept }) => {
        say([t('import.undo.done', { n }), kept > 0 ? t('import.undo.kept', { n: kept }) : ''].join(' '));
        live.refresh();
      },
      (cause: unknown) => say(t((cause instanceof Refusal ? cause : new Refusal('other')).key)),
    );
  };
  const action = ({ import: id, is_undone: isUndone, may_undo: may }: ImportAnswer) => {
    if (isUndone) return t('import.undone');
    if (!may) return t('import.undo.late');
    if (sure !== id) return <Button onPress={() => ask(id)}>{t('import.undo')}</Button>;
    return (
      <span role="group" aria-label={t('import.undo.sure')}>
        <span class="small">{t('import.undo.sure')}</span>
        <Button look="danger" onPress={() => undo(id)}>{t('import.undo')}</Button>
        <Button look="quiet" onPress={() => ask(null)}>{t('desk.cancel')}</Button>
      </span>
    );
  };
  return (
    <section class="card">
      <h2 class="page-head">{t('import.past')}</h2>
      <div role="status">{said && <p class="page-head small">{said}</p>}</div>
      {imports.length === 0 ? (
        <p class="page-head soft">{t('import.past.none')}</p>
      ) : (
        <Table label={t('import.past')} columns={pastColumns(frame.now, text, action)} rows={imports} keyOf={(one) => one.import} />
      )}
    </section>
  );
}

function pastColumns(now: number, { t, language }: Text, action: (one: ImportAnswer) => preact.ComponentChildren): Column<ImportAnswer, string>[] {
  return [
    {
      id: 'what', name: t('import.col.what'), isHead: true,
      cell: ({ what, list, unit_name: unit }) => (
        <>
          {list || t(`import.what.${what}`)} <span class="soft">· {unit}</span>
        </>
      ),
    },
    { id: 'source', name: t('import.col.source'), cell: ({ source, as_of: day }) => `${source}, ${fullDay(minuteOfDay(day))}` },
    { id: 'by', name: t('import.col.by'), cell: ({ by, at }) => `${by ?? t('import.keeper')}, ${moment(minuteOf(at), now, language)}` },
    { id: 'count', name: t('import.col.count'), isNumber: true, cell: ({ rows }) => number(rows, language) },
    { id: 'undo', name: t('import.col.undo'), cell: action },
  ];
}

/** The wrong rows with their reasons, to be mended and imported again. */
function errorRows(plan: ImportPlan, t: Text['t']) {
  const wrong = plan.told.filter(({ outcome }) => outcome === 'error');
  const lines = wrong.map((row) => [
    row.row, ...plan.columns.map(({ field }) => row.shown.find(([of]) => of === field)?.[1] ?? null),
    row.notes.filter((note) => note.is_error).map((note) => noteWords(note, t)).join('. '),
  ]);
  return [[t('import.col.row'), ...plan.columns.map(({ title }) => title), t('import.col.why')], ...lines];
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
