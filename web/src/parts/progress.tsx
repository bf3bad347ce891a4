/** Bars against a goal. A bar alone says nothing: figures and words stand beside it. */
import './progress.css';
import { CircleCheck } from '../design/icons.tsx';
import { number } from '../text/format.ts';
import { useText } from '../text/text.ts';

/** The track ends here, so that the goal line stands inside it. */
const TRACK_PERCENT = 125;

export interface GoalBarProps {
  /** What is counted, for readers. */
  label: string;
  done: number;
  target: number;
}

/** The track ends at 125 % of the target, the goal line stands at 80 % of it. */
export function GoalBar({ label, done, target }: GoalBarProps) {
  const { t } = useText();
  const share = Math.min(done / target, TRACK_PERCENT / 100) / (TRACK_PERCENT / 100);
  const isBeyond = done * 100 > target * TRACK_PERCENT;
  const kind = ['goal-fill', done >= target && 'reached', isBeyond && 'beyond'].filter(Boolean).join(' ');
  return (
    <div class="goal-bar" role="img" aria-label={`${label}: ${t('results.bar', { done, target })}`}>
      <div class="goal-track">
        <div class={kind} style={{ width: `${share * 100}%` }} />
      </div>
      <div class="goal-line" />
    </div>
  );
}

export interface GoalFigureProps {
  /** Its stable name, for tests. */
  id: string;
  name: string;
  done: number;
  target: number | null;
  /** A further fact beside "target met". */
  fact?: string | undefined;
}

/** One figure of a phone's results. */
export function GoalFigure({ id, name, done, target, fact }: GoalFigureProps) {
  const { t, language } = useText();
  return (
    <div class="goal-figure" data-indicator={id} data-done={done}>
      <div class="goal-head">
        <span class="goal-name">{name}</span>
        <span>
          <span class="goal-done">{number(done, language)}</span>
          {target !== null && <span class="soft"> / {number(target, language)}</span>}
        </span>
      </div>
      {target !== null && target > 0 ? <GoalBar label={name} done={done} target={target} /> : null}
      <p class="goal-words small soft">
        {target === null ? (
          t('results.no-target')
        ) : done >= target ? (
          <span class="goal-met as-good strong">
            <CircleCheck size={18} /> {t('results.reached')}
          </span>
        ) : (
          t('results.of-ten', { tenths: Math.floor((done * 10) / target), left: target - done })
        )}
        {fact && <span>{fact}</span>}
      </p>
    </div>
  );
}
