/** The sheet after knocking at a door. A choice is saved at once. */
import { useState } from 'preact/hooks';
import { CalendarClock, Check, Dots, DoorClosed, DoorOpen, MapPin, Waves } from '../../design/icons.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Choices, Field } from '../../parts/field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { useText } from '../../text/text.ts';
import type { VisitName } from '../model.ts';

export interface VisitSheetProps {
  onSave: (result: VisitName, note: string, again: string | null) => void;
  onClose: () => void;
  /** What was noted of the water for a day, as it is typed; asked for whenever the day changes. */
  tides?: string[];
  onDay?: (typed: string) => void;
  /** What is asked first; for pictures only. */
  begin?: 'result' | 'again' | 'more';
}

export function VisitSheet({ onSave, onClose, tides = [], onDay = () => undefined, begin = 'result' }: VisitSheetProps) {
  const { t } = useText();
  const [asks, ask] = useState(begin);
  const [note, setNote] = useState('');
  if (asks === 'again') return <AgainSheet tides={tides} onDay={onDay} onSave={(on, tide) => onSave('rescheduled', tide, on)} onClose={onClose} />;
  const save = (result: VisitName) => () => onSave(result, note, null);
  return (
    <Sheet icon={DoorOpen} title={t('visit.title')} onClose={onClose}>
      {asks === 'result' ? (
        <div class="choices stacked">
          <Choice icon={DoorOpen} chosen={false} onPress={save('met')}>{t('visit.met')}</Choice>
          <Choice icon={DoorClosed} chosen={false} onPress={save('not-met')}>{t('visit.not-met')}</Choice>
          <Choice icon={CalendarClock} chosen={false} onPress={() => ask('again')}>{t('visit.rescheduled')}</Choice>
          <Choice icon={MapPin} chosen={false} onPress={save('moved-away')}>{t('visit.moved-away')}</Choice>
          <Choice icon={Dots} chosen={false} onPress={() => ask('more')}>{t('visit.more')}</Choice>
        </div>
      ) : (
        <div class="choices stacked">
          {(['away', 'declined', 'unreachable'] as const).map((result) => (
            <Choice key={result} chosen={false} onPress={save(result)}>{t(`visit.${result}`)}</Choice>
          ))}
        </div>
      )}
      <Field label={t('visit.note')} value={note} onInput={setNote} />
      <p class="small soft">{t('visit.saves')}</p>
    </Sheet>
  );
}

interface AgainSheetProps {
  tides: string[];
  onDay: (typed: string) => void;
  onSave: (on: string, tide: string) => void;
  onClose: () => void;
}

function AgainSheet({ tides, onDay, onSave, onClose }: AgainSheetProps) {
  const { t } = useText();
  const [on, setOn] = useState('');
  const [tide, setTide] = useState('');
  const turnTo = (typed: string) => {
    setOn(typed);
    onDay(typed);
  };
  return (
    <Sheet icon={CalendarClock} title={t('visit.when')} onClose={onClose}>
      <div class="choices">
        {[1, 3, 7].map((days) => (
          <Choice key={days} chosen={on === typedDay(days)} chosenIcon={Check} onPress={() => turnTo(typedDay(days))}>
            {t(`again.${days as 1 | 3 | 7}`)}
          </Choice>
        ))}
      </div>
      <Field label={t('stage.day.label')} inputMode="numeric" value={on} onInput={turnTo} />
      {tides.length > 0 && (
        <Choices label={t('visit.tide.known')}>
          {tides.map((note) => (
            <Choice key={note} icon={Waves} chosen={tide === note} chosenIcon={Check} onPress={() => setTide(note)}>{note}</Choice>
          ))}
        </Choices>
      )}
      <Field label={t('visit.tide')} help={t('visit.tide.example')} value={tide} onInput={setTide} />
      <Button look="primary" onPress={() => onSave(on, tide)}>
        {t('app.save')}
      </Button>
    </Sheet>
  );
}

/** The day so many days from today, as a person types it. */
function typedDay(days: number): string {
  const day = new Date(Date.now() + days * 86_400_000);
  return `${day.getDate()}/${day.getMonth() + 1}/${day.getFullYear()}`;
}
