/** People who are on this phone for a while only: day lists, and who was looked up at a desk. */
import type { DayList, ResidentLine, SoughtView } from '../model.ts';
import type { Open } from './answers.ts';
import { hex } from './called.ts';
import type { CoreDocument, Id } from './core.ts';
import { keyName } from './said.ts';
import type { Names } from './views.ts';
import { localMinute, sexOf, stateOf, textOf, uintOf } from './views.ts';

export function dayListsOf({ core, names }: Open): DayList[] {
  const lists = core.loans().filter((loan) => loan.is_day_list);
  return lists.map(({ until, title, dossiers }) => ({
    until: localMinute(until), title, people: dossiers.flatMap((dossier) => known(dossier, core.document(hex(dossier)), names)),
  }));
}

/** The answer names documents; somebody who is lent comes with the news that follows it. */
export function soughtOf({ core, names, sought }: Open): SoughtView {
  if (sought.is === 'too-often') return { is: 'too-often', again: localMinute(sought.again) };
  if (sought.is !== 'told') return sought;
  const [first] = sought.dossiers;
  if (first === undefined) return { is: 'nobody' };
  const document = core.document(hex(first));
  const [person] = known(first, document, names);
  if (person === undefined || document === null) return { is: 'coming' };
  return { is: 'found', person, until: document.lent_until === null ? null : localMinute(document.lent_until) };
}

/** One person as a line; none while nothing of them is here. */
function known(dossier: Id, view: CoreDocument | null, names: Names): ResidentLine[] {
  if (view === null) return [];
  const values = new Map(view.fields.map(({ key, values }) => [keyName(key, names), values.at(-1)?.value]));
  const name = textOf(values.get('name'));
  if (name === null) return [];
  return [{
    document: hex(dossier), name, match: null, birthYear: uintOf(values.get('byear')), sex: sexOf(uintOf(values.get('sex'))),
    last3: textOf(values.get('last3')), card: { furthest: view.card.furthest, side: null }, eid: { furthest: view.eid.furthest, side: null },
    state: stateOf(view.state), carrier: null,
  }];
}
