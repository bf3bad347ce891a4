/** What waits for somebody, by sort; which one is open stands in the address. */
import '../screens/decide.css';
import { useText } from '../../text/text.ts';
import type { Duty } from '../api.ts';
import type { QueueName } from '../place.ts';
import { QUEUES } from '../place.ts';
import type { PageProps } from '../signed-in.ts';

const NEEDED: Record<QueueName, Duty> = { held: 'decide', conflicts: 'dossiers', doubles: 'decide', unions: 'refound' };

/** The sorts somebody may look at. */
export function queuesOf(may: Duty[]): QueueName[] {
  return QUEUES.filter((queue) => may.includes(NEEDED[queue]));
}

/** `counts`: how many wait, as far as the page knows. */
export function DecideTabs({ me, place, go, counts }: Pick<PageProps, 'me' | 'place' | 'go'> & { counts: Partial<Record<QueueName, number>> }) {
  const { t } = useText();
  return (
    <div class="kinds" role="group" aria-label={t('decide.kinds')}>
      {queuesOf(me.may).map((queue) => (
        <button key={queue} type="button" aria-pressed={queue === place.queue} onClick={() => go({ queue })}>
          {t(`decide.${queue}`)}
          {counts[queue] !== undefined && <span class="kinds-count">{counts[queue]}</span>}
        </button>
      ))}
    </div>
  );
}
