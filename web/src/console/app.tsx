/** The console in a browser: signing in, then the page that the address names. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { focusTitle } from '../parts/title.tsx';
import { useText } from '../text/text.ts';
import { Api, Refusal } from './api.ts';
import { useLive } from './live.ts';
import type { Frame } from './model.ts';
import { DevicesPage } from './pages/devices-page.tsx';
import { HeldPage } from './pages/held-page.tsx';
import { ProblemNote } from './pages/page-parts.tsx';
import { ProgressPage } from './pages/progress-page.tsx';
import { UnitsPage } from './pages/units-page.tsx';
import { usePlace } from './place.ts';
import { SignIn } from './screens/sign-in.tsx';
import { Units } from './units.ts';
import { useAnswer } from './use-answer.ts';

/** Ends with the tab. */
const STORED_AS = 'sampan-console';

export function App() {
  const [code, setCode] = useState(() => sessionStorage.getItem(STORED_AS));
  const leave = () => {
    sessionStorage.removeItem(STORED_AS);
    setCode(null);
  };
  const enter = (right: string) => {
    sessionStorage.setItem(STORED_AS, right);
    setCode(right);
  };
  return code === null ? <Door onEnter={enter} /> : <SignedIn key={code} code={code} onSignOut={leave} />;
}

/** Tries a code before anything is shown. */
function Door({ onEnter }: { onEnter: (code: string) => void }) {
  const [problem, setProblem] = useState<Refusal | null>(null);
  const isWrong = problem?.code === 'unauthorized';
  const tryCode = async (code: string) => {
    try {
      await new Api(code).units(null, null);
      onEnter(code);
    } catch (cause) {
      setProblem(cause instanceof Refusal ? cause : new Refusal('unauthorized'));
    }
  };
  const nothing = () => undefined;
  return (
    <SignIn
      view={{ step: 'start-code', isWrong }}
      onPassword={nothing}
      onCode={nothing}
      onStartCode={(code) => void tryCode(code)}
    >
      {!isWrong && <ProblemNote problem={problem} />}
    </SignIn>
  );
}

function SignedIn({ code, onSignOut }: { code: string; onSignOut: () => void }) {
  const { t } = useText();
  const api = useMemo(() => new Api(code), [code]);
  const units = useMemo(() => new Units(api), [api]);
  const live = useLive(api);
  const [place, go] = usePlace();
  const devices = useAnswer('devices', live.version, () => api.devices());
  const held = useAnswer('held', live.version, () => api.held());
  useFocusAfterNavigation(`${place.page} ${place.path}`);
  const wasThrownOut = [devices, held].some(({ problem }) => problem?.code === 'unauthorized');
  useEffect(() => {
    if (wasThrownOut) onSignOut();
  }, [wasThrownOut]);
  const frame: Frame = {
    now: live.now,
    page: place.page,
    pages: ['progress', 'decide', 'devices'],
    who: t('console.by-code'),
    role: t('role.coordinator'),
    unit: t('console.country'),
    waiting: held.value?.length ?? 0,
    lostAt: live.lostAt,
  };
  const props = { api, units, live, place, go, frame, devices, held, onSignOut };
  switch (place.page) {
    case 'progress':
      return place.path.length === 0 ? <UnitsPage {...props} /> : <ProgressPage {...props} />;
    case 'decide':
      return <HeldPage {...props} />;
    case 'devices':
      return <DevicesPage {...props} />;
  }
}

/** Readers hear the new title first; not at the start, where the browser does it. */
function useFocusAfterNavigation(where: string): void {
  const last = useRef(where);
  useEffect(() => {
    if (last.current !== where) focusTitle();
    last.current = where;
  }, [where]);
}
