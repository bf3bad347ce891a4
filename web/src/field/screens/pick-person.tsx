/** Choosing people of the hamlet, for a session: found while typing, added by one tap each. */
import { Check } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { LongList } from '../../parts/list.tsx';
import { ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { useText } from '../../text/text.ts';
import type { PeopleView, ResidentLine } from '../model.ts';
import { ROW_PIXELS, SearchBox } from './people.tsx';

export interface PickPersonProps {
  view: PeopleView;
  typed: string;
  /** How many are chosen already. */
  chosen: number;
  onSearch: (text: string) => void;
  onPick: (line: ResidentLine) => void;
  onDone: () => void;
  /** Lines from here on come into sight. */
  onWant?: (from: number) => void;
}

export function PickPerson({ view, typed, chosen, onSearch, onPick, onDone, onWant }: PickPersonProps) {
  const { t } = useText();
  const bar = (
    <Bar title={t('session.who.add')} leave={{ by: 'arrow', onLeave: onDone }}>
      <SearchBox text={typed} onSearch={onSearch} />
    </Bar>
  );
  const done = (
    <Button look="primary" wide icon={Check} onPress={onDone}>
      {t('session.who.done', { n: chosen })}
    </Button>
  );
  return (
    <Screen bar={bar} actions={done}>
      {view.count === 0 ? (
        <div class="nothing">
          <p>{t('people.none', { text: view.query })}</p>
        </div>
      ) : (
        <LongList
          label={t('people.list')}
          part={{ count: view.count, from: view.from, items: view.lines }}
          name={view.query}
          keyOf={(line) => line.document}
          rowPixels={ROW_PIXELS}
          {...(onWant && { onWant })}
          row={(line) => <ResidentRow line={line} now={view.now} onOpen={() => onPick(line)} />}
        />
      )}
    </Screen>
  );
}
