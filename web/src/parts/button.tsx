/** Buttons. The label is always a word; an icon-only button has it for readers. */
import './button.css';
import type { ComponentChildren } from 'preact';
import type { Icon } from '../design/icons.tsx';

interface Pressed {
  onPress: () => void;
}

export interface ButtonProps extends Pressed {
  /** At most one `primary` stands on a screen. */
  look?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: Icon;
  /** Takes the room that is left. */
  wide?: boolean;
  /** Why it cannot be pressed: shown below, and the button stays reachable. */
  blockedBy?: string | undefined;
  children: ComponentChildren;
}

export function Button({ look = 'plain', icon: Drawn, wide, blockedBy, onPress, children }: ButtonProps) {
  const blocked = blockedBy !== undefined;
  return (
    <span class={wide ? 'button-place wide' : 'button-place'}>
      <button type="button" class={`button ${look}`} aria-disabled={blocked} onClick={blocked ? undefined : onPress}>
        {Drawn && <Drawn size={22} />}
        <span>{children}</span>
      </button>
      {blocked && <span class="small soft">{blockedBy}</span>}
    </span>
  );
}

export interface IconButtonProps extends Pressed {
  icon: Icon;
  label: string;
  size?: number;
  expanded?: boolean;
}

export function IconButton({ icon: Drawn, label, size = 24, expanded, onPress }: IconButtonProps) {
  return (
    <button type="button" class="icon-button" aria-label={label} aria-expanded={expanded} onClick={onPress}>
      <Drawn size={size} />
    </button>
  );
}

export interface ChoiceProps extends Pressed {
  icon?: Icon;
  chosen: boolean;
  chosenIcon?: Icon;
  children: ComponentChildren;
}

/** One of several; the chosen one is filled and checked. */
export function Choice({ icon, chosen, chosenIcon, onPress, children }: ChoiceProps) {
  const Drawn = chosen && chosenIcon ? chosenIcon : icon;
  return (
    <button type="button" class="choice" aria-pressed={chosen} onClick={onPress}>
      {Drawn && <Drawn size={20} />}
      <span>{children}</span>
    </button>
  );
}
