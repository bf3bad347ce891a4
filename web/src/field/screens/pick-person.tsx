/** Choosing people of the hamlet, for a session: found while typing, added by one tap each. */
import { Check, UsersRound } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { LongList } from '../../parts/list.tsx';
import { ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { useText } from '../../text/text.ts';
import type { PeopleFilter, PeopleView, ResidentLine } from '../model.ts';
import { PeopleFilters, ROW_PIXELS, SearchBox } from './people.tsx';

export interface PickPersonProps {
  view: PeopleView;
  typed: string;
  /** How many are chosen already; `null` where one is enough. */
  chosen: number | null;
  /** How many more may be chosen. */
  room: number;
  onSearch: (text: string) => void;
  onFilter: (filter: PeopleFilter) => void;
  onMoreFilters: () => void;
  /** One, or all that fit: the list of a class or a company. */
  onPick: (lines: ResidentLine[]) => void;
  onDone: () => void;
  /** Lines from here on come into sight. */
  onWant?: (from: number) => void;
}

export function PickPerson({ view, typed, chosen, onSearch, onPick, onDone, onWant, ...props }: PickPersonProps) {
  const { t } = useText();
  const bar = (
    <Bar title={chosen === null ? t('dossier.same.mark') : t('session.who.add')} leave={{ by: 'arrow', onLeave: onDone }}>
      <SearchBox text={typed} onSearch={onSearch} />
    </Bar>
  );
  const done = chosen !== null && (
    <Button look="primary" wide icon={Check} onPress={onDone}>
      {t('session.who.done', { n: chosen })}
    </Button>
  );
  return (
    <Screen bar={bar} actions={done}>
      {chosen !== null && <PeopleFilters view={view} onFilter={props.onFilter} onMoreFilters={props.onMoreFilters} />}
      {view.filters.length > 0 && view.count > 1 && view.count <= Math.min(props.room, view.lines.length) && (
        <Button icon={UsersRound} onPress={() => onPick(view.lines)}>{t('session.who.all', { n: view.count })}</Button>
      )}
      {view.count === 0 ? (
        <div class="nothing">
          <p>{view.query === '' ? t('people.none.any') : t('people.none', { text: view.query })}</p>
        </div>
      ) : (
        <LongList
          label={t('people.list')}
          part={{ count: view.count, from: view.from, items: view.lines }}
          name={view.query}
          keyOf={(line) => line.document}
          rowPixels={ROW_PIXELS}
          {...(onWant && { onWant })}
          row={(line) => <ResidentRow line={line} now={view.now} onOpen={() => onPick([line])} />}
        />
      )}
    </Screen>
  );
}
