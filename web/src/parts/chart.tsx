/**
 * The pace chart: reached, needed, target, forecast, and the days that may still grow.
 *
 * Labels stand on the lines; there is no legend, no second axis and no smoothing. The same figures
 * stand in a table one press away.
 */
import './chart.css';
import { useState } from 'preact/hooks';
import type { PaceChartView, PacePoint } from '../console/model.ts';
import type { LocalMinute } from '../field/model.ts';
import { day, number } from '../text/format.ts';
import type { Text } from '../text/text.ts';
import { useText } from '../text/text.ts';

export interface PaceChartProps {
  view: PaceChartView;
  now: LocalMinute;
}

const BOX = { width: 640, height: 236, left: 74, right: 16, top: 14, bottom: 30 };
/** As wide as the words on the lines, Vietnamese or English. */
const WORDS = { reached: 64, growing: 150 };
const TICKS = 5;

export function PaceChart({ view, now }: PaceChartProps) {
  const text = useText();
  const { t } = text;
  const [isTable, showTable] = useState(false);
  return (
    <figure class="chart">
      {isTable ? <Figures view={view} now={now} /> : <Picture view={view} now={now} text={text} />}
      <button type="button" class="chart-switch" aria-pressed={isTable} onClick={() => showTable(!isTable)}>
        {isTable ? t('chart.picture') : t('chart.table')}
      </button>
    </figure>
  );
}

/** Where a day and a count lie on the picture. */
interface Scale {
  x: (at: LocalMinute) => number;
  y: (count: number) => number;
  ticks: number[];
}

function Picture({ view, now, text }: PaceChartProps & { text: Text }) {
  const { t, language } = text;
  const scale = scaleOf(view);
  const last = view.points.at(-1) ?? { day: view.start, done: 0 };
  const first = view.points[0] ?? last;
  const label = t('chart.label', {
    done: last.done, day: day(last.day, now), target: view.target, end: day(view.end, now),
  });
  const at = (point: { day: LocalMinute; done: number }) => `${scale.x(point.day)},${scale.y(point.done)}`;
  return (
    <svg class="chart-picture" viewBox={`0 0 ${BOX.width} ${BOX.height}`} role="img" aria-label={label}>
      <Axes view={view} scale={scale} now={now} text={text} />
      <Growing view={view} scale={scale} />
      <polyline class="chart-needed" points={`${at(first)} ${at({ day: view.end, done: view.target })}`} />
      <line class="chart-target" x1={BOX.left} x2={BOX.width - BOX.right} y1={scale.y(view.target)} y2={scale.y(view.target)} />
      <polyline class="chart-reached" points={view.points.map(at).join(' ')} />
      {view.forecast !== null && (
        <polyline class="chart-forecast" points={`${at(last)} ${at(foreseen(view, last, view.forecast))}`} />
      )}
      <circle class="chart-now" cx={scale.x(last.day)} cy={scale.y(last.done)} r="6" />
      <Labels view={view} scale={scale} target={t('chart.target', { n: number(view.target, language) })} text={text} />
    </svg>
  );
}

function Axes({ view, scale, now, text }: PaceChartProps & { scale: Scale; text: Text }) {
  const span = view.end - view.start;
  const days = [0, 1, 2, 3].map((n) => view.start + Math.round((span * n) / 3 / 1440) * 1440);
  return (
    <>
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <line class="chart-grid" x1={BOX.left} x2={BOX.width - BOX.right} y1={scale.y(tick)} y2={scale.y(tick)} />
          <text class="chart-tick" x={BOX.left - 8} y={scale.y(tick) + 4} text-anchor="end">
            {number(tick, text.language)}
          </text>
        </g>
      ))}
      {days.map((at, n) => (
        <text key={at} class="chart-tick" x={scale.x(at)} y={BOX.height - 8} text-anchor={n === 0 ? 'start' : n === 3 ? 'end' : 'middle'}>
          {day(at, now)}
        </text>
      ))}
    </>
  );
}

