/**
 * What to have and what to do for each service, in the order in which it is done.
 *
 * A session keeps what was reached as bits by position: lists only ever grow at their end.
 */
import type { ServiceName } from './model.ts';

const ONLINE = ['account', 'papers', 'log-in', 'find', 'fill', 'fee', 'receipt'] as const;

const LISTS = {
  activate: ['own-phone', 'own-sim', 'approved', 'open-app', 'number', 'code', 'password', 'questions'],
  password: ['own-sim', 'open-app', 'forgot', 'code', 'password'],
  submit: ONLINE,
  integrate: ['account', 'papers', 'wallet', 'choose-paper', 'wait-paper'],
  sim: ['id-card', 'shop', 'sign'],
  other: [],
} as const;

export type CheckItem = (typeof LISTS)[keyof typeof LISTS][number];

/** The list of a service; the decision's services are all handed in online. */
export function checklist(service: ServiceName): readonly CheckItem[] {
  return service.startsWith('d06-') ? ONLINE : LISTS[service as keyof typeof LISTS];
}

export function isDone(steps: number, position: number): boolean {
  return (steps & (1 << position)) !== 0;
}

export function toggledStep(steps: number, position: number): number {
  return (steps ^ (1 << position)) >>> 0;
}
