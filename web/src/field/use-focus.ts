/**
 * The focus never falls out of the page: when what had it is gone, as a button whose work is done,
 * it goes to the title, and whoever works by keyboard goes on from a place with a name.
 */
import { useEffect } from 'preact/hooks';
import { focusTitle } from '../parts/title.tsx';

export function useFocus(): void {
  useEffect(() => {
    let last: EventTarget | null = null;
    const remember = ({ target }: FocusEvent) => (last = target);
    const changed = new MutationObserver(() => {
      const isLost = document.activeElement === document.body && last instanceof Node && !last.isConnected;
      if (isLost) focusTitle();
    });
    addEventListener('focusin', remember);
    changed.observe(document.body, { childList: true, subtree: true });
    return () => {
      removeEventListener('focusin', remember);
      changed.disconnect();
    };
  }, []);
}
