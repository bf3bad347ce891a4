/** Labelled inputs. What is wrong is said below in a sentence, judged on leaving, never while typing. */
import './field.css';
import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';
import { OctagonAlert, TriangleAlert } from '../design/icons.tsx';
import { personalNumber, phone } from '../text/format.ts';
import { useText } from '../text/text.ts';

export interface Remark {
  severity: 'error' | 'warning';
  sentence: string;
}

export interface FieldProps {
  label: string;
  help?: string;
  remark?: Remark | undefined;
  value: string;
  /** Shown at the right inside, such as how much is missing. */
  aside?: string;
  type?: 'text' | 'password';
  inputMode?: 'text' | 'numeric' | 'tel';
  autoComplete?: string;
  lines?: number;
  example?: string;
  onInput: (value: string) => void;
  onLeave?: () => void;
}

export function Field(props: FieldProps) {
  const { label, help, remark, value, aside, type = 'text', inputMode = 'text', lines, example } = props;
  const id = useId();
  const described = [help && `${id}-help`, remark && `${id}-remark`].filter(Boolean).join(' ') || undefined;
  const input = {
    id,
    value,
    class: 'field-input',
    placeholder: example,
    'aria-describedby': described,
    'aria-invalid': remark?.severity === 'error' ? true : undefined,
    onInput: (event: { currentTarget: { value: string } }) => props.onInput(event.currentTarget.value),
    onBlur: props.onLeave,
  };
  return (
    <div class={remark ? `field ${remark.severity}` : 'field'}>
      <label class="field-label" for={id}>
        {label}
      </label>
      <span class="field-box">
        {lines ? (
          <textarea {...input} rows={lines} />
        ) : (
          <input {...input} type={type as 'text'} inputMode={inputMode} autoComplete={props.autoComplete ?? 'off'} />
        )}
        {aside && <span class="field-aside small soft">{aside}</span>}
      </span>
      {help && (
        <span id={`${id}-help`} class="small soft">
          {help}
        </span>
      )}
      {remark && <RemarkLine id={`${id}-remark`} remark={remark} />}
    </div>
  );
}

function RemarkLine({ id, remark }: { id: string; remark: Remark }) {
  const isError = remark.severity === 'error';
  const Drawn = isError ? OctagonAlert : TriangleAlert;
  return (
    <span id={id} class={`field-remark small ${isError ? 'as-bad' : 'as-act'}`}>
      <Drawn size={18} />
      <span>{remark.sentence}</span>
    </span>
  );
}

export interface NumberFieldProps {
  label: string;
  help?: string;
  remark?: Remark | undefined;
  /** Digits only. */
  digits: string;
  kind: 'personal' | 'phone';
  onInput: (digits: string) => void;
  onLeave?: () => void;
}

const DIGITS_MAX = { personal: 12, phone: 11 };

/** Groups the digits while they are typed and says how many are missing. */
export function NumberField({ digits, kind, onInput, ...rest }: NumberFieldProps) {
  const { t } = useText();
  const left = kind === 'personal' ? DIGITS_MAX.personal - digits.length : 0;
  return (
    <Field
      {...rest}
      value={kind === 'personal' ? personalNumber(digits) : phone(digits)}
      inputMode="numeric"
      {...(digits !== '' && left > 0 ? { aside: t('new.left', { n: left }) } : {})}
      onInput={(typed) => onInput(digitsOf(typed, DIGITS_MAX[kind]))}
    />
  );
}

/** The digits of what was typed or pasted, at most so many. */
export function digitsOf(typed: string, most: number): string {
  return typed.replace(/\D/g, '').slice(0, most);
}

export interface ChoicesProps {
  label: string;
  children: ComponentChildren;
}

/** A question with choices below. */
export function Choices({ label, children }: ChoicesProps) {
  return (
    <fieldset class="field">
      <legend class="field-label">{label}</legend>
      <div class="choices">{children}</div>
    </fieldset>
  );
}
