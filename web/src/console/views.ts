/**
 * The server's answers as what screens are told.
 *
 * Nothing is guessed: what no answer holds stays unknown. Figures that the server leaves out count
 * nothing, as it promises to list those above zero.
 */
import type { LocalMinute, ReasonName } from '../field/model.ts';
import type { Text } from '../text/text.ts';
import { isPlainKey } from '../text/text.ts';
import type { Contact, FreshnessAnswer, PaceAnswer, ProgressAnswer, TargetAnswer, UnitProgress } from './api.ts';
import type {
  Completeness, Frame, Freshness, FunnelBar, Pace, PaceChartView, ProgressView, UnitLine, UnitPath,
} from './model.ts';
import { dayOf, minuteOf, minuteOfDay } from './time.ts';

const FRESH_MINUTES = 6 * 60;
const DAY = 24 * 60;

export interface ProgressParts {
  frame: Frame;
  path: UnitPath[];
  /** Which indicator is compared. */
  of: string;
  answer: ProgressAnswer;
  /** `null`: not known yet. */
  fresh: FreshnessAnswer | null;
  /** `null`: no target in a campaign, or not known yet. */
  pace: PaceAnswer | null;
}

export function progressView({ frame, path, of, answer, fresh, pace }: ProgressParts, text: Text): ProgressView {
  const asOf = minuteOfDay(answer.as_of);
  const here = rated(answer.unit, of);
  const ofUnit = new Map(fresh?.children.map((child) => [child.unit, child]));
  return {
    frame,
    path,
    unit: answer.unit.name,
    indicator: indicatorWords(of, text),
    campaign: pace?.campaign ?? null,
    asOf,
    isPast: answer.as_of < dayOf(frame.now),
    silence: completeness(fresh, frame.now),
    sourceDay: null,
    ...here,
    funnel: funnel(answer.unit, of, text),
    ...paced(pace, fresh?.unit ?? null),
    units: ranked(answer.children, of).map(({ unit, rank }) => line(unit, of, rank, ofUnit.get(unit.unit), answer.as_of)),
    unitsAll: answer.children.length,
    unitsMet: met(answer.children, of),
  };
}

/** How many of those with a target have met it; `null` where nobody has one. */
function met(units: UnitProgress[], of: string): { met: number; all: number } | null {
  const targets = units.map((unit) => targetOf(unit, of)).filter((target) => target !== null && target.value > 0);
  if (targets.length === 0) return null;
  return { met: targets.filter((target) => target!.reached >= target!.value).length, all: targets.length };
}

/**
 * Units slowest first, with their ranks. The rate decides, compared exactly; of equal rates whoever
 * met the target earlier stands before; who is equal in both shares the rank, and names only order
 * the lines. Without a target there is no rank, and those stand last.
 */
export function ranked(units: UnitProgress[], of: string): { unit: UnitProgress; rank: number | null }[] {
  const byName = (a: UnitProgress, b: UnitProgress) => a.name.localeCompare(b.name, 'vi', { numeric: true });
  const having = (wanted: boolean) => units.filter((unit) => ((targetOf(unit, of)?.value ?? 0) > 0) === wanted).sort(byName);
  const best = having(true).sort((a, b) => bestFirst(targetOf(a, of)!, targetOf(b, of)!));
  let rank = 0;
  const lines = best.map((unit, at) => {
    const before = best[at - 1];
    if (before === undefined || bestFirst(targetOf(before, of)!, targetOf(unit, of)!) !== 0) rank = at + 1;
    return { unit, rank };
  });
  return [...lines.reverse(), ...having(false).map((unit) => ({ unit, rank: null }))];
}

function bestFirst(a: TargetAnswer, b: TargetAnswer): number {
  // Counts stay below 10^9, so the products are exact only as big integers.
  const difference = BigInt(b.reached) * BigInt(a.value) - BigInt(a.reached) * BigInt(b.value);
  if (difference !== 0n) return difference > 0n ? 1 : -1;
  return (a.met_on ?? '9999').localeCompare(b.met_on ?? '9999');
}

type Paced = Pick<ProgressView, 'chart' | 'perDayNeeded' | 'perDayPast' | 'pastDays'>;

/** The chart and its rates: what is needed is rounded up, what was done is cut off. */
function paced(pace: PaceAnswer | null, contact: Contact | null): Paced {
  if (pace === null || pace.reached.length < 2) return { chart: null, perDayNeeded: 0, perDayPast: 0, pastDays: 0 };
  const start = minuteOfDay(pace.start);
  const end = minuteOfDay(pace.end);
  const points = pace.reached.map((done, n) => ({ day: start + n * DAY, done }));
  const last = points.at(-1)!;
  const pastDays = points.length - 1;
  const left = Math.max(0, pace.target - last.done);
  const daysLeft = Math.max(1, Math.round((end - last.day) / DAY));
  const grown = last.done - points[0]!.done;
  const daysNeeded = grown > 0 ? Math.ceil((left * pastDays) / grown) : null;
  const known = [contact?.heard_first, contact?.unsent_oldest].filter((at) => typeof at === 'number');
  const heardOldest = Math.min(last.day, ...known.map(minuteOf));
  const chart: PaceChartView = {
    points,
    target: pace.target,
    start,
    end,
    growsFrom: Math.max(start, Math.floor(heardOldest / DAY) * DAY),
    forecast: daysNeeded === null || left === 0 ? null : last.day + daysNeeded * DAY,
    metOn: left === 0 ? (points.find(({ done }) => done >= pace.target)?.day ?? null) : null,
  };
  return { chart, perDayNeeded: Math.ceil(left / daysLeft), perDayPast: Math.floor(grown / pastDays), pastDays };
}

