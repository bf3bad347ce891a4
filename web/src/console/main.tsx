/** The console's first line: display, language, first screen. */
import '../design/base.css';
import { render } from 'preact';
import { apply, remembered } from '../design/theme.ts';
import { say, text, TextContext } from '../text/text.ts';
import { viConsole } from '../text/vi-console.ts';
import { App } from './app.tsx';

const language = 'vi';
say(language, viConsole);

apply(document.documentElement, remembered(localStorage));
document.documentElement.lang = language;

const app = document.getElementById('app');
if (!app) throw new Error('console.html has lost its #app');

render(
  <TextContext.Provider value={text(language)}>
    <App />
  </TextContext.Provider>,
  app,
);
