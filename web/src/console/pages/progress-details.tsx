/** What stands behind a unit's figures: told apart, services and obstacles, possible doubles. */
import type { Breakdown, FreshnessAnswer, UnitProgress } from '../api.ts';
import { BreakdownTable } from '../screens/breakdown.tsx';
import { TeamContacts } from '../screens/contact.tsx';
import { Doubles } from '../screens/doubles.tsx';
import { OnlineRates, Services } from '../screens/services.tsx';
import type { PageProps } from '../signed-in.ts';
import { dayOf, minuteOfDay } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { SessionsExport } from './sessions-export.tsx';

export interface DetailsProps extends PageProps {
  unit: UnitProgress;
  /** `yyyy-mm-dd` */
  asOf: string;
  /** `null`: not known yet. */
  fresh: FreshnessAnswer | null;
}

/** Days a breakdown by day shows. */
const DAYS = 31;

export function ProgressDetails({ api, me, live, place, go, frame, unit, asOf, fresh }: DetailsProps) {
  const { day, of, percents, by } = place;
  const from = by === 'day' ? dayOf(minuteOfDay(asOf) - (DAYS - 1) * 24 * 60) : null;
  const breakdown = useAnswer(`breakdown ${unit.unit} ${by} ${day} ${percents}`, live.version, () => api.breakdown(unit.unit, by, { from, day, percents }));
  const services = useAnswer(`services ${unit.unit} ${day}`, live.version, () => api.services(unit.unit, day));
  const reported = useAnswer(`reported ${unit.unit} ${day}`, live.version, () => api.reported(unit.unit, day));
  const doubles = useAnswer(`doubles ${unit.unit} ${day}`, live.version, () => api.doubles(unit.unit, day));
  const open = (document: string) => go({ page: 'dossiers', dossier: document });
  return (
    <>
      <BreakdownTable unit={unit.name} by={by} answer={breakdown.value} fresh={fresh} of={of} onBy={(chosen: Breakdown) => go({ by: chosen })} />
      {fresh && <TeamContacts fresh={fresh} now={frame.now} />}
      <OnlineRates unit={unit} asOf={asOf} fresh={fresh} />
      {services.value && <Services answer={services.value} fresh={fresh} reported={reported.value ?? []} now={frame.now} />}
      {services.value && <SessionsExport api={api} unit={unit.unit} now={frame.now} day={day} services={services.value} />}
      {doubles.value && <Doubles answer={doubles.value} onOpen={me.may.includes('dossiers') ? open : undefined} />}
    </>
  );
}
