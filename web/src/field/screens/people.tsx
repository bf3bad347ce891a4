/** The hamlet's people, found while typing. */
import './people.css';
import { Cross, Eye, ListFilter, Search, UserPlus } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Card, Row } from '../../parts/card.tsx';
import { FilterChips } from '../../parts/chip.tsx';
import { LongList } from '../../parts/list.tsx';
import { Name, ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { useText } from '../../text/text.ts';
import { filterName } from './filters.tsx';
import type { DocumentId, PeopleFilter, PeopleView, Tab } from '../model.ts';

export interface PeopleProps {
  view: PeopleView;
  /** What stands in the search box; the view may still answer what stood there before. */
  typed: string;
  onTab: (tab: Tab) => void;
  onSearch: (text: string) => void;
  onFilter: (filter: PeopleFilter) => void;
  onClearFilters: () => void;
  /** All filters there are. */
  onMoreFilters: () => void;
  onOpen: (document: DocumentId) => void;
  /** Carries the text that was searched for. */
  onAdd: (name: string) => void;
  /** Lines from here on come into sight. */
  onWant?: (from: number) => void;
  scrolled?: { top: number };
}

export const ROW_PIXELS = 64;

export function People(props: PeopleProps) {
  const { view, onTab } = props;
  const { t } = useText();
  const bar = (
    <Bar title={t('tab.people')} sub={view.hamlet}>
      <SearchBox text={props.typed} onSearch={props.onSearch} />
    </Bar>
  );
  const add = (
    <Button wide icon={UserPlus} onPress={() => props.onAdd(props.typed)}>
      {t('people.add')}
    </Button>
  );
  return (
    <Screen bar={bar} actions={add} tabs={<Tabs here="people" badges={view.badges} onOpen={onTab} />}>
      <PeopleFilters {...props} />
      <Previewed view={view} onOpen={props.onOpen} />
      <Count view={view} />
      {view.count === 0 ? (
        <Nobody view={view} onClearFilters={props.onClearFilters} />
      ) : (
        <LongList
          label={t('people.list')}
          part={{ count: view.count, from: view.from, items: view.lines }}
          name={[view.query, ...view.filters].join(' ')}
          keyOf={(line) => line.document}
          rowPixels={ROW_PIXELS}
          {...(props.onWant && { onWant: props.onWant })}
          {...(props.scrolled && { scrolled: props.scrolled })}
          row={(line) => <ResidentRow line={line} now={view.now} onOpen={() => props.onOpen(line.document)} />}
        />
      )}
    </Screen>
  );
}

/** The two that are used most, those chosen besides, and the way to all. */
export function PeopleFilters({ view, onFilter, onMoreFilters }: Pick<PeopleProps, 'view' | 'onFilter' | 'onMoreFilters'>) {
  const text = useText();
  const shown: PeopleFilter[] = ['not-activated', 'no-card'];
  const others = view.filters.filter((one) => !shown.includes(one));
  const chips = [...others, ...shown].map((id) => ({ id: id as string, name: filterName(id, text) }));
  const more = { id: MORE, name: text.t('people.filter'), icon: ListFilter };
  return (
    <FilterChips
      label={text.t('people.filters')} chosen={view.filters} chips={[more, ...chips]}
      onToggle={(id) => (id === MORE ? onMoreFilters() : onFilter(id as PeopleFilter))}
    />
  );
}

const MORE = 'more';

export interface SearchBoxProps {
  text: string;
  onSearch: (text: string) => void;
  label?: string;
}

export function SearchBox({ text, onSearch, label }: SearchBoxProps) {
  const { t } = useText();
  const words = label ?? t('people.search');
  return (
    <div class="search" role="search">
      <Search size={22} />
      <input
        type="search"
        class="search-input"
        aria-label={words}
        placeholder={words}
        value={text}
        autoComplete="off"
        onInput={(event) => onSearch(event.currentTarget.value)}
      />
      {text !== '' && <IconButton icon={Cross} size={22} label={t('people.clear')} onPress={() => onSearch('')} />}
    </div>
  );
}

/** Whom colleagues have just written down: better seen here than written down again. */
function Previewed({ view: { previewed }, onOpen }: Pick<PeopleProps, 'view' | 'onOpen'>) {
  const { t } = useText();
  if (previewed.length === 0) return null;
  const shown = previewed.slice(0, PREVIEWED_MAX);
  return (
    <Card icon={Eye} title={t('dossier.previews')} group aside={t('people.count', { n: previewed.length })}>
      <ul>
        {shown.map(({ document, name, from }) => (
          <Row key={document} icon={Eye} title={<Name name={name} />} sub={t('state.preview', { who: from })} onOpen={() => onOpen(document)} />
        ))}
      </ul>
    </Card>
  );
}

/** More would push the list out of sight; who is sought by name is among the first. */
const PREVIEWED_MAX = 3;

/** Says how much is listed, of how many, and whether more may come. */
function Count({ view }: { view: PeopleView }) {
  const { t } = useText();
  return (
    <p class="people-count small soft" role="status">
      <span class="strong">{t('people.count', { n: view.count })}</span>
      {view.query !== '' && <> {t('people.matching', { text: view.query })}</>}
      {view.loading ? <> · {t('people.loading', view.loading)}</> : <> · {t('people.of', { all: view.all })}</>}
    </p>
  );
}

function Nobody({ view, onClearFilters }: { view: PeopleView; onClearFilters: () => void }) {
  const { t } = useText();
  return (
    <div class="nothing">
      <Search size={40} />
      <p>{view.all === 0 ? t('people.nobody') : view.query === '' ? t('people.none.any') : t('people.none', { text: view.query })}</p>
      {view.filters.length > 0 && <Button onPress={onClearFilters}>{t('people.none.filter')}</Button>}
    </div>
  );
}
