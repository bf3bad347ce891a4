import { beforeAll, expect, test } from 'vitest';
import { enConsole } from '../text/en-console.ts';
import { fetchText, say, text } from '../text/text.ts';
import { viConsole } from '../text/vi-console.ts';
import { csv } from './csv.ts';
import { holdsEvent } from './live.ts';
import { hashOf, placeOf } from './place.ts';
import { dayOf, dayTyped, minuteOf, minuteOfDay } from './time.ts';
import { indicatorWords, ranked, targetOf } from './views.ts';

beforeAll(async () => {
  say('vi', viConsole);
  say('en', enConsole);
  await fetchText('en');
});

const bytes = (words: string) => new TextEncoder().encode(words);

test('a place comes back from its address', () => {
  const place = { page: 'dossiers', path: [34, 4891], day: '2026-11-20', of: 'visits', percents: 'round', by: 'team', dossier: '0'.repeat(32), queue: 'held' } as const;
  expect(placeOf(hashOf({ ...place, path: [...place.path] }))).toEqual(place);
});

test('an address made up by somebody is the start', () => {
  const start = { page: 'progress', path: [], day: null, of: 'eid-activated', percents: 'truncate', by: 'team', dossier: null, queue: 'held' };
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

test('units are ranked by their exact rate, then by who met the target first, and equals share a rank', () => {
  const unit = (name: string, reached: number, value: number, met: string | null = null) => ({
    unit: 1, name, figures: [], parts: [],
    targets: value === 0 ? [] : [{ document: '', indicator: 'visits', kind: 'assigned', value, from: null, due: null, reached, met_on: met, needed_per_day: null, percent: null }],
  });
  const units = [
    unit('Xã Cồn Mắm', 9, 0), unit('Xã Bàu Sen', 1, 3), unit('Xã Đất Mới', 2, 6),
    unit('Xã Rạch Tràm', 6, 6, '2026-11-14'), unit('Xã Tân Phù Sa', 3, 3, '2026-11-08'),
  ];
  expect(ranked(units, 'visits').map(({ unit: { name }, rank }) => [name, rank])).toEqual([
    ['Xã Đất Mới', 3], ['Xã Bàu Sen', 3], ['Xã Rạch Tràm', 2], ['Xã Tân Phù Sa', 1], ['Xã Cồn Mắm', null],
  ]);
});
