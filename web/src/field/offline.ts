/** Registers the service worker that serves the app without signal. A new version waits until every
 * page of the old one is closed: nobody loses a form to an update. */
export function serveOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('sw.js', { type: 'module' }).catch((error: unknown) => {
    console.warn('the app will not open without signal', error);
  });
}
