/** Choosing, repeating and entering the PIN. A locked phone still says what waits, and sends it. */
import './gate.css';
import { useState } from 'preact/hooks';
import { ArrowLeft, Clock, Hourglass, OctagonAlert, Smartphone, TriangleAlert } from '../../design/icons.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Pad, PinDots, usePin } from '../../parts/pin.tsx';
import { Title } from '../../parts/title.tsx';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { PinView } from '../model.ts';
import { Unsent } from './unsent.tsx';

export interface PinProps {
  view: PinView;
  onEntered: (digits: string) => void;
  onBack: () => void;
  onSend: () => void;
  /** Saves what is sealed as a file. */
  onFile: () => void;
  /** The phone's own lock is to keep the list, instead of a PIN; `null` where it cannot. */
  onPhoneLock?: (() => void) | null;
  /** Digits to begin with; for pictures only. */
  begun?: string;
}

export function Pin({ view, onEntered, onBack, onSend, onFile, onPhoneLock = null, begun = '' }: PinProps) {
  const text = useText();
  const { t } = text;
  const [isShown, show] = useState(false);
  const { digits, press } = usePin({ onEntered, begun });
  const isLast = view.remark?.code === 'wait' && view.remark.isLast;
  const step = { choose: 1, again: 2, unlock: 0 }[view.mode];
  return (
    <main class="screen-scroll" style={{ height: '100dvh' }} id="main">
      <div class="pin-screen">
        <div class="pin-head">
          {step > 1 ? <IconButton icon={ArrowLeft} label={t('app.back')} onPress={onBack} /> : <span />}
          {step > 0 && <span class="small soft">{t('pin.step', { step, steps: 2 })}</span>}
        </div>
        <div class="pin-words">
          <Title>{t(`pin.${view.mode}`)}</Title>
          <p class="soft">{t(`pin.${view.mode}.why`)}</p>
        </div>
        <PinDots digits={digits} isShown={isShown} />
        <div class="pin-note" aria-live="assertive">
          <Remark view={view} text={text} />
        </div>
        {view.mode === 'unlock' && <Unsent here={view.here} onSend={onSend} onFile={isLast ? onFile : undefined} />}
        {view.mode === 'choose' && onPhoneLock && (
          <Button look="quiet" icon={Smartphone} onPress={onPhoneLock}>{t('phone-lock.instead')}</Button>
        )}
        <div class="pin-space" />
        <Pad isShown={isShown} onShow={() => show(!isShown)} onPress={press} />
      </div>
    </main>
  );
}

function Remark({ view: { mode, remark, isWorking }, text: { t } }: { view: PinView; text: Text }) {
  if (isWorking) return <Note icon={Hourglass}>{t(`pin.working.${mode === 'unlock' ? 'unlock' : 'choose'}`)}</Note>;
  if (remark?.code === 'wait') {
    return (
      <Note icon={Clock} tone="bad">
        {t('pin.wait', { minutes: remark.minutes })} {remark.isLast && <span class="strong">{t('pin.last')}</span>}
      </Note>
    );
  }
  if (remark?.code === 'wrong') return <Note icon={OctagonAlert} tone="bad">{t('pin.wrong', { n: remark.triesLeft })}</Note>;
  if (remark) return <Note icon={OctagonAlert} tone="bad">{t(`pin.${remark.code}`)}</Note>;
  return mode === 'unlock' ? null : <Note icon={TriangleAlert} tone="act">{t('pin.forgotten')}</Note>;
}
