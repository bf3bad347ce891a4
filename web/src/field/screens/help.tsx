/** What each word about a record means, in two sentences at most. */
import './help.css';
import { Bar } from '../../parts/bar.tsx';
import { Card } from '../../parts/card.tsx';
import { StateChip } from '../../parts/chip.tsx';
import { Screen } from '../../parts/shell.tsx';
import type { PlainKey } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { RecordState } from '../model.ts';

const MEANINGS: [RecordState, PlainKey][] = [
  ['draft', 'state.draft.line'],
  ['here', 'state.here.line'],
  ['sending', 'state.sending.line'],
  ['received', 'help.received'],
  ['parked', 'state.parked.line'],
  ['held', 'state.held.line'],
  ['refused', 'help.refused'],
  ['conflict', 'state.conflict.line'],
];

export function Help({ onBack }: { onBack: () => void }) {
  const { t } = useText();
  return (
    <Screen bar={<Bar title={t('app.help')} leave={{ by: 'arrow', onLeave: onBack }} />}>
      <Card title={t('help.states')}>
        <dl class="card-body meanings">
          {MEANINGS.map(([state, line]) => (
            <div key={state}>
              <dt>
                <StateChip state={state} />
              </dt>
              <dd>{t(line)}</dd>
            </div>
          ))}
        </dl>
      </Card>
      <Card title={t('help.signal')}>
        <p class="card-body">{t('help.signal.line')}</p>
      </Card>
    </Screen>
  );
}
