/** Bars of one funnel on one scale from zero; what was lost between them in words. */
import './funnel.css';
import type { FunnelBar } from '../console/model.ts';
import { number } from '../text/format.ts';
import { useText } from '../text/text.ts';

export interface FunnelBarsProps {
  bars: FunnelBar[];
  /** Drawn on the bar whose indicator it belongs to. */
  target: number | null;
}

export function FunnelBars({ bars, target }: FunnelBarsProps) {
  const { t, language } = useText();
  const most = Math.max(1, ...bars.map((bar) => bar.count), target ?? 0);
  return (
    <ol class="funnel">
      {bars.map((bar, index) => {
        return (
          <li key={bar.step}>
            <div class="funnel-head">
              <span>
                {t(`step.${bar.step}`)}
                {bar.isGoal && target !== null && <span class="soft"> · {t('progress.goal')}</span>}
              </span>
              <span class="funnel-count">{number(bar.count, language)}</span>
            </div>
            <div class="funnel-track" aria-hidden="true">
              <div class={`funnel-fill funnel-${index + 1}`} style={{ width: `${(bar.count / most) * 100}%` }} />
              {bar.isGoal && target !== null && <div class="funnel-goal" style={{ left: `${(target / most) * 100}%` }} />}
            </div>
            {bar.lost !== null && <p class="caption as-act">{bar.lost}</p>}
          </li>
        );
      })}
    </ol>
  );
}
