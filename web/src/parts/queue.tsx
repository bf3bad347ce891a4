/** A queue of things to decide. Letter keys work only while it has the focus. */
import './queue.css';
import type { HeldLine } from '../console/model.ts';
import type { Icon } from '../design/icons.tsx';
import { Clock, Hourglass, MapPin, Smartphone, UserX } from '../design/icons.tsx';
import type { LocalMinute } from '../field/model.ts';
import { clock } from '../text/format.ts';
import { outcomeText } from '../text/outcomes.ts';
import { useText } from '../text/text.ts';
import { ageWords } from './freshness.tsx';

export interface QueueProps {
  lines: HeldLine[];
  selected: string | null;
  now: LocalMinute;
  onSelect: (id: string) => void;
  onApprove: () => void;
  /** Wants to give the selected one back. */
  onReturn: () => void;
}

const ICONS: Record<string, Icon> = {
  'unit-changed': MapPin,
  'role-changed': UserX,
  'after-revocation': Smartphone,
  suspended: Smartphone,
  unconfirmed: Smartphone,
  clock: Clock,
};

export function Queue(props: QueueProps) {
  const { lines, selected, now, onSelect } = props;
  const text = useText();
  const { t } = text;
  return (
    <ul class="queue" onKeyDown={(event) => onKey(event, props)}>
      {lines.map((line) => {
        const Drawn = ICONS[line.code] ?? Hourglass;
        return (
          <li key={line.id}>
            <button
              type="button"
              class={line.decided ? 'queue-item decided' : 'queue-item'}
              aria-current={line.id === selected ? 'true' : undefined}
              data-id={line.id}
              onClick={() => onSelect(line.id)}
            >
              <span class="as-wait">
                <Drawn size={22} />
              </span>
              <span class="queue-words">
                <span>{line.name}</span>
                <span class="small soft">
                  {line.decided
                    ? t('decide.decided', { who: line.decided.by, time: clock(line.decided.at) })
                    : t(outcomeText(line.code).sentence)}
                </span>
              </span>
              <span class="small soft queue-age">{ageWords(line.since, now, text)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}

function onKey(event: KeyboardEvent & { currentTarget: HTMLUListElement }, props: QueueProps): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key.toLowerCase();
  const moves: Record<string, number> = { j: 1, arrowdown: 1, k: -1, arrowup: -1 };
  if (key in moves) {
    const at = props.lines.findIndex((line) => line.id === props.selected) + (moves[key] ?? 0);
    const next = props.lines[Math.min(Math.max(at, 0), props.lines.length - 1)];
    if (!next) return;
    event.preventDefault();
    props.onSelect(next.id);
    event.currentTarget.querySelector<HTMLElement>(`[data-id="${CSS.escape(next.id)}"]`)?.focus();
  } else if (key === 'd') props.onApprove();
  else if (key === 't') {
    // The focus may move into a text, which must not receive this letter.
    event.preventDefault();
    props.onReturn();
  }
}
