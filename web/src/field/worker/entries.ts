/** From what a screen saves to the entry the core turns into a save. */
import type { Entry, TypedPerson } from 'sampan-app/client_app.js';
import type { Save } from '../brain.ts';
import type { FactsDraft, PersonDraft, ResultName, ServiceName, SessionDraft } from '../model.ts';
import { serviceNumber } from './catalogue.ts';

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
    case 'facts':
      return { kind: 'facts', document: save.document, facts: factsOf(save.facts) };
    case 'consent': {
      const { document, version, language, how, withdrawn } = save;
      return { kind: 'consent', document, text_version: version, language, how, withdrawn };
    }
    case 'same':
      return save;
    case 'household': {
      const { household: document, name, canal, address } = save.draft;
      return { kind: 'household', document, name, canal, address, member: save.member };
    }
    case 'place':
    case 'notice':
      return save;
  }
}

export function typed({ number, name, birth, sex, phone, residence, address, oldNumber, household }: PersonDraft): TypedPerson {
  return {
    number: number ?? '', name, birth, sex, phone, old_number: oldNumber ?? '', residence: residence ?? null, address: address ?? '',
    household: household?.household ?? null,
  };
}

/** As the core names them; what was not touched is left out. */
function factsOf({ phoneOwner, homeVisit, ...same }: FactsDraft): Record<string, string | boolean> {
  return { ...same, ...(phoneOwner && { phone_owner: phoneOwner }), ...(homeVisit !== undefined && { home_visit: homeVisit }) };
}

function sessionOf(draft: SessionDraft): Entry {
  const people = draft.people.map(({ document, result, reason, again }) => ({
    document, result: outcome(result, draft.service), reason: result === 'blocked' ? (reason ?? 'z-other') : null,
    again: again ?? null,
  }));
  const service = serviceNumber(draft.service ?? 'other');
  return {
    kind: 'session', place: draft.where ?? 'home', service, people, others: draft.others, replaces: draft.replaces ?? null,
    held_at: draft.heldAt?.document ?? null, guided: service === 0 ? [] : [{ service, steps: draft.steps ?? 0 }],
    minutes: draft.minutes ?? null, language: draft.language ?? null, obstacles: draft.obstacles ?? '', note: draft.note ?? '',
  };
}

/** Whether its positive end is an online submission. */
export function isSubmitted(service: ServiceName | null): boolean {
  return service === 'submit' || (service?.startsWith('d06-') ?? false);
}

/** "Done" is activation or a submission; of other services that they are finished. */
function outcome(result: ResultName | null, service: ServiceName | null): string {
  if (result === 'done') return service === 'activate' ? 'activated' : isSubmitted(service) ? 'submitted' : 'finished';
  const names = {
    submitted: 'submitted', draft: 'draft', later: 'rescheduled', referred: 'referred', blocked: 'blocked', declined: 'declined',
    other: 'referred', finished: 'finished',
  } as const;
  return result === null ? 'draft' : names[result];
}
