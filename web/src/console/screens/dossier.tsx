/**
 * One dossier at the desk: what it says with who wrote it, how far card and e-ID are, what happened.
 *
 * What several people wrote differently stands side by side; none is called newer or better. Only
 * one thing is edited at a time, and what the page shows does not change under an open form.
 */
import './dossier.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Icon } from '../../design/icons.tsx';
import {
  ArrowLeft, BadgeCheck, Check, CircleCheck, Cross, DoorClosed, DoorOpen, EqualNot, IdCard, MessagesSquare, OctagonMinus, PencilLine, Undo2,
} from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { Field } from '../../parts/field.tsx';
import { factsLine } from '../../parts/person.tsx';
import { Stepper } from '../../parts/stepper.tsx';
import { moment } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { DossierField, DossierPageView, Happened, SaidValue, TakenOut, VoidReason } from '../model.ts';
import { VOID_REASONS } from '../model.ts';

export interface DossierProps {
  view: DossierPageView;
  onBack: () => void;
  /** A form was opened or closed. */
  onBusy: (isBusy: boolean) => void;
  /** What is wrong with it, in a sentence; `null` once it is written. */
  onWrite: (field: string, typed: string) => Promise<string | null>;
  onChoose: (field: string, value: string) => void;
  onVoid: (event: string, reason: VoidReason) => void;
  /** Nobody else may take things out of a dossier with its history. */
  onTakeOut?: ((what: TakenOut) => void) | undefined;
}

/** Items a dossier is known by: whoever wants them gone erases the person. */
const KEPT = ['name', 'birth-year', 'sex', 'last3'];

export function Dossier(props: DossierProps) {
  const { view, onBack, onBusy } = props;
  const text = useText();
  const { t } = text;
  const [open, setOpen] = useState<string | null>(null);
  const toggle = (what: string | null) => {
    setOpen(what);
    onBusy(what !== null);
  };
  const nothing = () => undefined;
  return (
    <>
      <div class="dossier-head">
        <Button look="quiet" icon={ArrowLeft} onPress={onBack}>
          {t('desk.back')}
        </Button>
        <p class="small soft">
          {view.hamlet} · {factsLine(view, text)} · {t('dossier.history.count', { n: view.changes })}
        </p>
      </div>
      <div class="dossier-columns">
        <Card title={t('desk.fields')}>
          <ul class="said">
            {view.fields.map((field) => (
              <Said key={field.key} field={field} open={open} onToggle={toggle} {...props} />
            ))}
          </ul>
        </Card>
        <div class="dossier-way">
          <Stepper view={view.card} now={view.now} onOpen={nothing} isStill />
          <Stepper view={view.eid} now={view.now} onOpen={nothing} isStill />
          <Events open={open} onToggle={toggle} {...props} />
        </div>
      </div>
    </>
  );
}

interface Toggled {
  onToggle: (what: string | null) => void;
}

function Said({ field, open, onToggle, view, onWrite, onChoose, onTakeOut }: DossierProps & Toggled & { field: DossierField; open: string | null }) {
  const text = useText();
  const { t } = text;
  const { key, name, values, isConflicted, mayWrite } = field;
  const isOpen = open === key;
  // A form stays open, with what was typed, until its value is written.
  const save = async (typed: string) => {
    const wrong = await onWrite(key, typed);
    if (wrong === null) onToggle(null);
    return wrong;
  };
  return (
    <li class={isConflicted ? 'said-field conflicted' : 'said-field'} data-field={key}>
      <div class="said-head">
        <h3 class="small soft">{name}</h3>
        {mayWrite && !isOpen && (
          <button type="button" class="said-edit" onClick={() => onToggle(key)}>
            <PencilLine size={16} /> {t('desk.edit')}
            <span class="unseen">: {name}</span>
          </button>
        )}
      </div>
      {isConflicted && (
        <p class="said-conflict small as-act">
          <EqualNot size={18} /> {t('desk.conflict')}
        </p>
      )}
      {values.length === 0 && !isOpen && <p class="soft">{t('desk.empty')}</p>}
      <ul class={isConflicted ? 'said-values several' : 'said-values'}>
        {values.map((value) => (
          <Value key={value.op} value={value} now={view.now}>
            {isConflicted && mayWrite && (
              <Button icon={Check} onPress={() => onChoose(key, value.op)}>
                {t('choose.this.text')}
                <span class="unseen">: {value.shown}</span>
              </Button>
            )}
          </Value>
        ))}
      </ul>
      {isOpen && <Form field={field} onSave={save} onCancel={() => onToggle(null)} />}
      {onTakeOut && values.length > 0 && !isConflicted && !KEPT.includes(key) && (
        <TakeOut what={{ field: key }} name={name} open={open} onToggle={onToggle} onTakeOut={onTakeOut} />
      )}
    </li>
  );
}

/** One way of writing an item, with who wrote it and when. */
export function Value({ value, now, children }: { value: SaidValue; now: number; children?: ComponentChildren }) {
  const { t, language } = useText();
  return (
    <li class="said-value">
      <p class="said-shown">{value.shown === '' ? <span class="soft">{t('desk.emptied')}</span> : value.shown}</p>
      <p class="small soft">{t('desk.wrote', { who: value.by ?? t('desk.somebody'), when: moment(value.at, now, language) })}</p>
      {children}
    </li>
  );
}

interface FormProps {
  field: DossierField;
  onSave: (typed: string) => Promise<string | null>;
  onCancel: () => void;
}

