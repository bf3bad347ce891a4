/** What is to be done today, home by home in travel order. */
import './today.css';
import type { Icon } from '../../design/icons.tsx';
import {
  BadgeCheck, CalendarCheck2, CalendarClock, CircleHelp, Clock, DoorOpen, Download, EqualNot, House, IdCard, Menu, Moon,
  OctagonAlert, Phone, Sun, SunDim, Undo2, UsersRound, Waves,
} from '../../design/icons.tsx';
import type { Theme } from '../../design/theme.ts';
import { Bar, SyncPanel } from '../../parts/bar.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Card, Note, Row } from '../../parts/card.tsx';
import { Chip, FilterChips } from '../../parts/chip.tsx';
import { Name, ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { day, moment, weekday } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { capital, useText } from '../../text/text.ts';
import type { DayList, DocumentId, HomeTasks, LocalMinute, Tab, Task, TaskKind, TodayFilter, TodayView } from '../model.ts';
import { syncLine } from '../sync-line.ts';

export interface TodayProps {
  view: TodayView;
  theme: Theme;
  onTheme: () => void;
  onMenu: () => void;
  onTab: (tab: Tab) => void;
  onTask: (task: Task) => void;
  onFilter: (filter: TodayFilter) => void;
  onUnvisited: () => void;
  onPerson: (document: DocumentId) => void;
}

const THEME_ICONS: Record<Theme, Icon> = { light: Sun, sun: SunDim, dark: Moon };

export function Today(props: TodayProps) {
  const { view, theme, onTheme, onMenu, onTab, onTask } = props;
  const text = useText();
  const { t, language } = text;
  const bar = (
    <Bar
      title={t('tab.today')}
      sub={`${weekday(view.now, view.now, language)} · ${view.hamlet}`}
      actions={
        <>
          <IconButton icon={THEME_ICONS[theme]} label={t('app.theme', { theme: t(`theme.${theme}`) })} onPress={onTheme} />
          <IconButton icon={Menu} label={t('app.menu')} onPress={onMenu} />
        </>
      }
    >
      <SyncPanel {...syncLine(view.sync, view.now, text)} onOpen={() => onTab('sync')} />
    </Bar>
  );
  return (
    <Screen bar={bar} tabs={<Tabs here="today" badges={view.badges} onOpen={onTab} />}>
      <FilterChips
        label={t('today.filters')} chips={filters(view, text)} chosen={[view.filter]} onToggle={props.onFilter}
      />
      {view.tides.length > 0 && <Note icon={Waves}>{t('today.tide', { notes: view.tides.join(' · ') })}</Note>}
      {view.isFirstStart && <Note icon={Download}>{t('today.first')}</Note>}
      {view.lists.map((list, index) => <Lent key={index} list={list} now={view.now} onOpen={props.onPerson} />)}
      {view.homes.map((home) => (
        <Home key={home.household} home={home} now={view.now} onTask={onTask} />
      ))}
      {view.more > 0 && <p class="small soft today-more">{t('today.more', { n: view.more })}</p>}
      {view.homes.length === 0 && !view.isFirstStart && <Nothing filter={view.filter} onUnvisited={props.onUnvisited} />}
    </Screen>
  );
}

/** Who was put on a list for this phone, in the order in which they are to be called on. */
function Lent({ list, now, onOpen }: { list: DayList; now: LocalMinute; onOpen: (document: DocumentId) => void }) {
  const { t, language } = useText();
  return (
    <Card icon={CalendarCheck2} title={list.title || t('today.list')} group aside={t('today.list.until', { when: moment(list.until, now, language) })}>
      <ul>
        {list.people.map((line) => (
          <li key={line.document}><ResidentRow line={line} now={now} onOpen={() => onOpen(line.document)} /></li>
        ))}
      </ul>
    </Card>
  );
}

const FILTERS: { id: TodayFilter; icon?: Icon; tone?: 'bad' }[] = [
  { id: 'due' }, { id: 'overdue', icon: OctagonAlert, tone: 'bad' }, { id: 'ahead', icon: CalendarClock },
  { id: 'unclear', icon: CircleHelp }, { id: 'home-visit', icon: DoorOpen }, { id: 'changed', icon: UsersRound },
];

/** What is due stands always, the others where there is something. */
function filters(view: TodayView, { t }: Text) {
  const some = FILTERS.filter(({ id }) => id === 'due' || id === view.filter || view.counts[id] > 0);
  return some.map((one) => ({ ...one, name: t(`today.${one.id}`), count: view.counts[one.id] }));
}

function Home({ home, now, onTask }: { home: HomeTasks; now: LocalMinute; onTask: (task: Task) => void }) {
  const { t } = useText();
  const title = (
    <>
      {t('today.home', { who: home.of })} {home.place !== '' && <span class="soft">· {home.place}</span>}
    </>
  );
  return (
    <Card icon={House} title={title} group aside={t('today.tasks', { n: home.tasks.length })}>
      <ul>
        {home.tasks.map((task) => (
          <TaskRow key={task.id} task={task} now={now} onOpen={() => onTask(task)} />
        ))}
      </ul>
    </Card>
  );
}

const TASK_ICONS: Record<TaskKind, Icon> = {
  'card-collect': IdCard,
  'card-returned': Undo2,
  'card-hand-over': IdCard,
  'eid-returned': Undo2,
  'eid-activate': BadgeCheck,
  reason: CircleHelp,
  'reason-eid': CircleHelp,
  conflict: EqualNot,
  refused: Undo2,
  visit: DoorOpen,
  'home-visit': House,
  changed: UsersRound,
};

export function TaskRow({ task, now, onOpen }: { task: Task; now: LocalMinute; onOpen: () => void }) {
  const { t } = useText();
  const icon = task.kind === 'conflict' && task.field === 'phone' ? Phone : TASK_ICONS[task.kind];
  const words = taskWords(task, now, t);
  const sub = task.note === '' ? words : (
    <>
      {words}
      <span class="tide"><Waves size={16} /> {task.note}</span>
    </>
  );
  return <Row icon={icon} title={<Name name={task.name} />} sub={sub} aside={<When task={task} now={now} />} onOpen={onOpen} />;
}

function taskWords(task: Task, now: LocalMinute, t: Text['t']): string {
  if (task.kind === 'conflict' && task.field === null) return t('funnel.conflict');
  if (task.kind === 'conflict') return t('task.conflict', { field: t(`field.${task.field ?? 'note'}`), n: task.ways });
  if (task.by !== null) return capital(t('dossier.wrote', { day: day(task.by.at, now), who: task.by.who }));
  return t(`task.${task.kind}`);
}

/** The loudest thing that is true of a task. */
function When({ task, now }: { task: Task; now: LocalMinute }) {
  const { t } = useText();
  if (task.kind === 'refused') return <Chip icon={OctagonAlert} role="bad">{t('task.refused.next')}</Chip>;
  if (task.kind === 'conflict') return <Chip icon={EqualNot} role="act">{t('state.conflict')}</Chip>;
  if (task.due === null) return null;
  const daysLate = Math.floor(now / 1440) - Math.floor(task.due / 1440);
  if (daysLate > 0) return <Chip icon={OctagonAlert} role="bad">{t('task.overdue', { days: daysLate })}</Chip>;
  if (daysLate === 0) return <Chip icon={Clock} role="act">{t('stage.today')}</Chip>;
  return <span class="small soft">{t('task.due', { day: day(task.due, now) })}</span>;
}

function Nothing({ filter, onUnvisited }: { filter: TodayFilter; onUnvisited: () => void }) {
  const { t } = useText();
  return (
    <div class="nothing">
      <CalendarCheck2 size={40} />
      <p>{filter === 'due' ? t('today.none') : t('today.none.other')}</p>
      <Button icon={House} onPress={onUnvisited}>
        {t('today.none.next')}
      </Button>
    </div>
  );
}
