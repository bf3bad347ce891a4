/**
 * What the app says, in the reader's language.
 *
 * `t(key, params)` knows every key and its parameters at compile time. `{n}` is a value, numbers
 * are grouped as the language does it; `{n|record|records}` is a word chosen by a number.
 */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { number } from './format.ts';
import { vi } from './vi.ts';
import type { viConsole } from './vi-console.ts';

type Sentences = typeof vi & typeof viConsole;
export type Key = keyof Sentences;
/** All that the field app says in one language, complete. */
export type Catalogue = Record<keyof typeof vi, string>;
/** All that only the console says. */
export type ConsoleCatalogue = Record<keyof typeof viConsole, string>;
type Some = Partial<Record<Key, string>>;
export type Language = 'vi' | 'en' | 'km';

type Names<S extends string> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type ParamsOf<K extends Key> = Names<Sentences[K]>;
type Params<K extends Key> = { [Name in ParamsOf<K>]: string | number };
/** Nothing to fill in means no second argument. */
type Rest<K extends Key> = [ParamsOf<K>] extends [never] ? [] : [params: Params<K>];

/** A key whose sentence has nothing to fill in. */
export type PlainKey = { [K in Key]: [ParamsOf<K>] extends [never] ? K : never }[Key];

/** The sentence for a key, filled in. */
export type Translate = <K extends Key>(key: K, ...rest: Rest<K>) => string;

export interface Text {
  language: Language;
  t: Translate;
}

/** Vietnamese is in the app's first file; another language is fetched when it is chosen. Each has
 * its own name, which nobody needs this language to read. */
export const LANGUAGES: Record<Language, { name: string; isApproved: boolean; fetch: () => Promise<Some> }> = {
  vi: { name: 'Tiếng Việt', isApproved: true, fetch: async () => vi },
  en: { name: 'English', isApproved: true, fetch: () => import('./en.ts').then(({ en }) => en) },
  // A draft by no native speaker: waits for a translator and a reader.
  km: { name: 'ខ្មែរ', isApproved: false, fetch: () => import('./km.ts').then(({ km }) => km) },
};

/** The languages a person may choose. */
export const OFFERED = (Object.keys(LANGUAGES) as Language[]).filter((one) => LANGUAGES[one].isApproved);

/** What each language says here, as far as it has come. */
const known: Record<Language, Some> = { vi: { ...vi }, en: {}, km: {} };
const fetched = new Set<Language>(['vi']);

/** Lets a language say more than the field app does: the console brings its own sentences. */
export function say(language: Language, more: Some): void {
  Object.assign(known[language], more);
}

/** All sentences of one language, here from now on; rejects where they cannot be fetched. An
 * unapproved one reads as Vietnamese. */
export async function fetchText(language: Language): Promise<Text> {
  if (LANGUAGES[language].isApproved && !fetched.has(language)) {
    say(language, await LANGUAGES[language].fetch());
    fetched.add(language);
  }
  return text(language);
}

/** The same, with the sentences of a draft: for those who look at it before it is approved. */
export async function fetchDraft(language: Language): Promise<Text> {
  return textOf(language, { ...known[language], ...(await LANGUAGES[language].fetch()) });
}

/** All sentences of a language that was fetched; what it lacks is Vietnamese. */
export function text(language: Language): Text {
  return textOf(language, known[language]);
}

function textOf(language: Language, own: Some): Text {
  const t: Translate = (key, ...rest) => fill(own[key] ?? known.vi[key] ?? '', language, rest[0] ?? {});
  return { language, t };
}

/** Whether a code that came from the core has a sentence here. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(known.vi, key);
}

/** Whether its sentence also stands by itself. */
export function isPlainKey(key: string): key is PlainKey {
  return isKey(key) && !known.vi[key]?.includes('{');
}

/** With a capital first letter, for names that begin a line: "chị Thắm" becomes "Chị Thắm". */
export function capital(words: string): string {
  return words.slice(0, 1).toLocaleUpperCase('vi') + words.slice(1);
}

export const TextContext = createContext<Text>(text('vi'));

export function useText(): Text {
  return useContext(TextContext);
}

function fill(sentence: string, language: Language, params: Record<string, string | number>): string {
  return sentence.replace(/\{([\w-]+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (one !== undefined && many !== undefined) return value === 1 ? one : many;
    return typeof value === 'number' ? number(value, language) : (value ?? '');
  });
}