function line(
  unit: UnitProgress, of: string, rank: number | null, contact: Contact | undefined, asOf: string,
): UnitLine {
  return {
    id: String(unit.unit),
    rank,
    name: unit.name,
    ...rated(unit, of),
    pace: paceOf(targetOf(unit, of), asOf),
    reason: mainReason(unit, of),
    fresh: contact === undefined ? null : freshness(contact),
  };
}

/** Met on a day, or late since the day it was due; before that nobody knows yet. */
function paceOf(target: TargetAnswer | null, asOf: string): Pace {
  if (target === null) return { is: 'unknown' };
  if (target.met_on !== null) return { is: 'reached', on: minuteOfDay(target.met_on) };
  if (target.due === null || target.due >= asOf || target.reached >= target.value) return { is: 'unknown' };
  return { is: 'late', days: Math.round((minuteOfDay(asOf) - minuteOfDay(target.due)) / DAY) };
}

type Rated = Pick<UnitLine, 'done' | 'target'> & { percent?: string };

/** The figure, its target and the rate as the server cut it. */
function rated(unit: UnitProgress, of: string): Rated {
  const target = targetOf(unit, of);
  if (target === null) return { done: countOf(unit, of), target: null };
  const { reached: done, value, percent } = target;
  return { done, target: value, ...(percent === null ? {} : { percent }) };
}

export function countOf(unit: UnitProgress, indicator: string): number {
  return unit.figures.find((figure) => figure.indicator === indicator)?.count ?? 0;
}

/** The target from above, if there are several. */
export function targetOf(unit: UnitProgress, indicator: string): TargetAnswer | null {
  const all = unit.targets.filter((target) => target.indicator === indicator);
  return all.find((target) => target.kind === 'assigned') ?? all[0] ?? null;
}

/** What can be compared here: whatever has a target, and the e-ID. */
export function comparable(answer: ProgressAnswer, of: string): string[] {
  const all = [answer.unit, ...answer.children].flatMap((unit) => unit.targets.map((target) => target.indicator));
  return [...new Set(['eid-activated', of, ...all])];
}

function mainReason(unit: UnitProgress, of: string): ReasonName | null {
  const prefix = of.startsWith('card-') ? 'card-waits-' : 'eid-waits-';
  const waits = unit.figures.filter((figure) => figure.indicator.startsWith(prefix));
  const most = [...waits].sort((a, b) => b.count - a.count)[0];
  return most ? (most.indicator.slice(prefix.length) as ReasonName) : null;
}

const FUNNELS = {
  'eid-activated': ['eid-collected', 'eid-accepted', 'eid-activated'],
  'card-handed-over': ['card-collected', 'card-printed', 'card-handed-over', 'card-undeliverable'],
} as const;

/** What was lost on the way to a step. */
const LOST = {
  'eid-accepted': 'progress.not-accepted',
  'eid-activated': 'progress.not-activated',
  'card-printed': 'progress.not-printed',
  'card-handed-over': 'progress.not-handed-over',
} as const;

function funnel(unit: UnitProgress, of: string, { t }: Text): FunnelBar[] {
  const steps = of === 'eid-activated' || of === 'card-handed-over' ? FUNNELS[of] : [];
  const counts = steps.map((step) => countOf(unit, step));
  return steps.map((step, at) => {
    const n = (counts[at - 1] ?? 0) - (counts[at] ?? 0);
    const key = step in LOST ? LOST[step as keyof typeof LOST] : null;
    return { step, count: counts[at] ?? 0, isGoal: step === of, lost: key !== null && n > 0 ? t(key, { n }) : null };
  });
}

/** `null` where no phone works. */
export function freshness({ phones, silent, heard_first: first, unsent }: Contact): Freshness | null {
  return phones === 0 || first === null ? null : { heard: minuteOf(first), silentPhones: silent, unsent };
}

function completeness(fresh: FreshnessAnswer | null, now: LocalMinute): Completeness {
  if (fresh === null || fresh.unit.phones === 0 || fresh.unit.heard_first === null) return 'unknown';
  const { silent, unsent, unsent_oldest: oldest, heard_first: first } = fresh.unit;
  if (silent > 0 || unsent > 0) {
    return { phones: silent, units: fresh.silent_units, recordsAtLeast: unsent || null, oldest: oldest === null ? null : minuteOf(oldest) };
  }
  const heardOldest = minuteOf(first);
  return now - heardOldest < FRESH_MINUTES ? null : { heardOldest };
}

/** An indicator's words; its stable name where this build has none. */
export function indicatorWords(indicator: string, { t }: Text): string {
  for (const key of [`indicator.${indicator}`, `step.${indicator}`]) if (isPlainKey(key)) return t(key);
  const [, track, reason] = /^(card|eid)-waits-(.+)$/.exec(indicator) ?? [];
  const reasonKey = `reason.${reason}`;
  if (track && isPlainKey(reasonKey)) {
    return t(track === 'card' ? 'indicator.waits.card' : 'indicator.waits.eid', { reason: t(reasonKey) });
  }
  const residenceKey = indicator.replace(/^residing-/, 'residence.');
  return isPlainKey(residenceKey) ? t('indicator.residing', { residence: t(residenceKey) }) : indicator;
}
