/** Choosing people of the hamlet, for a session: found while typing, added by one tap each. */
import { CalendarCheck2, Check, UsersRound } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Card } from '../../parts/card.tsx';
import { LongList } from '../../parts/list.tsx';
import { ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { useText } from '../../text/text.ts';
import type { DayList, LocalMinute, PeopleFilter, PeopleView, ResidentLine } from '../model.ts';
import { PeopleFilters, ROW_PIXELS, SearchBox } from './people.tsx';

export interface PickPersonProps {
  view: PeopleView;
  /** Who is on lists that were lent to this phone, and not chosen yet. */
  lists?: DayList[];
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

export function PickPerson({ view, lists = [], typed, chosen, onSearch, onPick, onDone, onWant, ...props }: PickPersonProps) {
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
      {view.query === '' && view.filters.length === 0 && lists.map((list, index) => (
        <Listed key={index} list={list} now={view.now} room={props.room} onPick={onPick} />
      ))}
      {view.count === 0 ? lists.length === 0 && (
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

/** The class or the company that a coordinator put on this phone: all at once, or one by one. */
function Listed({ list, now, room, onPick }: { list: DayList; now: LocalMinute } & Pick<PickPersonProps, 'room' | 'onPick'>) {
  const { t } = useText();
  const { title, people } = list;
  return (
    <Card icon={CalendarCheck2} title={title || t('today.list')} group>
      {people.length > 1 && people.length <= room && (
        <Button icon={UsersRound} onPress={() => onPick(people)}>{t('session.who.all', { n: people.length })}</Button>
      )}
      <ul>
        {people.map((line) => (
          <li key={line.document}><ResidentRow line={line} now={now} onOpen={() => onPick([line])} /></li>
        ))}
      </ul>
    </Card>
  );
}
