/** Choosing people of the hamlet, for a session: found while typing, added by one tap each. */
import { Check } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { LongList } from '../../parts/list.tsx';
import { ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { useText } from '../../text/text.ts';
import type { PeopleView, ResidentLine } from '../model.ts';
import { SearchBox } from './people.tsx';

export interface PickPersonProps {
  view: PeopleView;
  /** Documents chosen already: they are not offered again. */
  chosen: string[];
  onSearch: (text: string) => void;
  onPick: (line: ResidentLine) => void;
  onDone: () => void;
}

const ROW_PIXELS = 64;

export function PickPerson({ view, chosen, onSearch, onPick, onDone }: PickPersonProps) {
  const { t } = useText();
  const lines = view.lines.filter(({ document }) => !chosen.includes(document));
  const bar = (
    <Bar title={t('session.who.add')} leave={{ by: 'arrow', onLeave: onDone }}>
      <SearchBox text={view.query} onSearch={onSearch} />
    </Bar>
  );
  const done = (
    <Button look="primary" wide icon={Check} onPress={onDone}>
      {t('session.who.done', { n: chosen.length })}
    </Button>
  );
  return (
    <Screen bar={bar} actions={done}>
      {lines.length === 0 ? (
        <div class="nothing">
          <p>{t('people.none', { text: view.query })}</p>
        </div>
      ) : (
        <LongList
          label={t('people.list')}
          items={lines}
          keyOf={(line) => line.document}
          heightGuess={() => ROW_PIXELS}
          row={(line) => <ResidentRow line={line} now={view.now} onOpen={() => onPick(line)} />}
        />
      )}
    </Screen>
  );
}
