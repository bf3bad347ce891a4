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
  useEffect(() => {
    const timer = setTimeout(onGone, seconds * 1000);
    return () => clearTimeout(timer);
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
