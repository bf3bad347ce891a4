/** The console in a browser: signing in, then the page that the address names. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useText } from '../text/text.ts';
import type { Duty, Me } from './api.ts';
import { Api, Refusal } from './api.ts';
import { useIdle } from './idle.ts';
import { useLive } from './live.ts';
import type { Frame } from './model.ts';
import { AuditPage } from './pages/audit-page.tsx';
import { DecidePage } from './pages/decide-page.tsx';
import { DevicesPage, roleWords } from './pages/devices-page.tsx';
import { DossiersPage } from './pages/dossiers-page.tsx';
import { ImportPage } from './pages/import-page.tsx';
import { ProblemNote } from './pages/page-parts.tsx';
import { ProgressPage } from './pages/progress-page.tsx';
import { ReportsPage } from './pages/reports-page.tsx';
import { RightsPage } from './pages/rights-page.tsx';
import { UnitsPage } from './pages/units-page.tsx';
import type { PlaceName } from './place.ts';
import { usePlace } from './place.ts';
import { SignIn } from './screens/sign-in.tsx';
import { showTitle } from './show-title.ts';
import { Units } from './units.ts';
import { useAnswer } from './use-answer.ts';

/** Whoever is signed in; `undefined` until the server has said so. */
type Session = Me | null | undefined;

export function App() {
  const api = useMemo(() => new Api(), []);
  const [me, enter] = useState<Session>(undefined);
  const [problem, setProblem] = useState<Refusal | null>(null);
  useEffect(() => {
    api.me().then(enter, (cause: unknown) => {
      const refusal = cause instanceof Refusal ? cause : new Refusal('other');
      if (refusal.code !== 'unauthorized') setProblem(refusal);
      enter(null);
    });
  }, []);
  const leave = () => {
    // Whether or not the server heard it: nothing stays on the screen.
    api.signOut().catch(() => undefined);
    enter(null);
  };
  if (me === undefined) return null;
  if (me === null) return <Door api={api} first={problem} onEnter={enter} />;
  return <SignedIn api={api} me={me} onSignOut={leave} />;
}

/** `first`: why the server could not say who is signed in. */
function Door({ api, first, onEnter }: { api: Api; first: Refusal | null; onEnter: (me: Me) => void }) {
  const [problem, setProblem] = useState(first);
  const isWrong = problem?.code === 'wrong-password';
  const knock = (name: string, password: string) => {
    api.signIn(name, password).then(onEnter, (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')));
  };
  return (
    <SignIn view={{ step: 'password', isWrong }} onPassword={knock} onCode={() => undefined}>
      {!isWrong && <ProblemNote problem={problem} />}
    </SignIn>
  );
}

const PAGES: [Duty, PlaceName][] = [
  ['figures', 'progress'], ['dossiers', 'dossiers'], ['decide', 'decide'],
  ['import-people', 'import'], ['import-targets', 'import'], ['figures', 'reports'], ['devices', 'devices'],
  ['erase', 'rights'], ['audit', 'audit'], ['refound', 'decide'],
];

function SignedIn({ api, me, onSignOut }: { api: Api; me: Me; onSignOut: () => void }) {
  const text = useText();
  const units = useMemo(() => new Units(api), [api]);
  const live = useLive(api);
  const [asked, go] = usePlace();
  const pages = [...new Set(PAGES.filter(([duty]) => me.may.includes(duty)).map(([, page]) => page))];
  const place = {
    ...asked,
    page: pages.includes(asked.page) ? asked.page : (pages[0] ?? 'progress'),
    // One's own unit, where that is the only one.
    path: asked.path.length === 0 && me.units.length === 1 ? me.units.map(({ unit }) => unit) : asked.path,
  };
  const devices = useAnswer('devices', live.version, () => (me.may.includes('figures') ? api.devices() : Promise.resolve([])));
  const held = useAnswer('held', live.version, () => (me.may.includes('decide') ? api.held() : Promise.resolve([])));
  const doubles = useAnswer('doubles', live.version, () => (me.may.includes('decide') ? api.pairs() : Promise.resolve([])));
  useFocusAfterNavigation(`${place.page} ${place.path} ${place.dossier} ${place.queue}`);
  useIdle(onSignOut);
  const wasThrownOut = [devices, held].some(({ problem }) => problem?.code === 'unauthorized');
  useEffect(() => {
    if (wasThrownOut) onSignOut();
  }, [wasThrownOut]);
  const frame: Frame = {
    now: live.now,
    page: place.page,
    pages,
    who: me.person,
    role: roleWords(me.role, text),
    unit: me.units.map(({ name }) => name).join(', '),
    waiting: (held.value?.length ?? 0) + (doubles.value?.length ?? 0),
    lostAt: live.lostAt,
  };
  const props = { api, me, units, live, place, go, frame, devices, held, doubles, onSignOut };
  switch (place.page) {
    case 'progress':
      return place.path.length === 0 ? <UnitsPage {...props} /> : <ProgressPage {...props} />;
    case 'dossiers':
      return place.path.length === 0 ? <UnitsPage {...props} /> : <DossiersPage {...props} />;
    case 'import':
      return place.path.length === 0 ? <UnitsPage {...props} /> : <ImportPage key={place.path.at(-1)} {...props} />;
    case 'reports':
      return place.path.length === 0 ? <UnitsPage {...props} /> : <ReportsPage key={place.path.at(-1)} {...props} />;
    case 'decide':
      return <DecidePage {...props} />;
    case 'devices':
      return <DevicesPage {...props} />;
    case 'rights':
      return <RightsPage {...props} />;
    case 'audit':
      return <AuditPage {...props} />;
  }
}

/** Readers hear the new title first; not at the start, where the browser does it. */
function useFocusAfterNavigation(where: string): void {
  const last = useRef(where);
  useEffect(() => {
    if (last.current !== where) showTitle();
    last.current = where;
  }, [where]);
}