/** Hatched: records of these days are still on their way. */
function Growing({ view, scale }: { view: PaceChartView; scale: Scale }) {
  const last = view.points.at(-1)?.day ?? view.growsFrom;
  return (
    <>
      <defs>
        <pattern id="growing" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <line class="chart-hatch" x1="0" x2="0" y1="0" y2="7" />
        </pattern>
      </defs>
      <rect
        fill="url(#growing)"
        x={scale.x(view.growsFrom)}
        width={Math.max(0, scale.x(last) - scale.x(view.growsFrom))}
        y={BOX.top}
        height={BOX.height - BOX.top - BOX.bottom}
      />
    </>
  );
}

function Labels({ view, scale, target, text: { t } }: { view: PaceChartView; scale: Scale; target: string; text: Text }) {
  const middle = view.points[Math.floor(view.points.length / 2)] ?? { day: view.start, done: 0 };
  const last = view.points.at(-1) ?? middle;
  const neededAt = view.start + (view.end - view.start) * 0.38;
  const first = view.points[0] ?? middle;
  const needed = first.done + (view.target - first.done) * 0.38;
  const reached = beside(scale.x(middle.day), 'before', WORDS.reached);
  const hasRoom = scale.x(last.day) + WORDS.growing <= BOX.width;
  const growing = hasRoom ? beside(scale.x(last.day), 'after', WORDS.growing) : beside(scale.x(view.growsFrom), 'before', WORDS.growing);
  return (
    <>
      <text class="chart-label" x={BOX.left + 8} y={scale.y(view.target) - 7}>
        {target}
      </text>
      <text class="chart-label reached" y={scale.y(middle.done) - 8} {...reached}>
        {t('chart.reached')}
      </text>
      <text class="chart-label needed" x={scale.x(neededAt) + 4} y={scale.y(needed) + 24}>
        {t('chart.needed')}
      </text>
      {view.growsFrom < last.day && (
        <text class="chart-label growing" y={scale.y(scale.ticks[1] ?? 0) - 8} {...growing}>
          {t('chart.growing')}
        </text>
      )}
    </>
  );
}

/** Where the forecast ends: at the target, or at the picture's last day on the way there. */
function foreseen(view: PaceChartView, last: PacePoint, met: LocalMinute): PacePoint {
  if (met <= view.end) return { day: met, done: view.target };
  const share = (view.end - last.day) / (met - last.day);
  return { day: view.end, done: last.done + (view.target - last.done) * share };
}

/** Words on that side of `x`; on the other where they would leave the picture. */
function beside(x: number, side: 'before' | 'after', width: number) {
  const hasRoom = side === 'after' ? x + width <= BOX.width : x - width >= BOX.left;
  const isAfter = (side === 'after') === hasRoom;
  return isAfter ? ({ x: x + 8, 'text-anchor': 'start' } as const) : ({ x: x - 8, 'text-anchor': 'end' } as const);
}

function Figures({ view, now }: PaceChartProps) {
  const { t, language } = useText();
  return (
    <div class="chart-table" tabIndex={0} role="region" aria-label={t('chart.table')}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{t('chart.day')}</th>
            <th scope="col" class="number">
              {t('chart.reached')}
            </th>
          </tr>
        </thead>
        <tbody>
          {view.points.map((point) => (
            <tr key={point.day}>
              <th scope="row">{day(point.day, now)}</th>
              <td class="number" data-name={t('chart.reached')}>
                {number(point.done, language)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function scaleOf(view: PaceChartView): Scale {
  const counts = [...view.points.map((point) => point.done), view.target];
  const least = Math.min(...counts);
  const most = Math.max(...counts);
  const step = niceStep((most - least) / (TICKS - 1));
  const low = Math.floor(least / step) * step;
  const high = Math.ceil((most + step / 4) / step) * step;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, n) => low + n * step);
  const across = (BOX.width - BOX.left - BOX.right) / Math.max(1, view.end - view.start);
  const up = (BOX.height - BOX.top - BOX.bottom) / Math.max(1, high - low);
  return {
    x: (at) => BOX.left + (at - view.start) * across,
    y: (count) => BOX.height - BOX.bottom - (count - low) * up,
    ticks,
  };
}

/** The next of 1, 2, 5 times a power of ten. */
function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, rough)));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= rough) ?? 10 * power;
}
