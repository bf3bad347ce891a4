/**
 * A sheet from the bottom: one question, at most five answers.
 *
 * The focus goes to its title and comes back to where it was. Escape and the scrim close it; what
 * lies behind cannot be reached meanwhile. No sheet opens another one.
 */
import './sheet.css';
import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Icon } from '../design/icons.tsx';
import { useText } from '../text/text.ts';

export interface SheetProps {
  icon?: Icon;
  title: ComponentChildren;
  /** What must not be lost by a slip of the thumb has no way out but its buttons. */
  blocking?: boolean;
  onClose: () => void;
  children: ComponentChildren;
}

export function Sheet({ icon: Drawn, title, blocking, onClose, children }: SheetProps) {
  const { t } = useText();
  // Over a sheet may stand the one that says that nothing was saved.
  const named = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  // At once with the sheet itself: a key pressed in between would go to what lies behind.
  useLayoutEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    heading.current?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const leave = () => {
    if (!blocking) onClose();
  };
  return (
    <dialog
      ref={dialog}
      class="sheet"
      role={blocking ? 'alertdialog' : 'dialog'}
      aria-labelledby={named}
      onCancel={(event) => {
        event.preventDefault();
        leave();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) leave();
      }}
    >
      <div class="sheet-inner">
        {blocking ? null : <button type="button" class="sheet-grab" aria-label={t('app.close')} onClick={leave} />}
        <h2 id={named} class="sheet-title" tabIndex={-1} ref={heading}>
          {Drawn && (
            <span class="as-act">
              <Drawn size={26} />
            </span>
          )}
          <span>{title}</span>
        </h2>
        {children}
      </div>
    </dialog>
  );
}
