/** Times of the server as minutes of the wall clock in Vietnam, wherever the reader sits. */
import type { LocalMinute } from '../text/format.ts';

const MINUTES_EAST_OF_UTC = 7 * 60;

/** The minute of a time in seconds since 1970. */
export function minuteOf(seconds: number): LocalMinute {
  return Math.floor(seconds / 60) + MINUTES_EAST_OF_UTC;
}

export function minuteNow(): LocalMinute {
  return minuteOf(Date.now() / 1000);
}

/** The first minute of a `yyyy-mm-dd`. */
export function minuteOfDay(day: string): LocalMinute {
  return Date.parse(`${day}T00:00:00Z`) / 60_000;
}

/** The `yyyy-mm-dd` of a minute. */
export function dayOf(at: LocalMinute): string {
  return new Date(at * 60_000).toISOString().slice(0, 10);
}
