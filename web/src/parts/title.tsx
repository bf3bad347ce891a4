/** The one title of a screen. Readers say it first, because it takes the focus when it appears. */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

export function Title({ children }: { children: ComponentChildren }) {
  useLayoutEffect(focusTitle, []);
  return (
    <h1 id="title" tabIndex={-1}>
      {children}
    </h1>
  );
}

/** Call where a screen keeps its title and shows something else under it. */
export function focusTitle(): void {
  document.getElementById('title')?.focus({ preventScroll: true });
}
