/** In words: what a change says, and values that are stored as codes. */
import type { FieldName, ResultName, Said, ServiceName, WorkLine } from '../field/model.ts';
import { phone } from './format.ts';
import type { Text } from './text.ts';
import { isPlainKey } from './text.ts';

/** A value of a field as people read it; codes by their words. */
export function valueWords(field: FieldName, shown: string, { t }: Text): string {
  if (field === 'phone') return phone(shown);
  const key = `${field}.${shown}`;
  return isPlainKey(key) ? t(key) : shown;
}

/** A service by its word; one of a later version has none but its name. */
export function serviceWord(service: ServiceName, { t }: Text): string {
  const key = `service.${service}`;
  return isPlainKey(key) ? t(key) : service;
}

/** Only an activation is called so. */
export function resultWord(result: ResultName, service: ServiceName | null, { t }: Text): string {
  return result === 'done' && service !== 'activate' ? t('result.finished') : t(`result.${result}`);
}

/** What was done, in one line. */
export function workWords(what: WorkLine['what'], { t, language }: Text): string {
  const inside = (words: string) => words.toLocaleLowerCase(language);
  switch (what.kind) {
    case 'visit':
      return t('visit.line', { result: inside(t(`visit.${what.result}`)) });
    case 'session':
      return `${t('dossier.guide')} · ${inside(t(`result.${what.result}`))}`;
    case 'step':
      return t(`step.${what.step}`);
  }
}

/** One thing a change says. */
export function saidWords(said: Said, text: Text): string {
  const { t } = text;
  switch (said.kind) {
    case 'value':
      return `${t(`field.${said.field}`)}: ${valueWords(said.field, said.shown, text)}`;
    case 'event':
      return [workWords(said.what, text), said.note && `“${said.note}”`].filter(Boolean).join(' · ');
    case 'consent':
      return t(said.withdrawn ? 'said.consent.withdrawn' : 'said.consent');
    case 'void':
      return t('said.void');
    case 'chosen':
      return t('said.chosen');
  }
}
