/** The one title of a screen. After navigation it takes the focus, so that readers say it first. */
import type { ComponentChildren } from 'preact';

export function Title({ children }: { children: ComponentChildren }) {
  return (
    <h1 id="title" tabIndex={-1}>
      {children}
    </h1>
  );
}

/** Call after a screen was changed by navigation. */
export function focusTitle(): void {
  document.getElementById('title')?.focus({ preventScroll: true });
}
