/** The list is gone, and why. What was not sent yet still gets away from here. */
import './gate.css';
import { useState } from 'preact/hooks';
import { OctagonAlert } from '../../design/icons.tsx';
import { Mark } from '../../design/mark.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Title } from '../../parts/title.tsx';
import { useText } from '../../text/text.ts';
import type { ErasedView } from '../model.ts';
import { Unsent } from './unsent.tsx';

export interface ErasedProps {
  view: ErasedView;
  onSend: () => void;
  /** Resolves to whether the file was taken. */
  onFile: () => Promise<boolean>;
  onAgain: () => void;
}

export function Erased({ view: { here, isInvited, why }, onSend, onFile, onAgain }: ErasedProps) {
  const { t } = useText();
  const [isSaved, save] = useState(false);
  const isFree = here === 0 || isSaved;
  const again = isInvited && isFree && (
    <Button look="primary" wide onPress={onAgain}>{t('erased.again')}</Button>
  );
  return (
    <Screen actions={again}>
      <div class="gate">
        <span class="gate-mark">
          <Mark width={132} />
        </span>
        <Title>{t('erased.title')}</Title>
      </div>
      <Note icon={OctagonAlert} tone="bad">{t(`erased.why.${why}`)}</Note>
      <div class="gate">
        <Unsent here={here} onSend={onSend} onFile={() => void onFile().then((taken) => taken && save(true))} />
        {isSaved && <p role="status">{t('carry.saved')}</p>}
        {!isInvited && <p>{t('erased.invite')}</p>}
        {isInvited && !isFree && <p>{t('erased.first')}</p>}
      </div>
    </Screen>
  );
}
