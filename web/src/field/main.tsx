/** The field app's first line: display, language, first screen. */
import '../design/base.css';
import { render } from 'preact';
import { apply, remembered } from '../design/theme.ts';
import { NotConnected } from '../parts/not-connected.tsx';
import { text, TextContext } from '../text/text.ts';

const language = 'vi';

apply(document.documentElement, remembered(localStorage));
document.documentElement.lang = language;

const app = document.getElementById('app');
if (!app) throw new Error('index.html has lost its #app');

render(
  <TextContext.Provider value={text(language)}>
    <NotConnected />
  </TextContext.Provider>,
  app,
);
