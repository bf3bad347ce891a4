import { expect, test } from 'vitest';
import { daysLeft, isOver, LEASE_SECONDS } from './lease.ts';

const DAY = 24 * 3600;

test('the list locks after thirty days, and is spoken of in the last seven', () => {
  const at = (days: number) => ({ last: 1000, now: 1000 + days * DAY });
  expect([22, 23, 29, 30, 31].map((days) => daysLeft(at(days)))).toEqual([null, 7, 1, 0, 0]);
  expect(isOver(at(30))).toBe(false);
  expect(isOver({ last: 1000, now: 1001 + LEASE_SECONDS })).toBe(true);
});

test('a clock set back locks nothing, and who never heard the server is not locked out', () => {
  expect(isOver({ last: 1000 + 900 * DAY, now: 1000 })).toBe(false);
  expect(isOver({ last: null, now: 5 * LEASE_SECONDS })).toBe(false);
  expect(daysLeft({ last: null, now: 0 })).toBe(null);
});
