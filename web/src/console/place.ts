/**
 * Where the console is, as the address keeps it: `#progress?path=34.4891&day=2026-11-20&of=visits`.
 *
 * An address can be sent to a colleague; it names units and days, nobody and no code.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Breakdown } from './api.ts';
import { BREAKDOWNS } from './api.ts';

export type PlaceName = 'progress' | 'dossiers' | 'decide' | 'import' | 'reports' | 'devices' | 'rights' | 'audit';

/** What waits for somebody, by sort. */
export const QUEUES = ['held', 'conflicts', 'doubles', 'unions'] as const;
export type QueueName = (typeof QUEUES)[number];

export type Percents = 'truncate' | 'round';

export interface Place {
  page: PlaceName;
  /** Units from the top down to the one in view. */
  path: number[];
  /** `null`: today. */
  day: string | null;
  /** Which indicator is compared. */
  of: string;
  /** What becomes of the digits of a percentage that are not printed. */
  percents: Percents;
  /** By what the unit's figures are told apart. */
  by: Breakdown;
  /** The dossier that is open: its id, which says nothing about anybody. */
  dossier: string | null;
  /** Which sort of what waits for somebody is open. */
  queue: QueueName;
}

const PAGES: PlaceName[] = ['progress', 'dossiers', 'decide', 'import', 'reports', 'devices', 'rights', 'audit'];
const INDICATOR_FIRST = 'eid-activated';
/** Country, province, commune, hamlet and some room. */
const PATH_MAX = 8;

/** The place an address names; what it does not say is as at first. */
export function placeOf(hash: string): Place {
  const [name, search] = hash.replace(/^#/, '').split('?');
  const query = new URLSearchParams(search);
  const path = (query.get('path') ?? '').split('.').filter((unit) => /^\d{1,10}$/.test(unit)).map(Number);
  const day = query.get('day');
  const of = query.get('of') ?? '';
  const dossier = query.get('dossier') ?? '';
  return {
    page: PAGES.find((page) => page === name) ?? 'progress',
    path: path.slice(0, PATH_MAX),
    day: day !== null && /^\d{4}-\d\d-\d\d$/.test(day) ? day : null,
    of: /^[a-z0-9-]{1,64}$/.test(of) ? of : INDICATOR_FIRST,
    percents: query.get('percents') === 'round' ? 'round' : 'truncate',
    by: BREAKDOWNS.find((by) => by === query.get('by')) ?? 'team',
    dossier: /^[0-9a-f]{32}$/.test(dossier) ? dossier : null,
    queue: QUEUES.find((queue) => queue === query.get('queue')) ?? 'held',
  };
}

/** The address of a place. */
export function hashOf({ page, path, day, of, percents, by, dossier, queue }: Place): string {
  const query = new URLSearchParams();
  if (path.length > 0) query.set('path', path.join('.'));
  if (day !== null) query.set('day', day);
  if (of !== INDICATOR_FIRST) query.set('of', of);
  if (percents === 'round') query.set('percents', percents);
  if (by !== 'team' && page === 'progress') query.set('by', by);
  if (dossier !== null && page === 'dossiers') query.set('dossier', dossier);
  if (queue !== 'held' && page === 'decide') query.set('queue', queue);
  const search = query.toString();
  return `#${page}${search && `?${search}`}`;
}

/** The place in view, and a way to another. */
export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    // The link that skips to the content is no place.
    const follow = () => location.hash !== '#main' && setPlace(placeOf(location.hash));
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  // Another page or unit is another list: no dossier stays open there.
  return [place, (change) => (location.hash = hashOf({ ...place, dossier: null, ...change }))];
}
