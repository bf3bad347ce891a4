/** The browser has cleared the app's storage. Nothing can be read any more; what may be lost is said. */
import './gate.css';
import { OctagonAlert } from '../../design/icons.tsx';
import { Mark } from '../../design/mark.tsx';
import { Note } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Title } from '../../parts/title.tsx';
import { useText } from '../../text/text.ts';

/** `unsent`: records that had no receipt when the phone was last looked at. */
export function Evicted({ unsent }: { unsent: number }) {
  const { t } = useText();
  return (
    <Screen>
      <div class="gate">
        <span class="gate-mark">
          <Mark width={132} />
        </span>
        <Title>{t('evicted.title')}</Title>
      </div>
      <Note icon={OctagonAlert} tone={unsent > 0 ? 'bad' : 'act'}>
        {unsent > 0 ? t('evicted.lost', { n: unsent }) : t('evicted.nothing')}
      </Note>
      <div class="gate">
        <p>{t('evicted.next')}</p>
      </div>
    </Screen>
  );
}
