/** Six digits by thumb or keyboard. The keys never change places. */
import './pin.css';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Backspace } from '../design/icons.tsx';
import { useText } from '../text/text.ts';

export const PIN_DIGITS = 6;

export interface PinPadProps {
  /** Called once with all six; the pad is empty again after that. */
  onEntered: (digits: string) => void;
  /** Digits to begin with; for pictures only. */
  begun?: string;
}

export function PinDots({ digits, isShown }: { digits: string; isShown: boolean }) {
  const { t } = useText();
  return (
    <p class="pin-dots" role="status">
      {Array.from({ length: PIN_DIGITS }, (_, at) => (
        <span key={at} class={at < digits.length ? 'pin-dot filled' : 'pin-dot'} aria-hidden="true">
          {isShown ? digits[at] : ''}
        </span>
      ))}
      <span class="unseen">{t('pin.entered', { n: digits.length })}</span>
    </p>
  );
}

/** The digits so far and what keys do to them; hardware keys work too. */
export function usePin({ onEntered, begun = '' }: PinPadProps) {
  const [digits, show] = useState(begun);
  // Fingers are faster than the screen is drawn: the next key must see this one.
  const entered = useRef(begun);
  const set = (next: string) => {
    entered.current = next;
    show(next);
  };
  const press = (key: string) => {
    if (key === 'Backspace') return set(entered.current.slice(0, -1));
    if (!/^\d$/.test(key)) return;
    const next = entered.current + key;
    set(next.length < PIN_DIGITS ? next : '');
    if (next.length === PIN_DIGITS) onEntered(next);
  };
  // Before the pad is seen: a key pressed at first sight must not be lost.
  useLayoutEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey) press(event.key);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  });
  return { digits, press };
}

export interface PadProps {
  isShown: boolean;
  onShow: () => void;
  onPress: (key: string) => void;
}

export function Pad({ isShown, onShow, onPress }: PadProps) {
  const { t } = useText();
  return (
    <div class="pad" role="group" aria-label={t('pin.pad')}>
      {[...'123456789'].map((digit) => (
        <PadKey key={digit} digit={digit} onPress={onPress} />
      ))}
      <button type="button" class="pad-key bare" aria-pressed={isShown} onClick={onShow}>
        {isShown ? t('pin.hide') : t('pin.show')}
      </button>
      <PadKey digit="0" onPress={onPress} />
      <button type="button" class="pad-key" aria-label={t('pin.delete')} onClick={() => onPress('Backspace')}>
        <Backspace size={28} />
      </button>
    </div>
  );
}

function PadKey({ digit, onPress }: { digit: string; onPress: (key: string) => void }) {
  return (
    <button type="button" class="pad-key" onClick={() => onPress(digit)}>
      {digit}
    </button>
  );
}
