/**
 * What this phone spends on the network, and how it spends less: with the data saver on news is
 * fetched once an hour instead of every ten minutes, unless somebody asks. Own records always go.
 */

/** Bytes sent and received since this month began; headers are not counted. */
export interface Spent {
  /** Months since 1970. */
  month: number;
  bytes: number;
}

export const NEWS_EVERY_MS = 3_600_000;

/** The sum with so many more bytes at this moment. */
export function spend(before: Spent | undefined, bytes: number, now: Date): Spent {
  const month = (now.getFullYear() - 1970) * 12 + now.getMonth();
  return { month, bytes: bytes + (before?.month === month ? before.bytes : 0) };
}

/** How long news waits, if some came at `last`. */
export function waitForNews(last: number | null, now: number): number {
  return last === null ? 0 : Math.min(NEWS_EVERY_MS, Math.max(0, last + NEWS_EVERY_MS - now));
}
