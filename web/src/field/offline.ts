/** What the browser does for the app while it is not looked at. */
import { SEND_TAG } from './send-tag.ts';

/** Registers the service worker that serves the app without signal. A new version waits until every
 * page of the old one is closed: nobody loses a form to an update. */
export function serveOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('sw.js', { type: 'module' }).catch((error: unknown) => {
    console.warn('the app will not open without signal', error);
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
