import { expect, test } from 'vitest';
import { isEasy, waitAfter } from './pin.ts';

test('runs and repetitions are easy, others are not', () => {
  for (const digits of ['111111', '123456', '987654']) expect(isEasy(digits)).toBe(true);
  for (const digits of ['112233', '120000', '790815']) expect(isEasy(digits)).toBe(false);
});

test('the fifth wrong try costs a minute, and further ones more', () => {
  expect([1, 4, 5, 6, 7].map(waitAfter)).toEqual([0, 0, 1, 2, 4]);
  expect(waitAfter(99)).toBe(15);
});
