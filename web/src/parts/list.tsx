/**
 * A long list that draws only what is visible, and the row that has the focus.
 *
 * Rows may be of any height: they begin with a guess and are measured when drawn. Readers are told
 * place and length of the whole list.
 */
import './list.css';
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Heights } from './heights.ts';

export interface LongListProps<Item> {
  label: string;
  items: readonly Item[];
  keyOf: (item: Item) => string;
  /** Pixels a row probably has. */
  heightGuess: (item: Item) => number;
  row: (item: Item) => ComponentChildren;
}

/** Drawn beyond both edges, so that slow phones show no gap. */
const MARGIN_PIXELS = 400;

export function LongList<Item>({ label, items, keyOf, heightGuess, row }: LongListProps<Item>) {
  const list = useRef<HTMLUListElement>(null);
  const heights = useMemo(() => new Heights(items.map(heightGuess)), [items]);
  const [, redraw] = useState(0);
  const [focused, setFocused] = useState(-1);
  const seen = useWindow(list, () => redraw((n) => n + 1));
  const first = heights.rowAt(seen.top - MARGIN_PIXELS);
  const last = heights.rowAt(seen.bottom + MARGIN_PIXELS);
  const drawn = items.slice(first, last + 1).map((_, at) => first + at);
  if (focused >= 0 && focused < items.length && !drawn.includes(focused)) drawn.push(focused);
  const measure = (index: number, node: HTMLLIElement | null) => {
    if (node && heights.set(index, node.getBoundingClientRect().height)) redraw((n) => n + 1);
  };
  return (
    <ul ref={list} class="long-list" aria-label={label} style={{ height: `${heights.total}px` }}>
      {drawn.map((index) => {
        const item = items[index]!;
        return (
          <li
            key={keyOf(item)}
            ref={(node) => measure(index, node)}
            aria-setsize={items.length}
            aria-posinset={index + 1}
            style={{ transform: `translateY(${heights.topOf(index)}px)` }}
            onFocusIn={() => setFocused(index)}
          >
            {row(item)}
          </li>
        );
      })}
    </ul>
  );
}

/** Which part of the list lies in the scrolling box around it, in pixels of the list. */
function useWindow(list: { current: HTMLElement | null }, onMove: () => void): { top: number; bottom: number } {
  const seen = useRef({ top: 0, bottom: 800 });
  useLayoutEffect(() => {
    const scroll = list.current?.closest<HTMLElement>('[data-scroll]');
    if (!scroll) return;
    const look = () => {
      if (!list.current) return;
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
