import { expect, test } from 'vitest';
import { NEWS_EVERY_MS, spend, waitForNews } from './economy.ts';

test('each month begins with nothing spent', () => {
  const november = spend(spend(undefined, 300, new Date(2026, 10, 1)), 200, new Date(2026, 10, 30));
  expect(november.bytes).toBe(500);
  expect(spend(november, 70, new Date(2026, 11, 1)).bytes).toBe(70);
});

test('news waits an hour after the last, and never longer where a clock was set back', () => {
  expect(waitForNews(null, 5)).toBe(0);
  expect(waitForNews(1000, 1000 + NEWS_EVERY_MS)).toBe(0);
  expect(waitForNews(1000, 2000)).toBe(NEWS_EVERY_MS - 1000);
  expect(waitForNews(9e12, 0)).toBe(NEWS_EVERY_MS);
});
