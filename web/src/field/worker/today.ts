/** A day's plan as screens show it. What is in it the core decides. */
import type { HomeTasks, LocalMinute, Task, TodayFilter, TodayView } from '../model.ts';
import type { Open } from './answers.ts';
import type { Called } from './called.ts';
import { hex } from './called.ts';
import type { CoreDay, CoreTask } from './core.ts';
import { conflictsOf } from './dossier.ts';

/** Tasks that a screen names one by one. */
const TASKS_MAX = 80;
/** More than two windows no day has. */
const TIDES_MAX = 3;
const DAY_MINUTES = 24 * 60;

/** One list; without one only the counts that badges need. */
export function dayOf({ core, now }: Open, which: TodayFilter | null): CoreDay {
  return core.day({ which: which ?? 'due', tasks_max: which === null ? 0 : TASKS_MAX }, now);
}

export function countsOf({ counts }: CoreDay): TodayView['counts'] {
  return { ...counts, 'home-visit': counts.home_visit };
}

export function homesOf(day: CoreDay, open: Open, called: Called): HomeTasks[] {
  return day.homes.map(({ home, name, canal, tasks }) => ({
    household: hex(home), of: name, place: canal, tasks: tasks.map((task) => taskOf(task, open, called)),
  }));
}

/** What was noted with the appointments of one day, each once: the tide is the same for every home. */
export function tidesOf(open: Open, day: number): string[] {
  const homes = [...dayOf(open, 'due').homes, ...dayOf(open, 'ahead').homes];
  const notes = homes.flatMap(({ tasks }) => tasks).filter(({ due, note }) => due === day && note !== '').map(({ note }) => note);
  return [...new Set(notes)].slice(0, TIDES_MAX);
}

export function taskOf(task: CoreTask, open: Open, called: Called): Task {
  const document = hex(task.document);
  const conflict = task.kind === 'conflict' ? conflictIn(document, open, called) : null;
  return {
    id: `${task.kind}-${document}`, document, name: task.name, kind: task.kind, field: conflict?.field ?? null,
    ways: conflict?.ways ?? 0, due: task.due === null ? null : task.due * DAY_MINUTES, note: task.note,
    by: task.by && { who: called.person(task.by[0]), at: task.by[1] as LocalMinute },
  };
}

/** Which field it is about, and how many ways it was written. */
function conflictIn(document: string, { core, names }: Open, called: Called) {
  const view = core.document(document);
  const first = view === null ? undefined : conflictsOf(view, { now: 0, names, called, passages: [], may: [] })[0];
  return first === undefined ? null : { field: first.field, ways: first.values.length };
}
