/** A new version is here. It comes when a person says so, never under an open form. */
import { useState } from 'preact/hooks';
import { Download } from '../design/icons.tsx';
import { useText } from '../text/text.ts';
import { Button } from './button.tsx';
import { Sheet } from './sheet.tsx';

export interface UpdateNoteProps {
  onUpdate: () => void;
}

export function UpdateNote({ onUpdate }: UpdateNoteProps) {
  const { t } = useText();
  const [isLater, later] = useState(false);
  if (isLater) return null;
  return (
    <Sheet icon={Download} title={t('update.title')} onClose={() => later(true)}>
      <p>{t('update.line')}</p>
      <Button look="primary" wide onPress={onUpdate}>{t('update.now')}</Button>
      <Button wide onPress={() => later(true)}>{t('update.later')}</Button>
    </Sheet>
  );
}
