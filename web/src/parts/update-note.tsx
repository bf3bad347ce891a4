/** A new version is here. It comes when a person says so, never under an open form. */
import { Download } from '../design/icons.tsx';
import { useText } from '../text/text.ts';
import { Button } from './button.tsx';
import { Sheet } from './sheet.tsx';

export interface UpdateNoteProps {
  onUpdate: () => void;
  /** Not before the app is next opened. */
  onLater: () => void;
}

export function UpdateNote({ onUpdate, onLater }: UpdateNoteProps) {
  const { t } = useText();
  return (
    <Sheet icon={Download} title={t('update.title')} onClose={onLater}>
      <p>{t('update.line')}</p>
      <Button look="primary" wide onPress={onUpdate}>{t('update.now')}</Button>
      <Button wide onPress={onLater}>{t('update.later')}</Button>
    </Sheet>
  );
}
