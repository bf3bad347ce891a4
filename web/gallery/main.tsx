/**
 * Every screen and state, one at a time: `gallery.html?screen=today&theme=dark&lang=en&size=200`.
 *
 * For tests and for looking. All people are invented; numbers begin with 099, phones with 095.
 */
import '../src/design/base.css';
import { render } from 'preact';
import type { TextSize, Theme } from '../src/design/theme.ts';
import { apply } from '../src/design/theme.ts';
import { enConsole } from '../src/text/en-console.ts';
import type { Language } from '../src/text/text.ts';
import { fetchDraft, say, TextContext } from '../src/text/text.ts';
import { viConsole } from '../src/text/vi-console.ts';
import { SCREENS } from './screens.tsx';

const asked = new URLSearchParams(location.search);
const screen = asked.get('screen');
const language = (asked.get('lang') ?? 'vi') as Language;
const theme = (asked.get('theme') ?? 'light') as Theme;

say('vi', viConsole);
say('en', enConsole);
apply(document.documentElement, { theme, textSize: Number(asked.get('size') ?? 100) as TextSize });
document.documentElement.lang = language;
document.title = screen ?? 'Sampan gallery';

/** Read by the tests: which screens there are, and which belong to the console. */
declare global {
  interface Window {
    gallery: { field: string[]; console: string[] };
  }
}
const names = Object.keys(SCREENS);
window.gallery = {
  field: names.filter((name) => !name.startsWith('console-')),
  console: names.filter((name) => name.startsWith('console-')),
};

const drawn = screen === null ? undefined : SCREENS[screen];
const app = document.getElementById('app');
if (!app) throw new Error('gallery.html has lost its #app');
render(<TextContext.Provider value={await fetchDraft(language)}>{drawn ? drawn() : <Index />}</TextContext.Provider>, app);

function Index() {
  return (
    <main style={{ padding: '16px' }}>
      <h1>Sampan</h1>
      <ul>
        {names.map((name) => (
          <li key={name} style={{ padding: '6px 0' }}>
            {['light', 'dark', 'sun'].map((one) => (
              <a key={one} href={`?screen=${name}&theme=${one}`} style={{ marginRight: '12px' }}>
                {name} {one}
              </a>
            ))}
          </li>
        ))}
      </ul>
    </main>
  );
}
