/** A list that the phone's own lock opens. Locked, it still says what waits, and sends it. */
import './gate.css';
import { useState } from 'preact/hooks';
import { OctagonAlert, TriangleAlert } from '../../design/icons.tsx';
import { Mark } from '../../design/mark.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Title } from '../../parts/title.tsx';
import { useText } from '../../text/text.ts';
import type { LockedView } from '../model.ts';
import { Unsent } from './unsent.tsx';

export interface PhoneLockProps {
  view: LockedView;
  /** Resolves to whether the list opens. */
  onOpen: () => Promise<boolean>;
  /** The lock opens no more: the list is to go. */
  onLost: () => void;
  onSend: () => void;
  /** Saves what is sealed as a file. */
  onFile: () => void;
}

/** What came of trying so far: nothing yet, it stayed shut, or its owner gives the list up. */
type Tried = 'not' | 'shut' | 'gives-up';

export function PhoneLockScreen({ view: { here }, onOpen, onLost, onSend, onFile }: PhoneLockProps) {
  const { t } = useText();
  const [tried, set] = useState<Tried>('not');
  const open = () => void onOpen().then((isOpen) => isOpen || set('shut'));
  const actions = tried === 'gives-up'
    ? (
      <>
        <Button onPress={() => set('shut')}>{t('app.back')}</Button>
        <Button look="danger" wide onPress={onLost}>{t('phone-lock.delete')}</Button>
      </>
    )
    : <Button look="primary" wide onPress={open}>{t('phone-lock.open')}</Button>;
  return (
    <Screen actions={actions}>
      <div class="gate">
        <span class="gate-mark">
          <Mark width={132} />
        </span>
        <Title>{t('phone-lock.title')}</Title>
        <p class="soft">{t('phone-lock.why')}</p>
      </div>
      {tried === 'shut' && <Note icon={OctagonAlert} tone="bad">{t('phone-lock.shut')}</Note>}
      {tried === 'gives-up' && <Note icon={TriangleAlert} tone="act">{t('phone-lock.lost.why')}</Note>}
      <div class="gate">
        <Unsent here={here} onSend={onSend} onFile={tried === 'not' ? undefined : onFile} />
        {tried === 'shut' && <Button look="quiet" onPress={() => set('gives-up')}>{t('phone-lock.lost')}</Button>}
      </div>
    </Screen>
  );
}
