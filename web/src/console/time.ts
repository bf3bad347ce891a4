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

/** The first second of a `yyyy-mm-dd`, since 1970. */
export function secondsOfDay(day: string): number {
  return (minuteOfDay(day) - MINUTES_EAST_OF_UTC) * 60;
}

/** The `yyyy-mm-dd` of a minute. */
export function dayOf(at: LocalMinute): string {
  return new Date(at * 60_000).toISOString().slice(0, 10);
}

/** The `yyyy-mm-dd` of a day as people type it, `1/9/2026`; `null` for what is none. */
export function dayTyped(typed: string): string | null {
  const [, day = '', month = '', year = ''] = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/.exec(typed) ?? [];
  const written = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const at = Date.parse(`${written}T00:00:00Z`);
  return Number.isNaN(at) || dayOf(at / 60_000) !== written ? null : written;
}
