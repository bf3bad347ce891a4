/** The sheet that asks why there is no card or no account yet. A choice is saved at once. */
import { useState } from 'preact/hooks';
import { CircleHelp } from '../../design/icons.tsx';
import { Choice } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { useText } from '../../text/text.ts';
import type { Funnel, ReasonName } from '../model.ts';

export interface ReasonSheetProps {
  funnel: Funnel;
  chosen: ReasonName | null;
  /** Without a note where none is kept. */
  onSave: (reason: ReasonName, note: string) => void;
  onClose: () => void;
  noteless?: boolean;
}

const ABSENT: ReasonName[] = ['a1-works-away', 'a2-abroad', 'a3-studies-away', 'a4-whereabouts-unknown'];
const LAST: ReasonName[] = ['f1-declined', 'f2-dead-or-moved', 'z-other'];

/** What people are asked for, the usual first. What only the police may see is asked elsewhere. */
export const REASONS: Record<Funnel, ReasonName[]> = {
  card: [
    ...ABSENT, 'b1-needs-home-visit', 'b2-just-fourteen', 'c1-data-mismatch', 'c2-papers-missing', 'c3-duplicate-number',
    'c4-not-registered-here', 'c5-done-elsewhere', ...LAST,
  ],
  eid: [
    'e1-no-phone', 'e2-weak-phone', 'e3-sim-of-another', 'e4-number-changed', 'e5-awaits-approval', 'e6-seven-days-passed',
    'e7-locked-out', 'e8-needs-family-help', 'e9-portal-overloaded', ...ABSENT, ...LAST,
  ],
};

export function ReasonSheet({ funnel, chosen, onSave, onClose, noteless }: ReasonSheetProps) {
  const { t } = useText();
  const [note, setNote] = useState('');
  return (
    <Sheet icon={CircleHelp} title={t(`dossier.reason.${funnel}`)} onClose={onClose}>
      {!noteless && <Field label={t('visit.note')} value={note} onInput={setNote} />}
      <div class="choices stacked">
        {REASONS[funnel].map((reason) => (
          <Choice key={reason} chosen={reason === chosen} onPress={() => onSave(reason, note)}>
            {t(`reason.${reason}` as 'reason.z-other')}
          </Choice>
        ))}
      </div>
      {!noteless && <p class="small soft">{t('visit.saves')}</p>}
    </Sheet>
  );
}
