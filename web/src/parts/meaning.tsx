/** What a state's word means, where the word stands: two sentences and what to do now. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { CircleHelp } from '../design/icons.tsx';
import type { RecordState } from '../field/model.ts';
import { MEANINGS } from '../text/meanings.ts';
import { useText } from '../text/text.ts';
import { Button } from './button.tsx';
import type { StateChipProps } from './chip.tsx';
import { StateChip } from './chip.tsx';
import { Sheet } from './sheet.tsx';

/** How a screen shows what a state means. */
export const MeaningContext = createContext<(state: RecordState) => void>(() => undefined);

/** A state's chip that tells what it means. Inside of a button the plain chip stands. */
export function StateWord(props: StateChipProps) {
  const explain = useContext(MeaningContext);
  const { t } = useText();
  return (
    <button type="button" class="chip-open" onClick={() => explain(props.state)}>
      <StateChip {...props} />
      <CircleHelp size={18} />
      <span class="unseen">{t('help.what')}</span>
    </button>
  );
}

export function MeaningSheet({ state, onClose }: { state: RecordState; onClose: () => void }) {
  const { t } = useText();
  const { line, next } = MEANINGS[state];
  return (
    <Sheet icon={CircleHelp} title={t(`state.${state}`)} onClose={onClose}>
      <p>{t(line)}</p>
      <p class="strong">{t(next)}</p>
      <Button onPress={onClose}>{t('app.close')}</Button>
    </Sheet>
  );
}
