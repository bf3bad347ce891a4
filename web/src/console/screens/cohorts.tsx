/** How far the lists of schools and companies are, beside the units and never added to them. */
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { fullDay, number, servedPercent } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { CohortAnswer, CohortPart } from '../api.ts';
import { minuteOfDay } from '../time.ts';

/** Nothing where no list was imported. */
export function Cohorts({ cohorts }: { cohorts: CohortAnswer[] }) {
  const text = useText();
  const { t } = text;
  if (cohorts.length === 0) return null;
  return (
    <section class="card" data-part="cohorts">
      <h2 class="page-head">{t('cohorts.title')}</h2>
      <Table label={t('cohorts.title')} columns={columns(text)} rows={cohorts} keyOf={(one) => one.import} />
    </section>
  );
}

function columns({ t, language }: Text): Column<CohortAnswer, string>[] {
  const n = (count: number) => number(count, language);
  const part = ({ done, left, percent }: CohortPart) => (
    <>
      {n(done)} <span class="soft">· {percent === null ? t('none') : servedPercent(percent, language)}</span>
      <span class="figure-note small soft">{t('progress.left', { n: left })}</span>
    </>
  );
  return [
    {
      id: 'list', name: t('cohorts.list'), isHead: true,
      cell: ({ list, source, as_of: day }) => (
        <>
          {list}
          <span class="figure-note small soft">{source}, {fullDay(minuteOfDay(day))}</span>
        </>
      ),
    },
    {
      id: 'listed', name: t('cohorts.listed'), isNumber: true,
      cell: ({ listed, unknown }) => (
        <>
          {n(listed)}
          {unknown > 0 && <span class="figure-note small soft">{t('cohorts.unknown', { n: unknown })}</span>}
        </>
      ),
    },
    { id: 'card', name: t('cohorts.card'), isNumber: true, cell: (one) => part(one.with_card) },
    { id: 'eid', name: t('cohorts.eid'), isNumber: true, cell: (one) => part(one.with_eid) },
  ];
}
