/**
 * A long list that draws only what is visible, and the row that has the focus, and holds only the
 * part of it that was asked for: what comes into sight is asked for in time.
 *
 * Rows may be of any height: they begin with a guess and are measured when drawn. Readers are told
 * place and length of the whole list.
 */
import './list.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Heights } from './heights.ts';

/** A part of a list that is known. */
export interface Part<Item> {
  /** How long the whole list is. */
  count: number;
  /** Where the part begins. */
  from: number;
  items: readonly Item[];
}

export interface LongListProps<Item> {
  label: string;
  part: Part<Item>;
  /** Another list begins at its top, and with no row measured. */
  name: string;
  keyOf: (item: Item) => string;
  /** Pixels a row probably has. */
  rowPixels: number;
  row: (item: Item) => ComponentChildren;
  /** Asks for these rows and some around them. */
  onWant?: (first: number) => void;
  /** How far it was scrolled when it was left, and is again. */
  scrolled?: { top: number };
}

/** Rows that a part should have: twice what a tall screen draws, so that one is asked for seldom. */
export const PART_ROWS = 120;

/** Drawn beyond both edges, so that slow phones show no gap. */
const MARGIN_PIXELS = 400;

export function LongList<Item>({ label, part, name, keyOf, rowPixels, row, onWant, scrolled }: LongListProps<Item>) {
  const { count, from, items } = part;
  const list = useRef<HTMLUListElement>(null);
  const heights = useMemo(() => new Heights(Array<number>(count).fill(rowPixels)), [name, count]);
  const [, redraw] = useState(0);
  const [focused, setFocused] = useState<{ index: number; item: Item } | null>(null);
  const seen = useWindow(list, name, scrolled, () => redraw((n) => n + 1));
  const first = heights.rowAt(seen.top - MARGIN_PIXELS);
  const last = Math.min(heights.rowAt(seen.bottom + MARGIN_PIXELS), count - 1);
  const isKnown = first >= from && last < from + items.length;
  useEffect(() => {
    if (!isKnown && count > 0) onWant?.(Math.max(0, Math.floor((first + last - PART_ROWS) / 2)));
  });
  const drawn = new Map<number, Item>();
  for (let index = Math.max(first, from); index <= last && index < from + items.length; index += 1) {
    drawn.set(index, items[index - from]!);
  }
  if (focused !== null && focused.index < count && !drawn.has(focused.index)) drawn.set(focused.index, focused.item);
  const measure = (index: number, node: HTMLLIElement | null) => {
    if (node && heights.set(index, node.getBoundingClientRect().height)) redraw((n) => n + 1);
  };
  return (
    <ul ref={list} class="long-list" aria-label={label} style={{ height: `${heights.total}px` }}>
      {[...drawn].map(([index, item]) => (
        <li
          key={keyOf(item)}
          ref={(node) => measure(index, node)}
          aria-setsize={count}
          aria-posinset={index + 1}
          style={{ transform: `translateY(${heights.topOf(index)}px)` }}
          onFocusIn={() => setFocused({ index, item })}
        >
          {row(item)}
        </li>
      ))}
    </ul>
  );
}

/** Which part of the list lies in the scrolling box around it, in pixels of the list. */
function useWindow(
  list: { current: HTMLElement | null }, name: string, scrolled: { top: number } | undefined, onMove: () => void,
): { top: number; bottom: number } {
  const seen = useRef({ top: 0, bottom: 800 });
  const named = useRef(name);
  useLayoutEffect(() => {
    if (named.current !== name) list.current?.closest('[data-scroll]')?.scrollTo(0, 0);
    named.current = name;
  }, [name]);
  useLayoutEffect(() => {
    const scroll = list.current?.closest<HTMLElement>('[data-scroll]');
    if (!scroll) return;
    if (scrolled) scroll.scrollTop = scrolled.top;
    const look = () => {
      if (!list.current) return;
      if (scrolled) scrolled.top = scroll.scrollTop;
      const top = scroll.getBoundingClientRect().top - list.current.getBoundingClientRect().top;
      if (Math.abs(top - seen.current.top) < MARGIN_PIXELS / 4 && seen.current.bottom - top >= scroll.clientHeight) return;
      seen.current = { top, bottom: top + scroll.clientHeight };
      onMove();
    };
    look();
    scroll.addEventListener('scroll', look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(scroll);
    return () => {
      scroll.removeEventListener('scroll', look);
      resized.disconnect();
    };
  }, []);
  return seen.current;
}
