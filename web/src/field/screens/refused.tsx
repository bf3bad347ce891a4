/** One record that was not accepted: what it said, why, who decided, and three ways on. */
import { MessageSquare, OctagonAlert, PencilLine } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Card, Note } from '../../parts/card.tsx';
import { Name } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { moment } from '../../text/format.ts';
import { outcomeText } from '../../text/outcomes.ts';
import { capital, useText } from '../../text/text.ts';
import type { RefusedView } from '../model.ts';

export interface RefusedProps {
  view: RefusedView;
  onRedo: () => void;
  onAsk: () => void;
  onDismiss: () => void;
  onBack: () => void;
}

export function Refused({ view, onRedo, onAsk, onDismiss, onBack }: RefusedProps) {
  const { t, language } = useText();
  const why = outcomeText(view.code);
  const actions = (
    <>
      <Button icon={MessageSquare} onPress={onAsk}>
        {t('refused.ask')}
      </Button>
      <Button look="primary" wide icon={PencilLine} onPress={onRedo}>
        {t('refused.redo')}
      </Button>
    </>
  );
  return (
    <Screen
      bar={<Bar title={t('refused.title')} sub={<Name name={view.name} />} leave={{ by: 'arrow', onLeave: onBack }} />}
      actions={actions}
    >
      <Note icon={OctagonAlert} tone="bad">
        <span class="strong">{t(why.sentence)}</span> {t(why.next)}
      </Note>
      <Card title={t('refused.what')}>
        <dl class="card-body">
          {view.entries.map(({ item, shown }) => (
            <div key={item}>
              <dt class="small soft">{item}</dt>
              <dd>{shown}</dd>
            </div>
          ))}
        </dl>
      </Card>
      {view.by !== null && (
        <p class="small soft">{capital(t('refused.by', { who: view.by, when: moment(view.at, view.now, language) }))}</p>
      )}
      <Button look="quiet" onPress={onDismiss}>
        {t('refused.dismiss')}
      </Button>
    </Screen>
  );
}
