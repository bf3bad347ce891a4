/** A person nobody has recorded here yet. Likely duplicates stand above the button that saves. */
import './new-person.css';
import { Check, House, ScanLine, TriangleAlert } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import type { Remark } from '../../parts/field.tsx';
import { Choices, Field, NumberField } from '../../parts/field.tsx';
import { ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import type { Text } from '../../text/text.ts';
import { isKey, useText } from '../../text/text.ts';
import type { DocumentId, FieldRemark, NewPersonView, PersonDraft, ResidenceName } from '../model.ts';

/** Of somebody who was just met. */
const RESIDENCES: ResidenceName[] = ['permanent-present', 'permanent-away', 'temporary'];

export interface NewPersonProps {
  view: NewPersonView;
  onEdit: (draft: PersonDraft) => void;
  onSame: (document: DocumentId) => void;
  onOther: () => void;
  onSave: () => void;
  onClose: () => void;
  /** The text of a chip card, by camera or pasted. */
  onCard: () => void;
}

export function NewPerson(props: NewPersonProps) {
  const { view, onEdit, onSave, onClose } = props;
  const text = useText();
  const { t } = text;
  const { draft } = view;
  const remark = (field: FieldRemark['field']) => remarkOf(view.remarks, field, text);
  const save = (
    <Button look="primary" wide icon={Check} onPress={onSave}>
      {t('app.save')}
    </Button>
  );
  return (
    <Screen bar={<Bar plain title={t('new.title')} leave={{ by: 'cross', onLeave: onClose }} />} actions={save}>
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <Button icon={ScanLine} onPress={props.onCard}>{t('new.scan')}</Button>
        {draft.household && <Note icon={House} tone="here">{t('new.at-home', { who: draft.household.of })}</Note>}
        <NumberPart {...props} remark={remark('number')} />
        <Field
          label={t('new.name')}
          value={draft.name}
          remark={remark('name')}
          onInput={(name) => onEdit({ ...draft, name })}
        />
        <Field
          label={t('new.birth')}
          help={t('new.birth.help')}
          inputMode="numeric"
          value={draft.birth}
          remark={remark('birth')}
          onInput={(birth) => onEdit({ ...draft, birth })}
        />
        <Choices label={t('new.sex')}>
          {(['female', 'male'] as const).map((sex) => (
            <Choice key={sex} chosen={draft.sex === sex} chosenIcon={Check} onPress={() => onEdit({ ...draft, sex })}>
              {t(`sex.${sex}`)}
            </Choice>
          ))}
        </Choices>
        <NumberField
          kind="phone"
          label={t('new.phone')}
          help={t('new.phone.help')}
          digits={draft.phone}
          remark={remark('phone')}
          onInput={(phone) => onEdit({ ...draft, phone })}
        />
        <Choices label={t('field.residence')}>
          {RESIDENCES.map((residence) => (
            <Choice
              key={residence} chosen={draft.residence === residence} chosenIcon={Check}
              onPress={() => onEdit({ ...draft, residence: draft.residence === residence ? null : residence })}
            >
              {t(`residence.${residence}`)}
            </Choice>
          ))}
        </Choices>
        <Field label={t('field.address')} value={draft.address ?? ''} onInput={(address) => onEdit({ ...draft, address })} />
      </form>
      <Duplicates {...props} />
    </Screen>
  );
}

function NumberPart({ view: { draft }, onEdit, remark }: NewPersonProps & { remark: Remark | undefined }) {
  const { t } = useText();
  const hasNumber = draft.number !== null;
  return (
    <div class="form-part">
      {hasNumber && (
        <NumberField
          kind="personal"
          label={t('new.number')}
          help={t('new.number.help')}
          digits={draft.number ?? ''}
          remark={remark}
          onInput={(number) => onEdit({ ...draft, number })}
        />
      )}
      <div class="choices">
        <Choice chosen={!hasNumber} chosenIcon={Check} onPress={() => onEdit({ ...draft, number: hasNumber ? null : '' })}>
          {t('new.no-number')}
        </Choice>
      </div>
    </div>
  );
}

function Duplicates({ view, onSame, onOther }: NewPersonProps) {
  const { t, language } = useText();
  if (view.duplicates.length === 0) return null;
  return (
    <section class="duplicates" aria-labelledby="duplicates">
      <h2 id="duplicates">
        <span class="as-act">
          <TriangleAlert size={20} />
        </span>{' '}
        {t('new.duplicate')}
      </h2>
      {view.duplicates.map((line) => (
        <div key={line.document} class="card">
          <ResidentRow line={line} now={view.now} onOpen={() => onSame(line.document)} />
          {line.agree && (
            <p class="duplicate-why small soft">
              {t('new.duplicate.agree', { fields: line.agree.map((one) => t(`field.${one}`).toLocaleLowerCase(language)).join(', ') })}
            </p>
          )}
          <div class="duplicate-actions">
            <Button onPress={() => onSame(line.document)}>{t('new.duplicate.same')}</Button>
            <Button onPress={onOther}>{t('new.duplicate.other')}</Button>
          </div>
        </div>
      ))}
    </section>
  );
}

export function remarkOf(remarks: FieldRemark[], field: FieldRemark['field'], { t }: Text): Remark | undefined {
  // An unusual beginning is the least of what may be wrong with a number.
  const own = remarks.filter((one) => one.field === field);
  const first = own.find(({ code }) => code !== 'number-unknown-prefix') ?? own[0];
  const key = `check.${first?.code ?? ''}`;
  if (!first || !isKey(key)) return undefined;
  // The core names the parameters that the sentence of its code has.
  const say = t as (key: string, params: Record<string, string | number>) => string;
  return { severity: first.severity, sentence: say(key, first.params) };
}
