/**
 * How long a phone may show the list without hearing from the server: a lost one goes dark by
 * itself. Writing and sending are never stopped by it.
 */

/** Seconds after the server was last heard. Any receipt, also one brought by hand, begins them anew. */
export const LEASE_SECONDS = 30 * 24 * 3600;
/** Days before its end in which it is spoken of. */
const WARN_DAYS = 7;

/** What is known of time on this phone, in seconds. */
export interface Heard {
  /** When the server was last heard, by this phone's clock. */
  last: number | null;
  /** The phone's clock. */
  now: number;
}

/** Whether the list is locked. A phone that never heard the server has no list. */
export function isOver({ last, now }: Heard): boolean {
  return last !== null && now - last > LEASE_SECONDS;
}

/** Days until then, where they are few. */
export function daysLeft({ last, now }: Heard): number | null {
  if (last === null) return null;
  const days = Math.max(0, Math.ceil((last + LEASE_SECONDS - now) / (24 * 3600)));
  return days <= WARN_DAYS ? days : null;
}
