/** A unit's figures told apart by team, day, area, place or shift; the lines add up to the unit's own. */
import './progress.css';
import { Switch } from '../../parts/bar.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { fullDay, number, servedPercent } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { Breakdown, BreakdownAnswer, FreshnessAnswer, GroupAnswer } from '../api.ts';
import { BREAKDOWNS } from '../api.ts';
import { minuteOfDay } from '../time.ts';
import { indicatorWords } from '../views.ts';
import { StillOut } from './contact.tsx';

export interface BreakdownProps {
  unit: string;
  by: Breakdown;
  /** `null`: not there yet. */
  answer: BreakdownAnswer | null;
  fresh: FreshnessAnswer | null;
  /** Which indicator comes first, where it can be told apart so. */
  of: string;
  onBy: (by: Breakdown) => void;
}

/** What only sessions count. */
const OF_SESSIONS = ['sessions', 'attendances', 'submissions'];
const OF_WORK = ['card-collected', 'eid-collected', 'eid-activated', 'visits', 'sessions'];
const SESSION_BREAKDOWNS: Breakdown[] = ['place', 'place-area', 'shift'];

export function BreakdownTable({ unit, by, answer, fresh, of, onBy }: BreakdownProps) {
  const text = useText();
  const { t } = text;
  const title = t('breakdown.title', { unit });
  const indicators = SESSION_BREAKDOWNS.includes(by) ? OF_SESSIONS : [...new Set([of, ...OF_WORK])];
  const groups = answer === null ? [] : inOrder(answer).filter((group) => indicators.some((one) => countOf(group, one) > 0));
  return (
    <section class="card" data-part="breakdown">
      <div class="ranking-head">
        <h2>
          {t('breakdown.by-what')}
          {answer !== null && <> <StillOut asOf={answer.as_of} fresh={fresh} /></>}
        </h2>
        <div class="ranking-by">
          <Switch label={t('progress.by')} options={BREAKDOWNS.map((id) => ({ id, name: t(`breakdown.${id}`) }))} chosen={by} onChoose={onBy} />
        </div>
      </div>
      {answer === null || groups.length > 0 ? (
        <Table label={title} columns={columns(by, indicators, groups, text)} rows={groups} keyOf={(group) => group.key ?? ''} />
      ) : (
        <p class="page-head soft">{t('breakdown.none')}</p>
      )}
    </section>
  );
}

/** The newest day first; others as the server orders them. */
function inOrder({ by, groups }: BreakdownAnswer): GroupAnswer[] {
  return by === 'day' ? [...groups].reverse() : groups;
}

const countOf = (group: GroupAnswer, indicator: string) => group.figures.find((figure) => figure.indicator === indicator)?.count ?? 0;

/** A part of another figure says which part, as the server cut it, where any line has it. */
function columns(by: Breakdown, indicators: string[], groups: GroupAnswer[], text: Text): Column<GroupAnswer, string>[] {
  const { t, language } = text;
  const counted = indicators.map((indicator): Column<GroupAnswer, string> => ({
    id: indicator,
    name: indicatorWords(indicator, text),
    isNumber: true,
    cell: (group) => <span data-indicator={indicator}>{number(countOf(group, indicator), language)}</span>,
  }));
  const first = indicators[0]!;
  const whole = groups.flatMap((group) => group.parts).find((part) => part.indicator === first)?.of;
  const rate: Column<GroupAnswer, string>[] = whole === undefined ? [] : [{
    id: 'rate',
    name: t('breakdown.rate', { whole: indicatorWords(whole, text) }),
    isNumber: true,
    cell: (group) => {
      const part = group.parts.find((one) => one.indicator === first);
      return part === undefined ? t('none') : servedPercent(part.percent, language);
    },
  }];
  const head: Column<GroupAnswer, string> = { id: 'group', name: t(`breakdown.${by}`), isHead: true, cell: (group) => groupWords(by, group, text) };
  return [head, counted[0]!, ...rate, ...counted.slice(1)];
}

/** What people call a group; what belongs to none says so. */
function groupWords(by: Breakdown, { key, name }: GroupAnswer, { t }: Text): string {
  if (key === null) return t(`breakdown.${by}.none`);
  if (name) return name;
  const known = `${by === 'place-area' ? 'area-type' : 'area'}.${key}`;
  switch (by) {
    case 'team':
      return t('breakdown.team.number', { n: key });
    case 'day':
      return fullDay(minuteOfDay(key));
    case 'shift':
      return key.replace('-', ' – ');
    case 'place':
      return t('breakdown.place.unnamed');
    default:
      return isPlainKey(known) ? t(known) : key;
  }
}
