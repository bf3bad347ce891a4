/** How far a card or an e-ID has come: five nodes, the furthest in words, the next step. */
import './stepper.css';
import type { ComponentChildren } from 'preact';
import { BadgeCheck, Check, EqualNot, IdCard, Undo2 } from '../design/icons.tsx';
import type { FunnelView, LocalMinute } from '../field/model.ts';
import { LEVELS } from '../field/model.ts';
import { day } from '../text/format.ts';
import type { Text } from '../text/text.ts';
import { capital, useText } from '../text/text.ts';
import { StateChip } from './chip.tsx';

export interface StepperProps {
  view: FunnelView;
  now: LocalMinute;
  /** Opens the list of all steps. */
  onOpen: () => void;
  /** Nothing opens: it only tells. */
  isStill?: boolean;
}

type Node = 'reached' | 'furthest' | 'next' | 'later' | 'returned' | 'conflict';

export function Stepper({ view, now, onOpen, isStill = false }: StepperProps) {
  const text = useText();
  const { t } = text;
  const Drawn = view.funnel === 'card' ? IdCard : BadgeCheck;
  const name = t(`funnel.${view.funnel}`);
  return (
    <section class="card stepper">
      <div class="stepper-head">
        <Drawn size={18} />
        <h2 class="card-title">{name}</h2>
        <span class="small strong soft">{view.furthest}/5</span>
      </div>
      {!isStill && <button type="button" class="stepper-open" aria-label={t('funnel.open', { name })} onClick={onOpen} />}
      <ol class="stepper-line">
        {LEVELS[view.funnel].map((_, index) => (
          <StepNode key={index} view={view} level={index + 1} now={now} />
        ))}
      </ol>
      <div class="stepper-foot">
        <div class="stepper-words">
          <p class="strong">{furthestWords(view, text)}</p>
          {below(view, now, text)}
        </div>
        {view.state !== 'received' && <StateChip state={view.state} />}
      </div>
    </section>
  );
}

function StepNode({ view, level, now }: { view: FunnelView; level: number; now: LocalMinute }) {
  const { t } = useText();
  const kind = nodeOf(view, level);
  const step = LEVELS[view.funnel][level - 1] ?? LEVELS[view.funnel][0];
  const at = view.reached[level - 1]?.at;
  const status = () => {
    if (kind === 'returned') return t('track.returned');
    if (kind === 'next' || kind === 'later') return t(`funnel.node.${kind}`);
    return at === undefined ? t('funnel.node.reached') : day(at, now);
  };
  return (
    <li class={`node ${kind}`} aria-current={kind === 'furthest' ? 'step' : undefined}>
      <span class="node-mark" aria-hidden="true">
        <NodeIcon kind={kind} />
      </span>
      <span class="unseen">
        {t('funnel.node', { step: level, name: t(`step.${step}`) })}, {status()}
      </span>
    </li>
  );
}

function NodeIcon({ kind }: { kind: Node }) {
  if (kind === 'reached') return <Check size={15} stroke={2.6} />;
  if (kind === 'furthest') return <Check size={19} stroke={2.6} />;
  if (kind === 'conflict') return <EqualNot size={18} stroke={2.4} />;
  return kind === 'returned' ? <Undo2 size={16} stroke={2.4} /> : null;
}

function nodeOf({ furthest, side, isConflicted }: FunnelView, level: number): Node {
  const isReturned = side?.endsWith('returned') ?? false;
  if (isReturned && level === Math.max(furthest, 1)) return 'returned';
  if (isConflicted && level === furthest) return 'conflict';
  if (level < furthest) return 'reached';
  if (level === furthest) return 'furthest';
  return level === furthest + 1 && !isReturned ? 'next' : 'later';
}

function furthestWords({ funnel, furthest, side }: FunnelView, { t }: Text): string {
  if (side) return t(`step.${side}`);
  const level = LEVELS[funnel][furthest - 1];
  return level ? t(`step.${level}`) : t(`funnel.none.${funnel}`);
}

function below(view: FunnelView, now: LocalMinute, { t }: Text): ComponentChildren {
  if (view.isConflicted) return <p class="small as-act">{t('funnel.conflict')}</p>;
  if (view.nextBy !== null && view.furthest < 5) {
    return <p class="small soft">{t('funnel.activate-by', { day: day(view.nextBy, now) })}</p>;
  }
  const last = view.reached[view.furthest - 1];
  if (!last) return null;
  return <p class="small soft">{capital(t('dossier.wrote', { day: day(last.at, now), who: last.by }))}</p>;
}
