/** How a phone screen is put together: bar and content that scroll, and a foot that stays. */
import './shell.css';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { RecordState } from '../field/model.ts';
import { useText } from '../text/text.ts';
import { MeaningContext, MeaningSheet } from './meaning.tsx';

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
  const [asked, ask] = useState<RecordState | null>(null);
  return (
    <div class="screen">
      <a class="skip" href="#main">
        {t('app.skip')}
      </a>
      <div class="screen-scroll" data-scroll>
        {bar}
        <main id="main" class="screen-main" tabIndex={-1}>
          <MeaningContext.Provider value={ask}>{children}</MeaningContext.Provider>
        </main>
      </div>
      <footer class="screen-foot">
        {actions && <div class="screen-actions">{actions}</div>}
        {tabs}
      </footer>
      {asked !== null && <MeaningSheet state={asked} onClose={() => ask(null)} />}
    </div>
  );
}
