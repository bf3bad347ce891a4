/** The one thing that may stop work: the phone could not keep what was entered. */
import { OctagonAlert } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { useText } from '../../text/text.ts';

export interface NotSavedSheetProps {
  why: 'full' | 'failed';
  onAgain: () => void;
}

/** What was entered stays behind this sheet; there is no way out but to save it. */
export function NotSavedSheet({ why, onAgain }: NotSavedSheetProps) {
  const { t } = useText();
  return (
    <Sheet icon={OctagonAlert} title={t('say.not-saved')} blocking onClose={onAgain}>
      <p role="alert">{t(`say.storage-${why}`)}</p>
      <Button look="primary" onPress={onAgain}>
        {t('say.save-again')}
      </Button>
    </Sheet>
  );
}
