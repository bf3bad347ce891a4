/** Figures of a period, beside the one before and against targets. */
import type { Phone } from 'sampan-app/client_app.js';
import type { Aim, Figure, IndicatorName, Period, ResultsView } from '../model.ts';
import type { CoreMade } from './core.ts';

const DAY_MINUTES = 24 * 60;

export function figuresOf(core: Phone, period: Period, nowSeconds: number): Pick<ResultsView, 'from' | 'to' | 'mine' | 'team' | 'aims'> | null {
  const asked = core.progress({ period: period.length, back: period.which === 'this' ? 0 : 1 }, nowSeconds);
  if (asked === null) return null;
  const aims = asked.targets.map(({ indicator, kind, unit, value, done, mine, due }): Aim => ({
    id: `${indicator}-${kind}-${unit}`, indicator, kind, target: value, done, mine, due,
  }));
  return {
    from: asked.from * DAY_MINUTES, to: asked.to * DAY_MINUTES, mine: asked.mine.map(figureOf), team: asked.team.map(figureOf), aims,
  };
}

function figureOf({ indicator, done, before }: CoreMade): Figure {
  return { indicator: indicator as IndicatorName, done, before };
}
