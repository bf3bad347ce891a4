/** What each word about a record means and what to do then, in two sentences. */
import './help.css';
import { GraduationCap } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Card, Row } from '../../parts/card.tsx';
import { StateChip } from '../../parts/chip.tsx';
import { Screen } from '../../parts/shell.tsx';
import { MEANINGS } from '../../text/meanings.ts';
import { useText } from '../../text/text.ts';
import type { RecordState } from '../model.ts';

export interface HelpProps {
  /** What was asked about; it comes first. */
  state?: RecordState | undefined;
  onTraining: () => void;
  onBack: () => void;
}

export function Help({ state, onTraining, onBack }: HelpProps) {
  const { t } = useText();
  const states = Object.keys(MEANINGS) as RecordState[];
  const ordered = state === undefined ? states : [state, ...states.filter((one) => one !== state)];
  return (
    <Screen bar={<Bar title={t('app.help')} leave={{ by: 'arrow', onLeave: onBack }} />}>
      <Card title={t('help.states')}>
        <dl class="card-body meanings">
          {ordered.map((one) => (
            <div key={one}>
              <dt>
                <StateChip state={one} />
              </dt>
              <dd>
                {t(MEANINGS[one].line)} <span class="strong">{t(MEANINGS[one].next)}</span>
              </dd>
            </div>
          ))}
        </dl>
      </Card>
      <div class="card">
        <ul>
          <Row icon={GraduationCap} title={t('help.training')} sub={t('help.training.line')} onOpen={onTraining} />
        </ul>
      </div>
      <Card title={t('help.signal')}>
        <p class="card-body">{t('help.signal.line')}</p>
      </Card>
      <Card title={t('help.carriers')}>
        <p class="card-body">{t('help.carriers.line')}</p>
      </Card>
    </Screen>
  );
}
