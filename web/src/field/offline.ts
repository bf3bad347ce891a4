/** What the browser does for the app while it is not looked at. */
import { scriptUrl } from './script-url.ts';
import { SEND_TAG } from './send-tag.ts';

/** Told to a service worker that waits: nobody has anything open that an update could lose. */
export const TAKE_OVER = 'sampan-take-over';

/**
 * Registers the service worker that serves the app without signal. A new version waits until every
 * page of the old one is closed, or until somebody says that it may come: `waits` is told then how.
 */
export function serveOffline(waits: (update: () => void) => void): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(scriptUrl('sw.js'), { type: 'module' }).then(
    (registration) => watch(registration, waits),
    (error: unknown) => console.warn('the app will not open without signal', error),
  );
}

function watch(registration: ServiceWorkerRegistration, waits: (update: () => void) => void): void {
  const offer = () => {
    const { waiting, active } = registration;
    // Where nothing was there before, this is the first version and no update.
    if (waiting === null || active === null) return;
    waits(() => {
      waiting.addEventListener('statechange', () => waiting.state === 'activated' && location.reload());
      waiting.postMessage(TAKE_OVER);
    });
  };
  offer();
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', offer);
  });
  // Whoever keeps the app open for weeks hears of updates, too.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
}

interface Syncing {
  sync?: { register(tag: string): Promise<void> };
}

/** Has the service worker send once there is signal, even if every page is closed by then. Where a
 * browser cannot, the app sends when it is next opened. */
export function sendInBackground(): void {
  if (!('serviceWorker' in navigator)) return;
  void navigator.serviceWorker.getRegistration().then((found) => {
    const { sync } = (found ?? {}) as Syncing;
    return sync?.register(SEND_TAG).catch(() => undefined);
  });
}

/** Asks the browser not to clear this app's data when the phone is short of room. */
export function stayStored(): void {
  void navigator.storage?.persist?.().catch(() => false);
}
