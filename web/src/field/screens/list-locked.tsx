/** Nobody heard the server for too long: the list is closed, writing and sending go on. */
import { ArrowUp, ClockAlert, UserPlus } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { useText } from '../../text/text.ts';
import type { Tab } from '../model.ts';

export interface ListLockedProps {
  here: string;
  onTab: (tab: Tab) => void;
  onAdd: () => void;
  onSend: () => void;
}

const TABS: readonly string[] = ['today', 'people', 'guidance', 'results'] satisfies Tab[];

export function ListLocked({ here, onTab, onAdd, onSend }: ListLockedProps) {
  const { t } = useText();
  const tab = (TABS.includes(here) ? here : 'people') as Tab;
  const add = <Button look="primary" wide icon={UserPlus} onPress={onAdd}>{t('people.add')}</Button>;
  return (
    <Screen
      bar={<Bar title={t('lease.title')} />} actions={add}
      tabs={<Tabs here={tab} badges={{ tasks: 0, refused: 0 }} onOpen={onTab} />}
    >
      <Note icon={ClockAlert} tone="act">
        <span class="strong">{t('say.lease-locked')}</span> {t('lease.next')}
      </Note>
      <Button wide icon={ArrowUp} onPress={onSend}>{t('send.try')}</Button>
    </Screen>
  );
}
