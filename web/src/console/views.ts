/**
 * The server's answers as what screens are told.
 *
 * Nothing is guessed: what no answer holds stays unknown. Figures that the server leaves out count
 * nothing, as it promises to list those above zero.
 */
import type { LocalMinute, ReasonName } from '../field/model.ts';
import type { Text } from '../text/text.ts';
import { isPlainKey } from '../text/text.ts';
import type { DeviceAnswer, PaceAnswer, ProgressAnswer, TargetAnswer, UnitProgress } from './api.ts';
import type {
  Completeness, Frame, Freshness, FunnelBar, PaceChartView, ProgressView, UnitLine, UnitPath,
} from './model.ts';
import { dayOf, minuteOf, minuteOfDay } from './time.ts';

const SILENT_MINUTES = 3 * 24 * 60;
const FRESH_MINUTES = 6 * 60;
const DAY = 24 * 60;

/** Phones that work in each unit below the one in view, as far as is known. */
export type PhonesOf = ReadonlyMap<number, DeviceAnswer[]>;

export interface ProgressParts {
  frame: Frame;
  path: UnitPath[];
  /** Which indicator is compared. */
  of: string;
  answer: ProgressAnswer;
  phones: PhonesOf;
  /** `null`: no target in a campaign, or not known yet. */
  pace: PaceAnswer | null;
}

export function progressView({ frame, path, of, answer, phones, pace }: ProgressParts, text: Text): ProgressView {
  const asOf = minuteOfDay(answer.as_of);
  const here = rated(answer.unit, of);
  const known = [...new Map([...phones.values()].flat().map((phone) => [phone.device, phone])).values()];
  return {
    frame,
    path,
    unit: answer.unit.name,
    indicator: indicatorWords(of, text),
    campaign: pace?.campaign ?? null,
    asOf,
    isPast: answer.as_of < dayOf(frame.now),
    silence: completeness(known, frame.now),
    sourceDay: null,
    ...here,
    funnel: funnel(answer.unit, of, text),
    ...paced(pace, known),
    units: slowestFirst(answer.children).map((unit) => line(unit, of, phones.get(unit.unit), frame.now)),
    unitsAll: answer.children.length,
  };

  function slowestFirst(units: UnitProgress[]): UnitProgress[] {
    return [...units].sort((a, b) => slowness(a) - slowness(b) || a.name.localeCompare(b.name, 'vi', { numeric: true }));
  }

  /** Without a target nobody is slow: those stand last. */
  function slowness(unit: UnitProgress): number {
    const target = targetOf(unit, of);
    return target === null || target.value === 0 ? Infinity : target.reached / target.value;
  }
}

type Paced = Pick<ProgressView, 'chart' | 'perDayNeeded' | 'perDayPast' | 'pastDays'>;

/** The chart and its rates: what is needed is rounded up, what was done is cut off. */
function paced(pace: PaceAnswer | null, phones: DeviceAnswer[]): Paced {
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
  const heardOldest = Math.min(last.day, ...phones.map((phone) => minuteOf(phone.heard)));
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

function line(unit: UnitProgress, of: string, phones: DeviceAnswer[] | undefined, now: LocalMinute): UnitLine {
  return {
    id: String(unit.unit),
    rank: null,
    name: unit.name,
    ...rated(unit, of),
    pace: { is: 'unknown' },
    reason: mainReason(unit, of),
    fresh: phones === undefined ? null : freshness(phones, now),
  };
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
  'card-handed-over': ['card-collected', 'card-printed', 'card-handed-over'],
} as const;

function funnel(unit: UnitProgress, of: string, { t }: Text): FunnelBar[] {
  const steps = of === 'eid-activated' || of === 'card-handed-over' ? FUNNELS[of] : [];
  const counts = steps.map((step) => countOf(unit, step));
  return steps.map((step, at) => {
    const n = (counts[at - 1] ?? 0) - (counts[at] ?? 0);
    const words = { 'eid-accepted': 'progress.not-accepted', 'eid-activated': 'progress.not-activated' } as const;
    const key = step === 'eid-accepted' || step === 'eid-activated' ? words[step] : null;
    return { step, count: counts[at] ?? 0, lost: key !== null && n > 0 ? t(key, { n }) : null };
  });
}

function freshness(phones: DeviceAnswer[], now: LocalMinute): Freshness | null {
  const heard = phones.map((phone) => minuteOf(phone.heard));
  if (heard.length === 0) return null;
  return { heard: Math.min(...heard), silentPhones: heard.filter((at) => now - at > SILENT_MINUTES).length };
}

function completeness(phones: DeviceAnswer[], now: LocalMinute): Completeness {
  if (phones.length === 0) return 'unknown';
  const silent = phones.filter((phone) => now - minuteOf(phone.heard) > SILENT_MINUTES);
  if (silent.length > 0) {
    const units = new Set(silent.flatMap((phone) => phone.units)).size;
    return { phones: silent.length, units, recordsAtLeast: null };
  }
  const heardOldest = Math.min(...phones.map((phone) => minuteOf(phone.heard)));
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
