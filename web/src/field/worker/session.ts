/** Guidance sessions: those this phone knows, and one of them to read. */
import type {
  DocumentId, LocalMinute, ReasonName, ResultName, SavedSessionView, SessionKindName,
  SessionLine,
} from '../model.ts';
import type { Open } from './answers.ts';
import type { Called } from './called.ts';
import { hex } from './called.ts';
import type { CoreDocument, CoreEvent } from './core.ts';
import { serviceName, servicesIn } from './catalogue.ts';
import { keyName } from './said.ts';
import { localMinute, stateOf, textOf, uintOf } from './views.ts';

/** Sessions the guidance list reads; older ones are history. */
const READ_MAX = 200;

type CoreResult = Extract<CoreEvent['event']['what'], { Outcome: unknown }>['Outcome'];

/** Sessions this phone knows, newest first. */
export function sessionLines(open: Open): SessionLine[] {
  const { lines } = open.core.list({ text: '', kind: 'Session', unit: null, lines_max: READ_MAX });
  const read = lines.flatMap(({ document, state }): SessionLine[] => {
    const view = open.core.document(hex(document));
    if (view === null) return [];
    const told = head(view, open);
    return [{ id: hex(document), ...told, people: outcomes(view).length, state: stateOf(state) }];
  });
  return read.sort((a, b) => b.at - a.at);
}

/** One session, with those of its people whose dossiers are here. */
export function sessionView(document: DocumentId, open: Open, called: Called): SavedSessionView | null {
  const { core, now } = open;
  const view = core.document(document);
  if (view === null) return null;
  const told = head(view, open);
  const words = (key: string) => textOf(view.fields.find((field) => keyName(field.key, open.names) === key)?.values.at(-1)?.value) ?? '';
  const begun = view.fields.find(({ key }) => keyName(key, open.names) === 'sk')?.values.at(-1);
  const people = outcomes(view).flatMap((outcome) => {
    const dossier = outcome.dossier === null ? null : core.document(hex(outcome.dossier));
    if (dossier === null) return [];
    const { name, birthYear } = named(dossier, open);
    return [{ document: hex(dossier.document), name, birthYear, ...resultOf(outcome, open) }];
  });
  return {
    now: localMinute(now), document: hex(view.document), ...told, by: called.person(begun?.device ?? null), isMine: begun?.is_mine === true,
    people, others: Math.max(told.attendances - people.length, 0), obstacles: words('obst'), note: words('snote'),
    state: stateOf(view.state),
  };
}

function head(view: CoreDocument, { names }: Open): Pick<SessionLine, 'at' | 'where' | 'service' | 'attendances'> {
  const number = (key: string) => uintOf(view.fields.find((field) => keyName(field.key, names) === key)?.values.at(-1)?.value);
  const all = outcomes(view);
  const guided = view.fields.find((field) => keyName(field.key, names) === 'svc')?.values.at(-1)?.value;
  const first = typeof guided === 'object' && 'Bytes' in guided ? servicesIn(guided.Bytes)[0] : undefined;
  return {
    at: (number('at') ?? 0) as LocalMinute,
    where: (names.of('session-kind', number('sk') ?? -1) ?? 'home') as SessionKindName,
    service: serviceName(first ?? all[0]?.service),
    attendances: number('heads') ?? all.length,
  };
}

function outcomes(view: CoreDocument): CoreResult[] {
  return view.events.flatMap(({ event: { what } }) => ('Outcome' in what ? [what.Outcome] : []));
}

function named(view: CoreDocument, { names }: Open): { name: string; birthYear: number | null } {
  const value = (key: string) => view.fields.find((field) => keyName(field.key, names) === key)?.values.at(-1)?.value;
  const name = value('name');
  return { name: typeof name === 'object' && 'Text' in name ? name.Text : '', birthYear: uintOf(value('byear')) };
}

/** As it was chosen. */
function resultOf({ result }: CoreResult, { names }: Open): { result: ResultName; reason: ReasonName | null } {
  if (typeof result === 'object') return { result: 'blocked', reason: (names.of('reason', result.Blocked) ?? 'z-other') as ReasonName };
  const words: Record<string, ResultName> = {
    Activated: 'done', Submitted: 'submitted', Rescheduled: 'later', Draft: 'draft', Declined: 'declined',
    Referred: 'referred', Finished: 'done',
  };
  return { result: words[result] ?? 'other', reason: null };
}
