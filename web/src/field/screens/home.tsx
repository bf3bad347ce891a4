/** Where somebody is at home: with whom, and how that is written down. */
import { useState } from 'preact/hooks';
import { Check, House, MapPin, PencilLine, Plus, UserPlus, Users } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Card, Row } from '../../parts/card.tsx';
import { Choices, Field } from '../../parts/field.tsx';
import { ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { useText } from '../../text/text.ts';
import type { DocumentId, HomeChoiceView, HouseDraft, HouseLine } from '../model.ts';
import { SearchBox } from './people.tsx';

export interface HomeProps {
  view: HomeChoiceView;
  typed: string;
  onSearch: (text: string) => void;
  onChoose: (house: HouseLine) => void;
  onWrite: (draft: HouseDraft) => void;
  onOpen: (document: DocumentId) => void;
  /** Somebody else who lives here. */
  onAdd: () => void;
  onBack: () => void;
  /** For pictures only. */
  begin?: HouseDraft;
}

export function Home(props: HomeProps) {
  const { view } = props;
  const { t } = useText();
  const [draft, write] = useState<HouseDraft | null>(props.begin ?? null);
  const [moves, move] = useState(false);
  if (draft !== null) return <HouseForm draft={draft} canals={view.canals} onEdit={write} onSave={props.onWrite} onClose={() => write(null)} />;
  const { home } = view;
  if (home === null || moves) return <Choosing {...props} onNew={() => write(fresh(view))} />;
  const { household, of: name, canal, address } = home;
  const actions = (
    <>
      <Button icon={PencilLine} onPress={() => write({ household, name, canal, address })}>{t('home.edit')}</Button>
      <Button look="primary" wide icon={UserPlus} onPress={props.onAdd}>{t('home.add')}</Button>
    </>
  );
  return (
    <Screen bar={<Bar title={t('today.home', { who: home.of })} sub={canal} leave={{ by: 'arrow', onLeave: props.onBack }} />} actions={actions}>
      <Card icon={Users} title={t('dossier.household', { n: home.members.length })} group>
        {home.members.map((line) => (
          <ResidentRow key={line.document} line={line} now={view.now} onOpen={() => props.onOpen(line.document)} />
        ))}
      </Card>
      {address !== '' && <Card><ul><Row icon={MapPin} title={address} sub={t('field.address')} /></ul></Card>}
      <Button icon={House} onPress={() => move(true)}>{t('home.move')}</Button>
    </Screen>
  );
}

function fresh({ name }: HomeChoiceView): HouseDraft {
  return { household: null, name, canal: '', address: '' };
}

/** A household that is here already comes before one that is to be written down. */
function Choosing({ view, typed, onSearch, onChoose, onNew, onBack }: HomeProps & { onNew: () => void }) {
  const { t } = useText();
  const bar = (
    <Bar title={t('home.choose')} sub={view.name} leave={{ by: 'arrow', onLeave: onBack }}>
      <SearchBox text={typed} onSearch={onSearch} label={t('home.search')} />
    </Bar>
  );
  const another = (
    <Button look="primary" wide icon={Plus} onPress={onNew}>{t('home.new')}</Button>
  );
  return (
    <Screen bar={bar} actions={another}>
      {view.houses.length === 0 ? (
        <div class="nothing"><House size={40} /><p>{t('home.none')}</p></div>
      ) : (
        <Card>
          <ul>
            {view.houses.map((house) => (
              <Row key={house.household} icon={House} title={house.of} sub={house.canal || t('home.no-canal')} onOpen={() => onChoose(house)} />
            ))}
          </ul>
        </Card>
      )}
    </Screen>
  );
}

interface HouseFormProps {
  draft: HouseDraft;
  canals: string[];
  onEdit: (draft: HouseDraft) => void;
  onSave: (draft: HouseDraft) => void;
  onClose: () => void;
}

function HouseForm({ draft, canals, onEdit, onSave, onClose }: HouseFormProps) {
  const { t } = useText();
  const missing = draft.name.trim() === '' ? t('home.need-name') : undefined;
  const save = (
    <Button look="primary" wide icon={Check} blockedBy={missing} onPress={() => onSave(draft)}>{t('app.save')}</Button>
  );
  return (
    <Screen bar={<Bar plain title={draft.household === null ? t('home.new') : t('home.edit')} leave={{ by: 'cross', onLeave: onClose }} />} actions={save}>
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <Field label={t('home.name')} help={t('home.name.help')} value={draft.name} onInput={(name) => onEdit({ ...draft, name })} />
        <Field label={t('home.canal')} help={t('home.canal.help')} value={draft.canal} onInput={(canal) => onEdit({ ...draft, canal })} />
        {canals.length > 0 && (
          <Choices label={t('home.canals')}>
            {canals.map((canal) => (
              <Choice key={canal} chosen={draft.canal === canal} chosenIcon={Check} onPress={() => onEdit({ ...draft, canal })}>{canal}</Choice>
            ))}
          </Choices>
        )}
        <Field label={t('field.address')} value={draft.address} onInput={(address) => onEdit({ ...draft, address })} />
      </form>
    </Screen>
  );
}
