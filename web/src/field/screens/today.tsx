/** What is to be done today, home by home in travel order. */
import './today.css';
import type { Icon } from '../../design/icons.tsx';
import {
  BadgeCheck, CalendarCheck2, CircleHelp, Clock, DoorOpen, Download, EqualNot, House, IdCard, Menu, Moon, OctagonAlert,
  Phone, Sun, SunDim, Undo2, Waves,
} from '../../design/icons.tsx';
import type { Theme } from '../../design/theme.ts';
import { Bar, SyncPanel } from '../../parts/bar.tsx';
import { Button, IconButton } from '../../parts/button.tsx';
import { Card, Note, Row } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { Name } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { clock, day, weekday } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { HomeTasks, LocalMinute, Tab, Task, TaskKind, TodayView } from '../model.ts';
import { syncLine } from '../sync-line.ts';

export interface TodayProps {
  view: TodayView;
  theme: Theme;
  onTheme: () => void;
  onMenu: () => void;
  onTab: (tab: Tab) => void;
  onTask: (task: Task) => void;
  onUnvisited: () => void;
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
      {view.tide && <Tide {...view.tide} />}
      {view.isFirstStart && <Note icon={Download}>{t('today.first')}</Note>}
      {view.homes.map((home) => (
        <Home key={home.household} home={home} now={view.now} onTask={onTask} />
      ))}
      {view.homes.length === 0 && !view.isFirstStart && <Nothing onUnvisited={props.onUnvisited} />}
    </Screen>
  );
}

function Tide({ from, to }: { from: LocalMinute; to: LocalMinute }) {
  const { t } = useText();
  return (
    <p class="tide small soft">
      <Waves size={18} />
      <span>
        {t('today.tide')}{' '}
        <span class="strong tide-time">
          {clock(from)} – {clock(to)}
        </span>{' '}
        · {t('today.tide.by-team')}
      </span>
    </p>
  );
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
  'card-hand-over': IdCard,
  'eid-collect': BadgeCheck,
  'eid-activate': BadgeCheck,
  reason: CircleHelp,
  'reason-eid': CircleHelp,
  conflict: EqualNot,
  refused: Undo2,
  visit: DoorOpen,
};

function TaskRow({ task, now, onOpen }: { task: Task; now: LocalMinute; onOpen: () => void }) {
  const { t } = useText();
  const icon = task.kind === 'conflict' && task.field === 'phone' ? Phone : TASK_ICONS[task.kind];
  const words =
    task.kind === 'conflict'
      ? t('task.conflict', { field: t(`field.${task.field ?? 'note'}`), n: task.ways })
      : t(`task.${task.kind}`);
  return <Row icon={icon} title={<Name name={task.name} />} sub={words} aside={<When task={task} now={now} />} onOpen={onOpen} />;
}

/** The loudest thing that is true of a task. */
function When({ task, now }: { task: Task; now: LocalMinute }) {
  const { t } = useText();
  if (task.kind === 'refused') return <Chip icon={OctagonAlert} role="bad">{t('task.refused.next')}</Chip>;
  if (task.kind === 'conflict') return <Chip icon={EqualNot} role="act">{t('state.conflict')}</Chip>;
  const daysLate = task.due === null ? 0 : Math.floor(now / 1440) - Math.floor(task.due / 1440);
  if (daysLate > 0) return <Chip icon={OctagonAlert} role="bad">{t('task.overdue', { days: daysLate })}</Chip>;
  if (task.appointment !== null) {
    return <Chip icon={Clock} role="act">{t('task.appointment', { time: clock(task.appointment) })}</Chip>;
  }
  return task.due === null ? null : <span class="small soft">{t('task.due', { day: day(task.due, now) })}</span>;
}

function Nothing({ onUnvisited }: { onUnvisited: () => void }) {
  const { t } = useText();
  return (
    <div class="nothing">
      <CalendarCheck2 size={40} />
      <p>{t('today.none')}</p>
      <Button icon={House} onPress={onUnvisited}>
        {t('today.none.next')}
      </Button>
    </div>
  );
}
