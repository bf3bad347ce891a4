/** Importing a table: which file and what it is, which column says what, what would come of it. */
import './import.css';
import { Check, CircleCheck, Eye, OctagonAlert, TriangleAlert } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { number } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { ImportNote, ImportPlan, ImportRow } from '../api.ts';
import { Select } from '../pages/page-parts.tsx';

const STEPS = [1, 2, 3, 4] as const;
export type ImportStep = (typeof STEPS)[number];

export function Steps({ at }: { at: ImportStep }) {
  const { t } = useText();
  return (
    <ol class="import-steps">
      {STEPS.map((step) => (
        <li key={step} class={step < at ? 'done' : ''} aria-current={step === at ? 'step' : undefined}>
          {step < at ? <CircleCheck size={20} /> : <span aria-hidden="true">{step}</span>}
          {t(`import.step-${step}`)}
        </li>
      ))}
    </ol>
  );
}

export interface PreviewProps {
  plan: ImportPlan;
  isBusy: boolean;
  onColumns: (fields: string[]) => void;
  onErrors: () => void;
  onImport: () => void;
}

/** What would come of the table, and the one button that makes it so. */
export function Preview({ plan, isBusy, onColumns, onErrors, onImport }: PreviewProps) {
  const { t } = useText();
  return (
    <>
      <Counts plan={plan} />
      <Columns plan={plan} onColumns={onColumns} />
      {plan.missing.length === 0 && <Notable plan={plan} onErrors={onErrors} />}
      {plan.missing.length === 0 && <Foot plan={plan} isBusy={isBusy} onImport={onImport} />}
      {plan.missing.length > 0 && (
        <Note icon={OctagonAlert} tone="bad">
          {t('import.missing', { fields: plan.missing.map((field) => fieldWords(field, t)).join(', ') })}
        </Note>
      )}
    </>
  );
}

function Counts({ plan }: { plan: ImportPlan }) {
  const { t, language } = useText();
  const counts = [
    ['rows', plan.rows], ['new', plan.new], ['update', plan.update], ['known', plan.known],
    ['notable', plan.notable - plan.errors], ['errors', plan.errors],
  ] as const;
  return (
    <div class="import-counts">
      {counts.map(([id, n]) => (
        <p key={id} class="card import-count" data-count={id}>
          <span>{t(`import.${id}`)}</span> <span class="number">{number(Math.max(0, n), language)}</span>
        </p>
      ))}
    </div>
  );
}

function Columns({ plan, onColumns }: { plan: ImportPlan; onColumns: (fields: string[]) => void }) {
  const { t } = useText();
  const options = [{ id: '', name: t('import.column.none') }, ...plan.fields.map((id) => ({ id, name: fieldWords(id, t) }))];
  const chosen = plan.columns.map(({ field }) => field ?? '');
  return (
    <section class="card">
      <div class="ranking-head">
        <h2>
          {t('import.columns')} <span class="small soft">· {t('import.columns.row', { n: plan.heading_row })}</span>
        </h2>
        {plan.is_remembered && (
          <span class="small as-good pace">
            <Check size={18} />
            {t('import.remembered')}
          </span>
        )}
      </div>
      <div class="import-columns">
        {plan.columns.map(({ title }, at) => (
          <Select
            key={at}
            label={title || `${at + 1}`}
            chosen={chosen[at]!}
            options={options}
            onChoose={(field) => onColumns(chosen.map((last, n) => (n === at ? field : last === field ? '' : last)))}
          />
        ))}
      </div>
    </section>
  );
}

function Notable({ plan, onErrors }: { plan: ImportPlan; onErrors: () => void }) {
  const text = useText();
  const { t } = text;
  if (plan.told.length === 0) return <Note icon={CircleCheck} tone="good">{t('import.look.none')}</Note>;
  const rest = plan.told.length < plan.notable ? t('import.look.first', { n: plan.told.length }) : t('import.look.rest');
  return (
    <section class="card import-rows" tabIndex={0} role="region" aria-label={t('import.preview')}>
      <div class="ranking-head">
        <h2>
          {t('import.look', { n: plan.notable })} <span class="small soft">· {rest}</span>
        </h2>
        {plan.errors > 0 && <Button onPress={onErrors}>{t('import.save-errors')}</Button>}
      </div>
      <Table label={t('import.preview')} columns={columns(plan, text)} rows={plan.told} keyOf={({ row }) => String(row)} />
    </section>
  );
}

function columns(plan: ImportPlan, { t }: Text): Column<ImportRow, string>[] {
  const read = plan.columns.flatMap(({ field }) => (field === null ? [] : [field]));
  const values = read.map((field): Column<ImportRow, string> => ({
    id: field, name: fieldWords(field, t),
    cell: ({ shown, notes }) => {
      const note = notes.find((one) => one.field === field);
      const said = shown.find(([of]) => of === field)?.[1] ?? '';
      return <span class={note && (note.is_error ? 'wavy-bad' : 'wavy-act')}>{said || (note ? '…' : t('none'))}</span>;
    },
  }));
  return [
    { id: 'row', name: t('import.col.row'), isNumber: true, isHead: true, cell: ({ row }) => row },
    { id: 'outcome', name: t('import.col.outcome'), cell: (row) => <OutcomeChip row={row} /> },
    ...values,
    {
      id: 'why', name: t('import.col.why'),
      cell: ({ notes }) =>
        notes.map((note) => (
          <span key={note.code} class={`import-why ${note.is_error ? 'as-bad' : 'as-act'}`}>{noteWords(note, t)}</span>
        )),
    },
  ];
}

function OutcomeChip({ row }: { row: ImportRow }) {
  const { t } = useText();
  if (row.outcome === 'error') return <Chip icon={OctagonAlert} role="bad">{t('import.errors')}</Chip>;
  if (row.outcome === 'known') return <Chip icon={Check} role="here">{t('import.known')}</Chip>;
  return <Chip icon={TriangleAlert} role="act">{t('import.notable')}</Chip>;
}

function Foot({ plan, isBusy, onImport }: { plan: ImportPlan; isBusy: boolean; onImport: () => void }) {
  const { t } = useText();
  const n = plan.new + plan.update;
  const blockedBy = isBusy ? t('import.busy') : n === 0 ? t('import.nothing') : undefined;
  return (
    <div class="import-foot">
      <p>
        <span class="strong">{t('import.effect', { n, wrong: plan.errors })}</span>{' '}
        {plan.known > 0 && `${t('import.effect.known', { n: plan.known })} `}
        <span class="soft">{t('import.effect.undo')}</span>
      </p>
      <Button look="primary" icon={Check} blockedBy={blockedBy} onPress={onImport}>
        {t('import.do', { n })}
      </Button>
    </div>
  );
}

/** Says that nothing is written yet. */
export function DryRun() {
  const { t } = useText();
  return <Chip icon={Eye} role="here">{t('import.dry')}</Chip>;
}

export function fieldWords(field: string, t: Text['t']): string {
  const key = `import.field.${field}`;
  return isPlainKey(key) ? t(key) : field;
}

/** A note's sentence: that of imports, or the field app's own. */
export function noteWords({ code }: ImportNote, t: Text['t']): string {
  for (const key of [`import.note.${code}`, `check.${code}`]) if (isPlainKey(key)) return t(key);
  return code;
}
