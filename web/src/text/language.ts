/** The language of this phone: remembered here, chosen in the menu. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from './text.ts';
import { OFFERED } from './text.ts';

const KEPT_AS = 'sampan-language';
const ORDINARY: Language = 'vi';

export interface LanguageChoice {
  choose: (language: Language) => void;
}

/** What was last chosen, if it is still offered. */
export function rememberedLanguage(storage: Pick<Storage, 'getItem'>): Language {
  const kept = storage.getItem(KEPT_AS);
  return OFFERED.find((one) => one === kept) ?? ORDINARY;
}

/** Keeps the choice; a full phone forgets it at the next start and nothing else. */
export function rememberLanguage(storage: Pick<Storage, 'setItem'>, language: Language): void {
  try {
    storage.setItem(KEPT_AS, language);
  } catch {
    // A comfort: no work may wait for it.
  }
}

export const LanguageContext = createContext<LanguageChoice>({ choose: () => undefined });

export function useLanguage(): LanguageChoice {
  return useContext(LanguageContext);
}
