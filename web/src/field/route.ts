/** Where a person is in the app. The browser's Back leads to where they were. */
import { useEffect, useState } from 'preact/hooks';
import type { DocumentId, RecordState, Tab } from './model.ts';

export type Route =
  | { at: Tab }
  | { at: 'dossier'; document: DocumentId }
  | { at: 'new-person'; name: string; household?: { household: DocumentId; of: string } }
  | { at: 'facts'; document: DocumentId }
  | { at: 'home'; document: DocumentId }
  /** Who else this person is. */
  | { at: 'same'; document: DocumentId }
  | { at: 'desk' }
  | { at: 'notices' }
  | { at: 'history'; document: DocumentId }
  | { at: 'session'; draft: string; document: DocumentId | null }
  | { at: 'saved-session'; document: DocumentId }
  | { at: 'refused' }
  | { at: 'carry' }
  | { at: 'menu' }
  | { at: 'help'; state?: RecordState }
  | { at: 'training' };

const FIRST: Route = { at: 'people' };

export interface Way {
  route: Route;
  go: (route: Route) => void;
  /** Goes on without a way back, as after a form was saved. */
  replace: (route: Route) => void;
  back: () => void;
}

export function useRoute(): Way {
  const [route, show] = useState<Route>(() => (history.state as Route | null) ?? FIRST);
  useEffect(() => {
    const returned = (event: PopStateEvent) => show((event.state as Route | null) ?? FIRST);
    addEventListener('popstate', returned);
    return () => removeEventListener('popstate', returned);
  }, []);
  return {
    route,
    go: (next) => {
      history.pushState(next, '');
      show(next);
    },
    replace: (next) => {
      history.replaceState(next, '');
      show(next);
    },
    back: () => (history.state === null ? show(FIRST) : history.back()),
  };
}