function Form({ field, onSave, onCancel }: FormProps) {
  const { t } = useText();
  const [typed, setTyped] = useState(field.isConflicted ? '' : (field.values.at(-1)?.typed ?? ''));
  const [wrong, setWrong] = useState<string | null>(null);
  const box = useRef<HTMLFormElement>(null);
  useEffect(() => box.current?.querySelector<HTMLElement>('input, select, textarea')?.focus(), []);
  const save = () => void onSave(typed).then(setWrong);
  return (
    <form
      ref={box}
      class="said-form"
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
      onKeyDown={(event) => event.key === 'Escape' && onCancel()}
    >
      {field.choices ? (
        <label class="field">
          <span class="field-label">{field.name}</span>
          <select class="inline-input" value={typed} onChange={(event) => setTyped(event.currentTarget.value)}>
            <option value="">{t('desk.empty')}</option>
            {field.choices.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
      ) : (
        <Field
          label={field.name}
          value={typed}
          inputMode={field.isDigits ? 'numeric' : 'text'}
          remark={wrong === null ? undefined : { severity: 'error', sentence: wrong }}
          {...(field.isLong ? { lines: 3 } : {})}
          onInput={setTyped}
        />
      )}
      <div class="page-buttons">
        <Button look="primary" icon={Check} onPress={save}>
          {t('app.save')}
        </Button>
        <Button look="quiet" icon={Cross} onPress={onCancel}>
          {t('desk.cancel')}
        </Button>
        <button type="submit" hidden tabIndex={-1} />
      </div>
    </form>
  );
}

function Events({ view, open, onToggle, onVoid, onTakeOut }: DossierProps & Toggled & { open: string | null }) {
  const { t } = useText();
  return (
    <Card title={t('dossier.work')}>
      {view.events.length === 0 && <p class="card-body soft">{t('desk.no-events')}</p>}
      <ul class="happened">
        {view.events.map((event) => (
          <HappenedLine key={event.id} event={event} now={view.now}>
            {event.mayVoid && open !== event.id && (
              <button type="button" class="said-edit" onClick={() => onToggle(event.id)}>
                <Undo2 size={16} /> {t('desk.void')}
                <span class="unseen">: {event.words}</span>
              </button>
            )}
            {open === event.id && (
              <VoidForm
                onVoid={(reason) => {
                  onToggle(null);
                  onVoid(event.id, reason);
                }}
                onCancel={() => onToggle(null)}
              />
            )}
            {onTakeOut && event.note !== '' && (
              <TakeOut what={{ event: event.id }} name={event.words} open={open} onToggle={onToggle} onTakeOut={onTakeOut} />
            )}
          </HappenedLine>
        ))}
      </ul>
      {view.voided.length > 0 && (
        <details class="voided">
          <summary class="small">{t('desk.voided', { n: view.voided.length })}</summary>
          <ul class="happened">
            {view.voided.map((event) => (
              <HappenedLine key={event.id} event={event} now={view.now} />
            ))}
          </ul>
        </details>
      )}
    </Card>
  );
}

interface TakeOutProps extends Toggled {
  what: TakenOut;
  name: string;
  open: string | null;
  onTakeOut: (what: TakenOut) => void;
}

/** Asked for twice: what is taken out is destroyed with all history, on every phone. */
function TakeOut({ what, name, open, onToggle, onTakeOut }: TakeOutProps) {
  const { t } = useText();
  const id = `out ${'event' in what ? what.event : what.field}`;
  if (open !== id) {
    return (
      <button type="button" class="said-edit" onClick={() => onToggle(id)}>
        <OctagonMinus size={16} /> {t('desk.take-out')}
        <span class="unseen">: {name}</span>
      </button>
    );
  }
  return (
    <span class="void-form" role="group" aria-label={t('desk.take-out.sure')}>
      <span class="small strong">{t('desk.take-out.sure')}</span>
      <span class="small soft">{t('desk.take-out.effect')}</span>
      <span class="page-buttons">
        <Button
          look="danger" icon={OctagonMinus}
          onPress={() => {
            onToggle(null);
            onTakeOut(what);
          }}
        >
          {t('desk.take-out.do')}
        </Button>
        <Button look="quiet" icon={Cross} onPress={() => onToggle(null)}>
          {t('desk.cancel')}
        </Button>
      </span>
    </span>
  );
}

const ICONS: Record<Happened['kind'], Icon> = {
  card: IdCard, eid: BadgeCheck, met: DoorOpen, visit: DoorClosed, guidance: MessagesSquare, consent: CircleCheck, confirmed: Check,
};

function HappenedLine({ event, now, children }: { event: Happened; now: number; children?: ComponentChildren }) {
  const { t, language } = useText();
  const Drawn = ICONS[event.kind];
  return (
    <li class="happened-line">
      <span class="tile">
        <Drawn size={22} />
      </span>
      <span class="happened-words">
        <span class="strong">{event.words}</span>
        <span class="small soft">
          {moment(event.at, now, language)} · {event.by ?? t('desk.somebody')}
          {event.note !== '' && ` · “${event.note}”`}
        </span>
        {children}
      </span>
    </li>
  );
}

/** Asked for twice, with a reason: what happened is not taken back by a slip. */
function VoidForm({ onVoid, onCancel }: { onVoid: (reason: VoidReason) => void; onCancel: () => void }) {
  const { t } = useText();
  return (
    <span class="void-form" role="group" aria-label={t('desk.void.why')}>
      <span class="small strong">{t('desk.void.why')}</span>
      <span class="page-buttons">
        {VOID_REASONS.map((reason) => (
          <Button key={reason} onPress={() => onVoid(reason)}>
            {t(`void.${reason}`)}
          </Button>
        ))}
        <Button look="quiet" icon={Cross} onPress={onCancel}>
          {t('desk.cancel')}
        </Button>
      </span>
    </span>
  );
}
