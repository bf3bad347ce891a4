/** What the pages share: problems, waiting, leaving, choices in a line. */
import './pages.css';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { Hourglass, OctagonAlert } from '../../design/icons.tsx';
import { Note } from '../../parts/card.tsx';
import { useText } from '../../text/text.ts';
import type { Refusal } from '../api.ts';

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

export function DayInput({ label, day, latest, onChoose }: DayProps) {
  const choose = (value: string) => value !== '' && onChoose(value);
  return (
    <Labelled label={label}>
      {(id) => (
        <input
          id={id}
          class="inline-input"
          type="date"
          value={day}
          max={latest}
          onChange={(event) => choose(event.currentTarget.value)}
        />
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
