/**
 * Signing out whoever has left.
 *
 * The page asks for news by itself, so the server cannot tell a reader from an empty chair; only
 * hands and keys can.
 */
import { useEffect } from 'preact/hooks';

/** As long as the server keeps a closed browser signed in. */
const IDLE_MS_MAX = 30 * 60_000;
const LOOK_MS = 30_000;
const SIGNS = ['pointerdown', 'keydown', 'wheel'] as const;

export function useIdle(onIdle: () => void): void {
  useEffect(() => {
    let last = Date.now();
    const note = () => {
      last = Date.now();
    };
    for (const sign of SIGNS) addEventListener(sign, note, { passive: true });
    const timer = setInterval(() => Date.now() - last >= IDLE_MS_MAX && onIdle(), LOOK_MS);
    return () => {
      for (const sign of SIGNS) removeEventListener(sign, note);
      clearInterval(timer);
    };
  }, []);
}
