/** Serves the app's shell from the phone, `/` as `index.html`. It holds no record and knows no key. */
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';
import { HISTORY_CACHE } from './field/history-cache.ts';

interface Fetched extends Event {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

declare const self: {
  __WB_MANIFEST: { url: string; revision: string | null }[];
  addEventListener(type: 'fetch', listener: (event: Fetched) => void): void;
};

cleanupOutdatedCaches();
// The list of the build's files is put here by the build.
precacheAndRoute(self.__WB_MANIFEST);

self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname.includes('/client_history')) event.respondWith(history(event.request));
});

/** From the phone, where the app has put it, or from the server. */
async function history(request: Request): Promise<Response> {
  const kept = await caches.open(HISTORY_CACHE);
  return (await kept.match(request)) ?? fetch(request);
}
