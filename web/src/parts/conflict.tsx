/** Two devices wrote different values: the card that says so, and the sheet to choose in. */
import './conflict.css';
import { EqualNot } from '../design/icons.tsx';
import type { Conflict, LiveValue, LocalMinute } from '../field/model.ts';
import { moment } from '../text/format.ts';
import { valueWords } from '../text/said.ts';
import { capital, useText } from '../text/text.ts';
import { Button } from './button.tsx';
import { StateChip } from './chip.tsx';
import { Sheet } from './sheet.tsx';

export interface ConflictCardProps {
  conflict: Conflict;
  onChoose: () => void;
}

export function ConflictCard({ conflict, onChoose }: ConflictCardProps) {
  const { t } = useText();
  const field = t(`field.${conflict.field}`);
  return (
    <section class="conflict-card">
      <span class="as-act">
        <EqualNot size={26} stroke={2.4} />
      </span>
      <div class="conflict-words">
        <h2 class="conflict-title">{t('dossier.conflict')}</h2>
        <p class="small soft">{t('dossier.conflict.ways', { field, n: conflict.values.length })}</p>
      </div>
      <Button look="primary" onPress={onChoose}>
        {t('dossier.choose')}
      </Button>
    </section>
  );
}

export interface ChooserProps {
  conflict: Conflict;
  now: LocalMinute;
  onChoose: (value: string) => void;
  onLater: () => void;
  /** Neither is right: to write another one. */
  onOther?: () => void;
}

/** Long values, or more than two, stand below each other. */
const SIDE_BY_SIDE_LETTERS_MAX = 14;

/** No value is preselected, none is called better: only people know. */
export function Chooser({ conflict, now, onChoose, onLater, onOther }: ChooserProps) {
  const text = useText();
  const { t } = text;
  const worded = conflict.values.map((value) => ({ ...value, shown: valueWords(conflict.field, value.shown, text) }));
  const values = worded.sort((a, b) => a.by.localeCompare(b.by, 'vi'));
  const isStacked = values.length > 2 || values.some(({ shown }) => shown.length > SIDE_BY_SIDE_LETTERS_MAX);
  const isNumber = conflict.field === 'phone' || conflict.field === 'number';
  return (
    <Sheet icon={EqualNot} title={t('choose.title', { field: t(`field.${conflict.field}`) })} onClose={onLater}>
      <p class="small soft">{t('choose.why')}</p>
      <div class={isStacked ? 'values stacked' : 'values'}>
        {values.map((value) => (
          <ValueCard
            key={value.id}
            value={value}
            now={now}
            confirm={isNumber ? t('choose.this') : t('choose.this.text')}
            onChoose={() => onChoose(value.id)}
          />
        ))}
      </div>
      {onOther && <Button onPress={onOther}>{isNumber ? t('choose.other') : t('choose.other.text')}</Button>}
      <Button look="quiet" onPress={onLater}>
        {t('choose.later')}
      </Button>
      <p class="caption soft choose-kept">{t('choose.kept')}</p>
    </Sheet>
  );
}

interface ValueCardProps {
  value: LiveValue;
  now: LocalMinute;
  confirm: string;
  onChoose: () => void;
}

function ValueCard({ value, now, confirm, onChoose }: ValueCardProps) {
  const { t, language } = useText();
  const who = capital(value.by);
  return (
    <div class="value">
      <p class="value-shown">{value.shown}</p>
      <p class="small soft">{value.isMine ? t('choose.mine', { who }) : who}</p>
      <p class="small soft">{value.at === null ? t('none') : moment(value.at, now, language)}</p>
      <p class="value-state">
        <StateChip state={value.state} short />
      </p>
      <Button look="primary" onPress={onChoose}>
        {confirm}
        <span class="unseen">: {value.shown}</span>
      </Button>
    </div>
  );
}
