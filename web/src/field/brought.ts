/** What other apps share with this one waits here, sealed as it is, until somebody has unlocked. */
import type { Brain, TakenIn } from './brain.ts';

/** Written by the service worker, emptied here. */
const BROUGHT_CACHE = 'brought';
/** Where the phone's share panel posts to, below the app; the manifest names it. */
export const BROUGHT_PATH = '/brought';
/** The parts of such a post. */
const PARTS = ['file', 'text'];
/** Things that may wait; the share panel gives one at a time. */
const WAITING_MAX = 32;

/** Keeps what was shared and sends the page to the app. */
export async function keepBrought(request: Request): Promise<Response> {
  const form = await request.formData();
  const kept = await caches.open(BROUGHT_CACHE);
  const before = (await kept.keys()).length;
  const parts = PARTS.flatMap((part) => form.getAll(part)).slice(0, WAITING_MAX - before);
  for (const [at, part] of parts.entries()) {
    const address = new URL(`brought/${Date.now()}-${at}`, request.url);
    await kept.put(address, new Response(part, { headers: { 'x-part': typeof part === 'string' ? 'text' : 'file' } }));
  }
  return Response.redirect(new URL('./', request.url).href, 303);
}

/** Takes in what waits, each once; answers what became of the last. */
export async function takeBrought(brain: Pick<Brain, 'takeIn' | 'takeText'>): Promise<TakenIn | null> {
  if (!('caches' in globalThis)) return null;
  const kept = await caches.open(BROUGHT_CACHE);
  let last: TakenIn | null = null;
  for (const request of await kept.keys()) {
    const found = await kept.match(request);
    if (found === undefined) continue;
    const isText = found.headers.get('x-part') === 'text';
    last = isText ? await brain.takeText(await found.text()) : await brain.takeIn(new Uint8Array(await found.arrayBuffer()));
    await kept.delete(request);
  }
  return last;
}
