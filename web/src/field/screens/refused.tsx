/** One record that was not accepted: what it said, why, and the ways on. */
import { OctagonAlert, PencilLine } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Card, Note } from '../../parts/card.tsx';
import { Name } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { moment } from '../../text/format.ts';
import { outcomeText } from '../../text/outcomes.ts';
import { saidWords } from '../../text/said.ts';
import { useText } from '../../text/text.ts';
import type { RefusedView } from '../model.ts';

export interface RefusedProps {
  view: RefusedView;
  onRedo: () => void;
  onDismiss: () => void;
  onBack: () => void;
}

export function Refused({ view, onRedo, onDismiss, onBack }: RefusedProps) {
  const text = useText();
  const { t, language } = text;
  const why = outcomeText(view.code);
  const actions = (
    <Button look="primary" wide icon={PencilLine} onPress={onRedo}>
      {t('refused.redo')}
    </Button>
  );
  return (
    <Screen
      bar={<Bar title={t('refused.title')} sub={<Name name={view.name} />} leave={{ by: 'arrow', onLeave: onBack }} />}
      actions={actions}
    >
      <Note icon={OctagonAlert} tone="bad">
        <span class="strong">{t(why.sentence)}</span> {t(why.next)}
      </Note>
      {view.entries.length > 0 && (
        <Card title={t('refused.what')}>
          <ul class="card-body">
            {view.entries.map((said, index) => (
              <li key={index}>{saidWords(said, text)}</li>
            ))}
          </ul>
        </Card>
      )}
      <p class="small soft">{t('refused.saved', { when: moment(view.at, view.now, language) })}</p>
      {view.others > 0 && <p class="small soft">{t('refused.others', { n: view.others })}</p>}
      <Button look="quiet" onPress={onDismiss}>
        {t('refused.dismiss')}
      </Button>
    </Screen>
  );
}
