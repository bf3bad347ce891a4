/** The five requests of a phone. Whatever is not a success is told apart and nothing is retried
 * here: when to try again is the core's decision. */

/** A request that says nothing for this long is given up. A pull may wait for news meanwhile. */
const STALL_SECONDS = {
  '/v1/enrol': 30, '/v1/bundles': 60, '/v1/pull': 120, '/v1/names': 30, '/v1/parcels': 120, '/v1/look-up': 30, '/v1/keys': 30,
} as const;

export type Route = keyof typeof STALL_SECONDS;

export type Answer =
  | { is: 'bytes'; bytes: Uint8Array }
  /** The server heard and says no. */
  | { is: 'refused'; status: number }
  /** No signal, or no answer in time. */
  | { is: 'silent' };

export async function post(route: Route, body: Uint8Array): Promise<Answer> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), STALL_SECONDS[route] * 1000);
  try {
    const response = await fetch(new URL(route, self.location.origin), {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: new Uint8Array(body),
      cache: 'no-store',
      credentials: 'omit',
      signal: giveUp.signal,
    });
    if (!response.ok) return { is: 'refused', status: response.status };
    return { is: 'bytes', bytes: new Uint8Array(await response.arrayBuffer()) };
  } catch {
    return { is: 'silent' };
  } finally {
    clearTimeout(timer);
  }
}
