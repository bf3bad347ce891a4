/** What the pages share: problems, waiting, leaving, choices in a line. */
import './pages.css';
import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { Calendar, Hourglass, OctagonAlert } from '../../design/icons.tsx';
import { IconButton } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { fullDay } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { Refusal } from '../api.ts';
import { dayTyped, minuteOfDay } from '../time.ts';

/** What the server did not do; nothing while all is well. */
export function ProblemNote({ problem }: { problem: Refusal | null }) {
  const { t } = useText();
  return (
    <div role="alert" class="page-alert">
      {problem && (
        <Note icon={OctagonAlert} tone="bad">
          {t(problem.key)}
        </Note>
      )}
    </div>
  );
}

export function Loading() {
  const { t } = useText();
  return <Note icon={Hourglass}>{t('console.loading')}</Note>;
}

export interface SelectProps {
  label: string;
  chosen: string;
  options: { id: string; name: string }[];
  onChoose: (id: string) => void;
}

export function Select({ label, chosen, options, onChoose }: SelectProps) {
  return (
    <Labelled label={label}>
      {(id) => (
        <select id={id} class="inline-input" value={chosen} onChange={(event) => onChoose(event.currentTarget.value)}>
          {options.map((option) => (
            <option key={option.id} value={option.id}>
              {option.name}
            </option>
          ))}
        </select>
      )}
    </Labelled>
  );
}

export interface DayProps {
  label: string;
  /** `yyyy-mm-dd` */
  day: string;
  latest: string;
  onChoose: (day: string) => void;
}

/**
 * A day as people write it, `22/11/2026`: browsers show theirs in the order of their own language,
 * and 11/12 would be two days. The calendar is the browser's.
 */
export function DayInput({ label, day, latest, onChoose }: DayProps) {
  const { t } = useText();
  const calendar = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const choose = (value: string | null) => {
    setTyped(null);
    if (value !== null && value !== day && value <= latest) onChoose(value);
  };
  return (
    <Labelled label={label}>
      {(id) => (
        <span class="day-input">
          <input
            id={id}
            class="inline-input"
            inputMode="numeric"
            value={typed ?? fullDay(minuteOfDay(day))}
            onInput={(event) => setTyped(event.currentTarget.value)}
            onChange={(event) => choose(dayTyped(event.currentTarget.value))}
          />
          <IconButton icon={Calendar} size={20} label={t('console.calendar')} onPress={() => calendar.current?.showPicker()} />
          <input
            ref={calendar}
            class="day-calendar"
            type="date"
            tabIndex={-1}
            aria-hidden="true"
            value={day}
            max={latest}
            onChange={(event) => choose(event.currentTarget.value || null)}
          />
        </span>
      )}
    </Labelled>
  );
}

function Labelled({ label, children }: { label: string; children: (id: string) => ComponentChildren }) {
  const id = useId();
  return (
    <span class="labelled small">
      <label for={id}>{label}</label>
      {children(id)}
    </span>
  );
}
