/** Cards, the rows in them, and notes between them. */
import './card.css';
import type { ComponentChildren } from 'preact';
import type { Icon } from '../design/icons.tsx';
import { ChevronRight } from '../design/icons.tsx';

export interface CardProps {
  icon?: Icon;
  /** Names the card. */
  title?: ComponentChildren;
  /** At the right of the title. */
  aside?: ComponentChildren;
  /** A title on sunk ground, for groups. */
  group?: boolean;
  children: ComponentChildren;
}

export function Card({ icon: Drawn, title, aside, group, children }: CardProps) {
  return (
    <section class="card">
      {title && (
        <div class={group ? 'card-head group' : 'card-head'}>
          {Drawn && <Drawn size={18} />}
          <h2 class="card-title">{title}</h2>
          {aside && <span class="card-aside small">{aside}</span>}
        </div>
      )}
      {children}
    </section>
  );
}

export interface RowProps {
  icon: Icon;
  /** Icons stand on a tile where rows open something, bare where they tell a state. */
  tile?: boolean;
  tone?: string;
  title: ComponentChildren;
  sub?: ComponentChildren;
  aside?: ComponentChildren;
  /** Makes the whole row one button. */
  onOpen?: () => void;
}

export function Row({ icon: Drawn, tile = true, tone = '', title, sub, aside, onOpen }: RowProps) {
  const inside = (
    <>
      <span class={tile ? 'tile' : `row-icon ${tone}`}>
        <Drawn size={tile ? 22 : 24} />
      </span>
      <span class="row-text">
        <span class="row-title">{title}</span>
        {sub && <span class="row-sub small soft">{sub}</span>}
      </span>
      {aside && <span class="row-aside">{aside}</span>}
      {onOpen && tile && !aside && <ChevronRight size={20} />}
    </>
  );
  return onOpen ? (
    <li>
      <button type="button" class="row" onClick={onOpen}>
        {inside}
      </button>
    </li>
  ) : (
    <li class="row">{inside}</li>
  );
}

export interface NoteProps {
  icon: Icon;
  tone?: 'act' | 'bad' | 'good' | 'wait' | 'here' | 'move' | 'plain';
  children: ComponentChildren;
}

/** One or two sentences with a sign. */
export function Note({ icon: Drawn, tone = 'plain', children }: NoteProps) {
  return (
    <div class={`note note-${tone}`}>
      <Drawn size={20} />
      <div class="note-text">{children}</div>
    </div>
  );
}
