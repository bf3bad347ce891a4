/** The phone locks itself when nobody has touched it for a while, and never in the middle of a save. */
import { useEffect, useRef } from 'preact/hooks';

const IDLE_MS_MAX = 5 * 60 * 1000;
const LOOK_EVERY_MS = 15 * 1000;
const SIGNS_OF_LIFE = ['pointerdown', 'keydown', 'scroll'] as const;

/** Returns what to wrap saves in. */
export function useLock(lock: () => void): <T>(saving: Promise<T>) => Promise<T> {
  const touched = useRef(Date.now());
  const running = useRef(0);
  useEffect(() => {
    const touch = () => (touched.current = Date.now());
    const look = () => {
      if (running.current === 0 && Date.now() - touched.current > IDLE_MS_MAX) lock();
    };
    for (const sign of SIGNS_OF_LIFE) addEventListener(sign, touch, { capture: true, passive: true });
    // Timers stand still while the screen is off: the first look after that is the one that counts.
    document.addEventListener('visibilitychange', look);
    const timer = setInterval(look, LOOK_EVERY_MS);
    return () => {
      for (const sign of SIGNS_OF_LIFE) removeEventListener(sign, touch, { capture: true });
      document.removeEventListener('visibilitychange', look);
      clearInterval(timer);
    };
  }, []);
  return (saving) => {
    running.current += 1;
    return saving.finally(() => (running.current -= 1));
  };
}
