/** What stands in the way, told upward; and what came from above. */
import { useState } from 'preact/hooks';
import type { Icon } from '../../design/icons.tsx';
import { Check, CircleCheck, Megaphone, MessageSquare, OctagonMinus, Send } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Card, Row } from '../../parts/card.tsx';
import { Choices, Field } from '../../parts/field.tsx';
import { StateWord } from '../../parts/meaning.tsx';
import { Screen } from '../../parts/shell.tsx';
import { capital, useText } from '../../text/text.ts';
import type { NoticeKindName, NoticesView } from '../model.ts';

export interface NoticesProps {
  view: NoticesView;
  onReport: (notice: NoticeKindName, text: string) => void;
  onBack: () => void;
}

const REPORTED: NoticeKindName[] = ['obstacle', 'solved', 'method'];
const ICONS: Record<NoticeKindName, Icon> = { message: MessageSquare, obstacle: OctagonMinus, solved: CircleCheck, method: Megaphone };

export function Notices({ view, onReport, onBack }: NoticesProps) {
  const { t } = useText();
  const [kind, choose] = useState<NoticeKindName>('obstacle');
  const [text, write] = useState('');
  const missing = text.trim() === '' ? t('notice.need') : undefined;
  const send = () => {
    onReport(kind, text);
    write('');
  };
  const report = (
    <Button look="primary" wide icon={Send} blockedBy={missing} onPress={send}>{t('notice.report')}</Button>
  );
  return (
    <Screen bar={<Bar title={t('notice.title')} sub={t('notice.to')} leave={{ by: 'arrow', onLeave: onBack }} />} actions={report}>
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <Choices label={t('notice.what')}>
          {REPORTED.map((one) => (
            <Choice key={one} chosen={kind === one} chosenIcon={Check} onPress={() => choose(one)}>{t(`notice-kind.${one}`)}</Choice>
          ))}
        </Choices>
        <Field label={t('notice.text')} help={t('notice.help')} lines={3} value={text} onInput={write} />
      </form>
      {view.notices.length > 0 && (
        <Card title={t('notice.list')} group>
          <ul>
            {view.notices.map((one) => (
              <Row
                key={one.document} icon={ICONS[one.kind]} title={one.text}
                sub={
                  <>
                    {t(`notice-kind.${one.kind}`)} · {capital(one.by)}
                    {one.state !== 'received' && <div><StateWord state={one.state} /></div>}
                  </>
                }
              />
            ))}
          </ul>
        </Card>
      )}
    </Screen>
  );
}
