/** What a phone that nobody unlocked still holds, and the two ways in which it gets away. */
import './gate.css';
import { ArrowUp, Download } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { useText } from '../../text/text.ts';

export interface UnsentProps {
  /** Records without a receipt. */
  here: number;
  onSend: () => void;
  /** Only where it is time to save them elsewhere. */
  onFile?: (() => void) | undefined;
}

export function Unsent({ here, onSend, onFile }: UnsentProps) {
  const { t } = useText();
  if (here === 0) return <p class="small soft pin-unsent">{t('pin.unsent.none')}</p>;
  return (
    <div class="pin-unsent">
      <span class="small">{t('pin.unsent', { n: here })}</span>
      <Button look="quiet" icon={ArrowUp} onPress={onSend}>{t('pin.send-locked')}</Button>
      {onFile && <Button look="quiet" icon={Download} onPress={onFile}>{t('carry.save')}</Button>}
    </div>
  );
}
