import { describe, expect, test } from 'vitest';
import * as format from './format.ts';

const at = (iso: string) => Date.parse(`${iso}Z`) / 60_000;
const NOW = at('2026-11-19T09:52');

describe('numbers', () => {
  test('are grouped in threes', () => {
    expect(format.number(1_428_929, 'vi')).toBe('1.428.929');
    expect(format.number(1_428_929, 'en')).toBe('1,428,929');
    expect(format.number(999, 'vi')).toBe('999');
    expect(format.number(-1000, 'vi')).toBe('−1.000');
  });

  test('rates are cut off, never rounded up to a goal', () => {
    expect(format.percent(639_870, 654_392, 'vi')).toBe('97,78\u00a0%');
    expect(format.percent(639_870, 654_392, 'en')).toBe('97.78%');
    expect(format.percent(99_999, 100_000, 'vi')).toBe('99,99\u00a0%');
    expect(format.percent(100, 100, 'vi')).toBe('100,00\u00a0%');
    expect(format.percent(7_260, 6_900, 'vi')).toBe('105,21\u00a0%');
  });

  test('a rate is whole exactly when the goal is reached', () => {
    for (let goal = 1; goal < 20_000; goal += 7) {
      expect(format.percent(goal - 1, goal, 'en')).not.toBe('100.00%');
      expect(format.percent(goal, goal, 'en')).toBe('100.00%');
    }
  });

  test('no denominator is a dash', () => {
    expect(format.percent(412, 0, 'vi')).toBe('–');
  });
});

describe('days and times', () => {
  test('name today and yesterday, then the date, then the year', () => {
    expect(format.moment(at('2026-11-19T08:15'), NOW, 'vi')).toBe('hôm nay 8:15');
    expect(format.moment(at('2026-11-18T23:59'), NOW, 'vi')).toBe('hôm qua 23:59');
    expect(format.moment(at('2026-11-16T08:05'), NOW, 'vi')).toBe('16/11, 8:05');
    expect(format.day(at('2025-12-31T00:00'), NOW)).toBe('31/12/2025');
    expect(format.weekday(NOW, NOW, 'vi')).toBe('Thứ Năm 19/11');
  });

  test('are relative for a day', () => {
    expect(format.ago(NOW - 120, NOW, 'vi')).toBe('2 giờ trước');
    expect(format.ago(NOW - 1, NOW, 'en')).toBe('1 minute ago');
    expect(format.ago(NOW, NOW, 'vi')).toBe('vừa xong');
    expect(format.ago(NOW - 24 * 60, NOW, 'vi')).toBe('hôm qua 9:52');
  });

  test('may be known in part', () => {
    expect(format.partialDate(19_580_000)).toBe('1958');
    expect(format.partialDate(19_580_300)).toBe('03/1958');
    expect(format.partialDate(19_580_314)).toBe('14/03/1958');
  });
});

test('long numbers are read in groups', () => {
  expect(format.phone('0957214402')).toBe('0957 214 402');
  expect(format.personalNumber('099158004127')).toBe('099 158 004 127');
  expect(format.personalNumber('0991')).toBe('099 1');
  expect(format.checkCode('482715')).toBe('48 27 15');
});
