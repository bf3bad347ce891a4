/** What waits for somebody's word: the sort that the address names, or the first one there is. */
import type { PageProps } from '../signed-in.ts';
import { ConflictsPage } from './conflicts-page.tsx';
import { queuesOf } from './decide-tabs.tsx';
import { DoublesPage } from './doubles-page.tsx';
import { HeldPage } from './held-page.tsx';
import { UnionsPage } from './unions-page.tsx';

export function DecidePage(props: PageProps) {
  const open = queuesOf(props.me.may);
  const queue = open.includes(props.place.queue) ? props.place.queue : (open[0] ?? 'held');
  const given = { ...props, place: { ...props.place, queue } };
  switch (queue) {
    case 'held':
      return <HeldPage {...given} />;
    case 'conflicts':
      return <ConflictsPage {...given} />;
    case 'doubles':
      return <DoublesPage {...given} />;
    case 'unions':
      return <UnionsPage {...given} />;
  }
}
