/** Chips. A state chip says where a record is by icon, word and shape, and cannot be pressed. */
import './chip.css';
import type { ComponentChildren } from 'preact';
import type { Icon } from '../design/icons.tsx';
import {
  ArrowUp, Check, CircleCheck, EqualNot, Hourglass, OctagonAlert, PencilLine, Puzzle, Sailboat, Smartphone, Undo2,
} from '../design/icons.tsx';
import type { RecordState } from '../field/model.ts';
import type { Role } from '../text/outcomes.ts';
import { capital, useText } from '../text/text.ts';

const STATES: Record<RecordState, { icon: Icon; role: Role | 'draft' }> = {
  draft: { icon: PencilLine, role: 'draft' },
  here: { icon: Smartphone, role: 'here' },
  sending: { icon: ArrowUp, role: 'move' },
  carried: { icon: Sailboat, role: 'move' },
  parked: { icon: Puzzle, role: 'wait' },
  held: { icon: Hourglass, role: 'wait' },
  received: { icon: CircleCheck, role: 'good' },
  refused: { icon: OctagonAlert, role: 'bad' },
  conflict: { icon: EqualNot, role: 'act' },
  returned: { icon: Undo2, role: 'act' },
};

export interface StateChipProps {
  state: RecordState;
  /** Who carries it. */
  carrier?: string | null;
  /** A shorter word where there is little room. */
  short?: boolean;
}

export function StateChip({ state, carrier, short }: StateChipProps) {
  const { t } = useText();
  const { icon, role } = STATES[state];
  const word = () => {
    if (state === 'carried' && carrier) return capital(t('state.carried.by', { who: carrier }));
    return short && state === 'received' ? t('state.received.short') : t(`state.${state}`);
  };
  return (
    <Chip icon={icon} role={role}>
      {word()}
    </Chip>
  );
}

export interface ChipProps {
  icon: Icon;
  role: Role | 'draft';
  children: ComponentChildren;
}

export function Chip({ icon: Drawn, role, children }: ChipProps) {
  return (
    <span class={`chip chip-${role}`}>
      <Drawn size={15} stroke={2.4} />
      <span>{children}</span>
    </span>
  );
}

/** Only the icon of a state, for dense lists; the word is read out. */
export function StateMark({ state }: { state: RecordState }) {
  const { t } = useText();
  const { icon: Drawn, role } = STATES[state];
  return (
    <span class={`as-${role}`}>
      <Drawn size={20} />
      <span class="unseen">{t(`state.${state}`)}</span>
    </span>
  );
}

export interface FilterChip<Id extends string> {
  id: Id;
  name: string;
  icon?: Icon;
  tone?: 'bad';
  count?: number;
}

export interface FilterChipsProps<Id extends string> {
  label: string;
  chips: FilterChip<Id>[];
  chosen: readonly Id[];
  onToggle: (id: Id) => void;
}

export function FilterChips<Id extends string>({ label, chips, chosen, onToggle }: FilterChipsProps<Id>) {
  return (
    <div class="filters" role="group" aria-label={label}>
      {chips.map(({ id, name, icon, tone, count }) => {
        const isChosen = chosen.includes(id);
        const Drawn = isChosen && count === undefined ? Check : icon;
        return (
          <button key={id} type="button" class="filter" aria-pressed={isChosen} onClick={() => onToggle(id)}>
            <span class="filter-face">
              {Drawn && (
                <span class={tone && !isChosen ? `as-${tone} filter-icon` : 'filter-icon'}>
                  <Drawn size={18} />
                </span>
              )}
              <span>{name}</span>
              {count !== undefined && <span class="strong">{count}</span>}
            </span>
          </button>
        );
      })}
    </div>
  );
}
