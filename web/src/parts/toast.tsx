/** A short notice that waits for no one. What needs an answer is never said here. */
import './toast.css';
import { useEffect } from 'preact/hooks';
import { CircleCheck } from '../design/icons.tsx';
import { useText } from '../text/text.ts';

export interface ToastProps {
  sentence: string;
  onUndo?: () => void;
  onGone: () => void;
  /** How long it stands. */
  seconds?: number;
}

export function Toast({ sentence, onUndo, onGone, seconds = 6 }: ToastProps) {
  const { t } = useText();
  // Whoever comes by keyboard has to pass everything before it: each key begins the time anew.
  useEffect(() => {
    let timer = setTimeout(onGone, seconds * 1000);
    const again = () => {
      clearTimeout(timer);
      timer = setTimeout(onGone, seconds * 1000);
    };
    addEventListener('keydown', again);
    return () => {
      clearTimeout(timer);
      removeEventListener('keydown', again);
    };
  }, [sentence, seconds]);
  return (
    <div class="toast" role="status">
      <CircleCheck size={20} />
      <span class="toast-sentence">{sentence}</span>
      {onUndo && (
        <button type="button" class="toast-undo" onClick={onUndo}>
          {t('app.undo')}
        </button>
      )}
    </div>
  );
}
