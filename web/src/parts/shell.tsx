/** How a phone screen is put together: bar and content that scroll, and a foot that stays. */
import './shell.css';
import type { ComponentChildren } from 'preact';
import { useText } from '../text/text.ts';

export interface ScreenProps {
  bar?: ComponentChildren;
  /** Buttons that stay in reach of the thumb. */
  actions?: ComponentChildren;
  /** The bottom bar. */
  tabs?: ComponentChildren;
  children: ComponentChildren;
}

export function Screen({ bar, actions, tabs, children }: ScreenProps) {
  const { t } = useText();
  return (
    <div class="screen">
      <a class="skip" href="#main">
        {t('app.skip')}
      </a>
      <div class="screen-scroll" data-scroll>
        {bar}
        <main id="main" class="screen-main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <footer class="screen-foot">
        {actions && <div class="screen-actions">{actions}</div>}
        {tabs}
      </footer>
    </div>
  );
}
