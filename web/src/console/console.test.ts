import { beforeAll, expect, test } from 'vitest';
import { fetchText, text } from '../text/text.ts';
import { csv } from './csv.ts';
import { holdsEvent } from './live.ts';
import { hashOf, placeOf } from './place.ts';
import { dayOf, dayTyped, minuteOf, minuteOfDay } from './time.ts';
import { indicatorWords, targetOf } from './views.ts';

beforeAll(() => fetchText('en'));

const bytes = (words: string) => new TextEncoder().encode(words);

test('a place comes back from its address', () => {
  const place = { page: 'dossiers', path: [34, 4891], day: '2026-11-20', of: 'visits', percents: 'round', dossier: '0'.repeat(32) } as const;
  expect(placeOf(hashOf({ ...place, path: [...place.path] }))).toEqual(place);
});

test('an address made up by somebody is the start', () => {
  const start = { page: 'progress', path: [], day: null, of: 'eid-activated', percents: 'truncate', dossier: null };
  expect(placeOf('#nowhere?path=a.b&day=today&of=<b>&dossier=Lan')).toEqual(start);
  expect(placeOf('')).toEqual(start);
});

test('a sign of life is no news', () => {
  expect(holdsEvent(bytes(':\n\n'))).toBe(false);
  expect(holdsEvent(bytes('event:grown\ndata:[]\n\n'))).toBe(true);
});

test('files for spreadsheets hold no formulas, and nothing for what is unknown', () => {
  expect(csv([['=1+1', 'Ấp "Một"', 3, null]])).toBe('\uFEFF"\'=1+1","Ấp ""Một""",3,\r\n');
});

test('times are those of the wall clock in Vietnam', () => {
  expect(dayOf(minuteOf(Date.parse('2026-11-21T17:00:00Z') / 1000))).toBe('2026-11-22');
  expect(dayOf(minuteOfDay('2026-11-22'))).toBe('2026-11-22');
});

test('the target from above goes before a plan, and none is no target', () => {
  const target = (kind: string, value: number) => ({ document: '', indicator: 'visits', kind, value, from: null, due: null, reached: 1, met_on: null, needed_per_day: null, percent: null });
  const unit = { unit: 1, name: '', figures: [], targets: [target('plan', 5), target('assigned', 7)], parts: [] };
  expect(targetOf(unit, 'visits')?.value).toBe(7);
  expect(targetOf(unit, 'eid-activated')).toBeNull();
});

test('an indicator has words, or its own name', () => {
  expect(indicatorWords('visits', text('en'))).toBe('House visits');
  expect(indicatorWords('card-waits-f1-declined', text('en'))).toBe('No card yet: Declined');
  expect(indicatorWords('of-a-later-server', text('en'))).toBe('of-a-later-server');
});

test('a day is typed with the day first, and what is no day is none', () => {
  expect(dayTyped('1/9/2026')).toBe('2026-09-01');
  expect(dayTyped(' 22.11.2026 ')).toBe('2026-11-22');
  for (const none of ['', '31/02/2026', '2026-11-22', '1/9/26', 'hôm nay']) expect(dayTyped(none)).toBeNull();
});
