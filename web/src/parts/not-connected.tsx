/** What an app shows that has no worker or server behind it: nothing invented. */
import './not-connected.css';
import { Mark } from '../design/mark.tsx';
import { useText } from '../text/text.ts';
import { Title } from './title.tsx';

export function NotConnected() {
  const { t } = useText();
  return (
    <main class="not-connected">
      <Mark width={132} />
      <Title>{t('app.not-connected')}</Title>
      <p class="soft">{t('app.not-connected.next')}</p>
    </main>
  );
}
