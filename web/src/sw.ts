/** Serves the app's shell from the phone, `/` as `index.html`. It holds no record and knows no key. */
import { cleanupOutdatedCaches, precacheAndRoute } from 'workbox-precaching';

declare const self: { __WB_MANIFEST: { url: string; revision: string | null }[] };

cleanupOutdatedCaches();
// The list of the build's files is put here by the build.
precacheAndRoute(self.__WB_MANIFEST);
