/** Brings reader and eye to the title: the page scrolls by itself, not the window. */
import { focusTitle } from '../parts/title.tsx';

export function showTitle(): void {
  focusTitle();
  document.querySelector('.console-body')?.scrollTo(0, 0);
}
