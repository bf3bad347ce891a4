/**
 * Serves the app's shell from the phone, `/` as `index.html`, and sends what is sealed while no page
 * is open. It knows no key: what it sends it cannot read.
 */
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from 'workbox-precaching';
import { BROUGHT_PATH, keepBrought } from './field/brought.ts';
import { HISTORY_CACHE } from './field/history-cache.ts';
import { TAKE_OVER } from './field/offline.ts';
import { SEND_TAG } from './field/send-tag.ts';
import { sendSealed } from './field/worker/send.ts';

interface Fetched extends Event {
  request: Request;
  respondWith(response: Promise<Response>): void;
}

interface SyncEvent extends Event {
  readonly tag: string;
  waitUntil(work: Promise<unknown>): void;
}

declare const self: {
  __WB_MANIFEST: { url: string; revision: string | null }[];
  addEventListener(type: 'fetch', listener: (event: Fetched) => void): void;
  addEventListener(type: 'sync', listener: (event: SyncEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  skipWaiting(): Promise<void>;
};

// The list of the build's files is put here by the build.
const shell = self.__WB_MANIFEST;
cleanupOutdatedCaches();
precacheAndRoute(shell);

self.addEventListener('fetch', (event) => {
  const { pathname } = new URL(event.request.url);
  if (event.request.method === 'POST' && pathname.endsWith(BROUGHT_PATH)) event.respondWith(keepBrought(event.request));
  else if (pathname.includes('/client_history')) event.respondWith(history(event.request));
});

self.addEventListener('sync', (event) => {
  if (event.tag === SEND_TAG) event.waitUntil(send());
});

self.addEventListener('message', (event) => {
  if (event.data === TAKE_OVER) void self.skipWaiting();
});

/** From the phone, where the app has put it, or from the server. */
async function history(request: Request): Promise<Response> {
  const kept = await caches.open(HISTORY_CACHE);
  return (await kept.match(request)) ?? fetch(request);
}

/** Fails where something is left to send: the browser then tries again by itself, later. */
async function send(): Promise<void> {
  const outcome = await sendSealed(core);
  if (outcome !== 'sent') throw new Error(`not everything is sent: ${outcome}`);
}

/** The core's module, as it was stored with the shell. */
async function core(): Promise<Response> {
  const file = shell.find(({ url }) => /client_app_bg[^/]*\.wasm$/.test(url));
  const found = file && (await matchPrecache(file.url));
  if (!found) throw new Error('the core is not stored on this phone');
  return found;
}
