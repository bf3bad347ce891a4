/** From what a screen saves to the entry the core turns into a save. */
import type { Entry, TypedPerson } from 'sampan-app/client_app.js';
import type { Save } from '../brain.ts';
import type { PersonDraft, ResultName, ServiceName, SessionDraft } from '../model.ts';

/** Numbers of the services in the catalogue; 0 = none in particular. */
export const SERVICES: Record<ServiceName, number> = { other: 0, activate: 1, password: 2, submit: 3, integrate: 4, sim: 5 };

/** Throws with a stable code where a screen's answer has no outcome. */
export function entryOf(save: Exclude<Save, { kind: 'dismiss' }>): Entry {
  switch (save.kind) {
    case 'visit':
    case 'step':
    case 'reason':
      return save;
    case 'choose': {
      const [key = '', actor = ''] = save.value.split(':');
      return { kind: 'choose', document: save.document, key, actor };
    }
    case 'person':
      return { kind: 'person', ...typed(save.draft) };
    case 'session':
      return sessionOf(save.draft);
  }
}

export function typed({ number, name, birth, sex, phone }: PersonDraft): TypedPerson {
  return { number: number ?? '', name, birth, sex, phone };
}

function sessionOf(draft: SessionDraft): Entry {
  const people = draft.people.map(({ document, result, reason }) => ({
    document, result: outcome(result, draft.service), reason: result === 'blocked' ? (reason ?? 'z-other') : null,
  }));
  return {
    kind: 'session', place: draft.where ?? 'home', service: SERVICES[draft.service ?? 'other'], people, others: draft.others,
    replaces: draft.replaces ?? null,
  };
}

/** "Done" is activation or a submission; of other services the core counts no result of its own. */
function outcome(result: ResultName | null, service: ServiceName | null): string {
  if (result === 'done') return service === 'activate' ? 'activated' : service === 'submit' ? 'submitted' : 'referred';
  const names = { submitted: 'submitted', later: 'rescheduled', blocked: 'blocked', other: 'referred' } as const;
  return result === null ? 'draft' : names[result];
}
