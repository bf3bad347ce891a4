/** What a change says, from the core's keys and codes to the names that screens have words for. */
import type { FieldName, ResultName, Said, StepName, VisitName, WorkLine } from '../model.ts';
import { partialDate } from '../../text/format.ts';
import type { CoreEvent, CoreKey, CoreSaid, CoreValue } from './core.ts';
import type { Names } from './views.ts';
import { sexOf, textOf, uintOf } from './views.ts';

/** Keys of the table that people know by a word. */
const FIELDS: Record<string, FieldName> = {
  name: 'name', byear: 'birth', sex: 'sex', phone: 'phone', res: 'residence', hh: 'household', note: 'note',
  cwhy: 'reason', ewhy: 'reason', home: 'home-visit', pin: 'number', sim: 'phone-owner', addr: 'address', due: 'due',
  same: 'same',
};

/** The key's name in the table; what only a later version knows has none. */
export function keyName(key: CoreKey, names: Names): string {
  if ('Table' in key) return names.keys[key.Table] ?? '';
  return 'Literal' in key ? key.Literal : '';
}

export function fieldOf(key: string): FieldName | undefined {
  return FIELDS[key];
}

/** A value for people, or the stable name of a code that the screen has a word for. */
export function shownOf(key: string, value: CoreValue | undefined, names: Names): string {
  const number = uintOf(value);
  const text = textOf(value);
  switch (FIELDS[key]) {
    case 'reason': return names.of('reason', number ?? -1) ?? '–';
    case 'residence': return names.of('residence', number ?? -1) ?? '–';
    case 'sex': return sexOf(number) ?? '–';
    case 'phone-owner': return names.of('phone-owner', number ?? -1) ?? '–';
    case 'home-visit': return typeof value === 'object' && 'Bool' in value && value.Bool ? 'needed' : '–';
    // Links name documents, which people know by other words.
    case 'household':
    case 'same': return typeof value === 'object' ? 'linked' : '–';
    // Whole personal numbers stay where they are.
    case 'number': return text === null ? '–' : `••• ${text.slice(-3)}`;
    default: return text ?? (number === null ? '–' : number > 9999 ? partialDate(number) : String(number));
  }
}

/** What happened, if it is something a list shows. */
export function eventOf({ what }: CoreEvent['event'], names: Names): { what: WorkLine['what']; note: string } | null {
  if ('Visit' in what) {
    const result = names.of('visit', what.Visit.result) as VisitName | undefined;
    return result ? { what: { kind: 'visit', result }, note: what.Visit.note } : null;
  }
  if ('Stage' in what) {
    const step = names.of('step', what.Stage.step) as StepName | undefined;
    return step ? { what: { kind: 'step', step }, note: '' } : null;
  }
  if ('Outcome' in what) return { what: { kind: 'session', where: 'home', result: resultOf(what.Outcome.result) }, note: '' };
  return null;
}

/** What a change says; what no list shows is left out. */
export function saidOf(said: CoreSaid[], names: Names): Said[] {
  return said.flatMap((one): Said[] => {
    if ('Value' in one) {
      const key = keyName(one.Value[0], names);
      const field = fieldOf(key);
      return field === undefined ? [] : [{ kind: 'value', field, shown: shownOf(key, one.Value[1], names) }];
    }
    if ('Void' in one.Event.what) return [{ kind: 'void' }];
    if ('Confirmed' in one.Event.what) return [{ kind: 'chosen' }];
    if ('Consent' in one.Event.what) return [{ kind: 'consent', withdrawn: one.Event.what.Consent.withdrawn }];
    const event = eventOf(one.Event, names);
    return event === null ? [] : [{ kind: 'event', ...event }];
  });
}

function resultOf(result: string | { Blocked: number }): ResultName {
  if (typeof result === 'object') return 'blocked';
  const names: Record<string, ResultName> = {
    Activated: 'done', Submitted: 'submitted', Rescheduled: 'later', Draft: 'draft', Declined: 'declined', Referred: 'referred',
    Finished: 'finished',
  };
  return names[result] ?? 'other';
}
