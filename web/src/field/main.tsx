/** The field app's first line: display, language, the worker, the service worker. */
import '../design/base.css';
import { render } from 'preact';
import { apply, remembered } from '../design/theme.ts';
import { text, TextContext } from '../text/text.ts';
import { App } from './app.tsx';
import { WorkerBrain } from './connect.ts';
import { serveOffline } from './offline.ts';
import { BrainContext } from './use-view.ts';

const language = 'vi';

apply(document.documentElement, remembered(localStorage));
document.documentElement.lang = language;

const app = document.getElementById('app');
if (!app) throw new Error('index.html has lost its #app');

const words = text(language);
const { t } = words;
const brain = new WorkerBrain(
  { me: t('who.me'), other: t('who.other'), male: t('sex.male'), female: t('sex.female') },
  location.hash,
);
// The invite is a secret: it stays neither in the address nor in the browser's memory of pages.
if (location.hash !== '') history.replaceState(null, '', location.pathname);

render(
  <TextContext.Provider value={words}>
    <BrainContext.Provider value={brain}>
      <App />
    </BrainContext.Provider>
  </TextContext.Provider>,
  app,
);
serveOffline();
