import { expect, test } from 'vitest';
import { Heights } from './heights.ts';

test('rows are found by their place', () => {
  const heights = new Heights(Array.from({ length: 12_000 }, () => 64));
  expect(heights.total).toBe(768_000);
  expect([heights.rowAt(-50), heights.rowAt(0), heights.rowAt(63), heights.rowAt(64)]).toEqual([0, 0, 0, 1]);
  expect(heights.rowAt(9_999_999)).toBe(11_999);
});

test('a measured row moves those below it', () => {
  const heights = new Heights([64, 64, 64]);
  expect(heights.topOf(2)).toBe(128);
  expect(heights.set(0, 80)).toBe(true);
  expect(heights.set(0, 80.2)).toBe(false);
  expect([heights.topOf(1), heights.topOf(2), heights.total]).toEqual([80, 144, 208]);
  expect(heights.rowAt(79)).toBe(0);
});

test('an empty list has no height', () => {
  const heights = new Heights([]);
  expect([heights.total, heights.rowAt(100)]).toEqual([0, 0]);
});
