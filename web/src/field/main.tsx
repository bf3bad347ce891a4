/** The field app's first line: display, language, the worker, the service worker. */
import '../design/base.css';
import { render } from 'preact';
import { useState } from 'preact/hooks';
import { apply, remembered } from '../design/theme.ts';
import { LanguageContext, rememberedLanguage, rememberLanguage } from '../text/language.ts';
import type { Language } from '../text/text.ts';
import { fetchText, text, TextContext } from '../text/text.ts';
import { App } from './app.tsx';
import { WorkerBrain } from './connect.ts';
import { serveOffline, stayStored } from './offline.ts';
import { PracticeRibbon } from '../parts/practice-ribbon.tsx';
import { PracticeContext } from './practice.ts';
import { BrainContext } from './use-view.ts';
import type { Words } from './worker/called.ts';

apply(document.documentElement, remembered(localStorage));

const app = document.getElementById('app');
if (!app) throw new Error('index.html has lost its #app');

const first = rememberedLanguage(localStorage);
// Without signal and without the language on the phone the app speaks Vietnamese.
await fetchText(first).catch(() => undefined);
const brain = new WorkerBrain(wordsOf(first), location.hash);
// The invite is a secret: it stays neither in the address nor in the browser's memory of pages.
if (location.hash !== '') history.replaceState(null, '', location.pathname);

render(<Root />, app);
serveOffline((update) => brain.updateWaits(update));
stayStored();

function Root() {
  const [language, speak] = useState(first);
  const [practising, practise] = useState<WorkerBrain | null>(null);
  const practice = {
    isOn: practising !== null,
    begin: () => practise(new WorkerBrain(wordsOf(language), '', 'practice')),
    end: () => {
      practising?.end();
      history.replaceState(null, '');
      practise(null);
    },
  };
  document.documentElement.lang = language;
  const choose = async (next: Language) => {
    await fetchText(next);
    rememberLanguage(localStorage, next);
    brain.speak(wordsOf(next));
    speak(next);
  };
  return (
    <LanguageContext.Provider value={{ choose: (next) => void choose(next).catch(() => undefined) }}>
      <TextContext.Provider value={text(language)}>
        <PracticeContext.Provider value={practice}>
          <BrainContext.Provider value={practising ?? brain}>
            {practice.isOn && <PracticeRibbon onEnd={practice.end} />}
            <App key={String(practice.isOn)} />
          </BrainContext.Provider>
        </PracticeContext.Provider>
      </TextContext.Provider>
    </LanguageContext.Provider>
  );
}

/** The few words that the worker puts into views itself. */
function wordsOf(language: Language): Words {
  const { t } = text(language);
  return { me: t('who.me'), other: t('who.other'), unit: t('who.unit'), male: t('sex.male'), female: t('sex.female') };
}
