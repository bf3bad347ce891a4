/** Stands over every screen while somebody practises: nobody takes this for the real list. */
import './practice-ribbon.css';
import { useText } from '../text/text.ts';

export function PracticeRibbon({ onEnd }: { onEnd: () => void }) {
  const { t } = useText();
  return (
    <aside class="ribbon" aria-label={t('practice.on')}>
      <span class="ribbon-words">{t('practice.on')}</span>
      <button type="button" class="ribbon-end" onClick={onEnd}>{t('practice.end')}</button>
    </aside>
  );
}
