/** What is known of a resident, put right or filled in. Only what was touched is saved. */
import './new-person.css';
import { Check } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Choices, Field, NumberField } from '../../parts/field.tsx';
import { Screen } from '../../parts/shell.tsx';
import { useText } from '../../text/text.ts';
import type { DossierView, FactsDraft, FieldRemark, PhoneOwnerName, ResidenceName } from '../model.ts';
import { remarkOf } from './new-person.tsx';

export interface FactsProps {
  view: DossierView;
  draft: FactsDraft;
  remarks: FieldRemark[];
  onEdit: (draft: FactsDraft) => void;
  onSave: () => void;
  onClose: () => void;
}

const OWNERS: PhoneOwnerName[] = ['own', 'family', 'other'];
export const RESIDENCES: ResidenceName[] = ['permanent-present', 'permanent-away', 'temporary', 'left', 'dead', 'unknown'];

export function FactsScreen(props: FactsProps) {
  const { view, draft, onEdit } = props;
  const text = useText();
  const { t } = text;
  const nothing = Object.keys(draft).length === 0 ? t('facts.nothing') : undefined;
  const save = (
    <Button look="primary" wide icon={Check} blockedBy={nothing} onPress={props.onSave}>{t('app.save')}</Button>
  );
  const bar = <Bar plain title={t('facts.title')} sub={view.name} leave={{ by: 'cross', onLeave: props.onClose }} />;
  return (
    <Screen bar={bar} actions={save}>
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <NumberField
          kind="phone" label={t('new.phone')} help={t('new.phone.help')} digits={draft.phone ?? view.phone ?? ''}
          remark={remarkOf(props.remarks, 'phone', text)} onInput={(phone) => onEdit({ ...draft, phone })}
        />
        <Choices label={t('facts.sim')}>
          {OWNERS.map((one) => (
            <Choice
              key={one} chosen={(draft.phoneOwner ?? view.phoneOwner) === one} chosenIcon={Check}
              onPress={() => onEdit({ ...draft, phoneOwner: one })}
            >
              {t(`phone-owner.${one}`)}
            </Choice>
          ))}
        </Choices>
        <Choices label={t('field.residence')}>
          {RESIDENCES.map((one) => (
            <Choice
              key={one} chosen={(draft.residence ?? view.residence) === one} chosenIcon={Check}
              onPress={() => onEdit({ ...draft, residence: one })}
            >
              {t(`residence.${one}`)}
            </Choice>
          ))}
        </Choices>
        <Choices label={t('field.home-visit')}>
          <Choice
            chosen={draft.homeVisit ?? view.homeVisit} chosenIcon={Check}
            onPress={() => onEdit({ ...draft, homeVisit: !(draft.homeVisit ?? view.homeVisit) })}
          >
            {t('people.home-visit')}
          </Choice>
        </Choices>
        <Field label={t('field.address')} value={draft.address ?? view.address} onInput={(address) => onEdit({ ...draft, address })} />
        <Field
          label={t('field.note')} help={t('session.secret')} lines={2} value={draft.note ?? view.note}
          onInput={(note) => onEdit({ ...draft, note })}
        />
        <Field
          label={t('new.name')} value={draft.name ?? view.name} remark={remarkOf(props.remarks, 'name', text)}
          onInput={(name) => onEdit({ ...draft, name })}
        />
        <Field
          label={t('new.birth')} help={t('new.birth.help')} inputMode="numeric"
          value={draft.birth ?? (view.birthYear === null ? '' : String(view.birthYear))}
          remark={remarkOf(props.remarks, 'birth', text)} onInput={(birth) => onEdit({ ...draft, birth })}
        />
        <Choices label={t('new.sex')}>
          {(['female', 'male'] as const).map((sex) => (
            <Choice key={sex} chosen={(draft.sex ?? view.sex) === sex} chosenIcon={Check} onPress={() => onEdit({ ...draft, sex })}>
              {t(`sex.${sex}`)}
            </Choice>
          ))}
        </Choices>
        <NumberField
          kind="personal" label={t('new.number')} help={t('facts.number.help')} digits={draft.number ?? ''}
          remark={remarkOf(props.remarks, 'number', text)} onInput={(number) => onEdit(withNumber(draft, number))}
        />
      </form>
    </Screen>
  );
}

/** An emptied field stays as it was: the whole number is not here to be shown. */
function withNumber({ number: _, ...rest }: FactsDraft, typed: string): FactsDraft {
  return typed === '' ? rest : { ...rest, number: typed };
}
