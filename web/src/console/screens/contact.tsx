/** Who was heard when, by team; and beside figures, how much of them may still be out there. */
import { FreshnessBadge, ageWords } from '../../parts/freshness.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import type { LocalMinute } from '../../text/format.ts';
import { fullDay, number } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { FreshnessAnswer } from '../api.ts';
import { minuteOf, minuteOfDay } from '../time.ts';
import { freshness } from '../views.ts';

export interface StillOutProps {
  /** `yyyy-mm-dd` */
  asOf: string;
  fresh: FreshnessAnswer | null;
}

/** Up to which day figures count, and what of that is known to be missing. */
export function StillOut({ asOf, fresh }: StillOutProps) {
  const { t } = useText();
  const said = [t('console.as-of', { day: fullDay(minuteOfDay(asOf)) })];
  if (fresh !== null && fresh.unit.phones === 0) said.push(t('fresh.no-phones'));
  if (fresh !== null && fresh.unit.silent > 0) said.push(t('fresh.silent.phones', { phones: fresh.unit.silent, all: fresh.unit.phones }));
  if (fresh !== null && fresh.unit.unsent > 0) said.push(t('fresh.unsent', { n: fresh.unit.unsent }));
  return <span class="small soft">· {said.join(' · ')}</span>;
}

type TeamLine = FreshnessAnswer['teams'][number];

/** Each team with a phone here: those silent for longest first. */
export function TeamContacts({ fresh, now }: { fresh: FreshnessAnswer; now: LocalMinute }) {
  const text = useText();
  const { t } = text;
  const lines = [...fresh.teams].sort((a, b) => (a.heard_first ?? 0) - (b.heard_first ?? 0) || a.team - b.team);
  return (
    <section class="card" data-part="contacts">
      <h2 class="page-head">
        {t('contacts.title')} <span class="small soft">· {t('contacts.phones', { n: fresh.unit.phones, silent: fresh.unit.silent })}</span>
      </h2>
      {lines.length === 0 ? (
        <p class="page-head soft">{t('fresh.unknown')}</p>
      ) : (
        <Table label={t('contacts.title')} columns={columns(now, text)} rows={lines} keyOf={({ team }) => String(team)} />
      )}
    </section>
  );
}

function columns(now: LocalMinute, text: Text): Column<TeamLine, string>[] {
  const { t, language } = text;
  const age = (at: number | null) => (at === null ? t('none') : ageWords(minuteOf(at), now, text));
  const words = ({ team, name }: TeamLine) => name ?? (team === 0 ? t('breakdown.team.none') : t('breakdown.team.number', { n: String(team) }));
  return [
    { id: 'team', name: t('breakdown.team'), isHead: true, cell: (line) => <span data-team={line.team}>{words(line)}</span> },
    { id: 'phones', name: t('contacts.count'), isNumber: true, cell: ({ phones }) => number(phones, language) },
    { id: 'last', name: t('contacts.last'), isNumber: true, cell: ({ heard_last: at }) => age(at) },
    {
      id: 'fresh', name: t('contacts.first'),
      cell: (line) => {
        const fresh = freshness({ ...line, unsent: 0 });
        return fresh === null ? t('none') : <FreshnessBadge fresh={fresh} now={now} />;
      },
    },
    { id: 'unsent', name: t('contacts.unsent'), isNumber: true, cell: ({ unsent }) => number(unsent, language) },
    { id: 'oldest', name: t('devices.col.unsent'), isNumber: true, cell: ({ unsent_oldest: at }) => age(at) },
  ];
}
