/**
 * News from the server, and since when there is none.
 *
 * Events are read with `fetch`, because `EventSource` does not tell why it was refused. An event
 * only says that something grew; what is true is asked for anew.
 */
import { useEffect, useState } from 'preact/hooks';
import type { LocalMinute } from '../text/format.ts';
import type { Api } from './api.ts';
import { Refusal } from './api.ts';
import { minuteNow } from './time.ts';

/** Waits between tries, doubled up to the last. */
const RETRY_MS_FIRST = 1_000;
const RETRY_MS_MAX = 30_000;
/** The server says something more often than this, or the connection is dead. */
const SILENCE_MS_MAX = 60_000;
/** Enrolments and ages come without an event. */
const REFRESH_MS = 20_000;

export interface Live {
  /** Grows with all news: ask again. */
  version: number;
  now: LocalMinute;
  /** `null` while the connection holds. */
  lostAt: LocalMinute | null;
  /** After an own act. */
  refresh: () => void;
}

export interface Listener {
  /** The connection stands, for the first time or again. */
  onOpen: () => void;
  onNews: () => void;
  onLost: () => void;
}

/** Listens until `signal` ends it. */
export async function listen(api: Api, listener: Listener, signal: AbortSignal): Promise<void> {
  let wait = RETRY_MS_FIRST;
  while (!signal.aborted) {
    try {
      await follow(api, listener, signal, () => (wait = RETRY_MS_FIRST));
    } catch (cause) {
      if (cause instanceof Refusal && cause.code === 'unauthorized') return;
    }
    if (signal.aborted) return;
    listener.onLost();
    await pause(wait, signal);
    wait = Math.min(wait * 2, RETRY_MS_MAX);
  }
}

/** One connection, until it breaks. */
async function follow(api: Api, listener: Listener, signal: AbortSignal, onStands: () => void): Promise<void> {
  const connection = new AbortController();
  const end = () => connection.abort();
  signal.addEventListener('abort', end);
  let watch = setTimeout(end, SILENCE_MS_MAX);
  try {
    const answer = await api.events(connection.signal);
    const reader = answer.body?.getReader();
    if (!reader) return;
    onStands();
    listener.onOpen();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(watch);
      watch = setTimeout(end, SILENCE_MS_MAX);
      if (holdsEvent(value)) listener.onNews();
    }
  } finally {
    clearTimeout(watch);
    signal.removeEventListener('abort', end);
    connection.abort();
  }
}

/**
 * Whether a piece of the stream is more than a sign of life, which begins with a colon. An event
 * cut in two may count twice: a hint may come twice.
 */
export function holdsEvent(piece: Uint8Array): boolean {
  const lines = new TextDecoder().decode(piece).split('\n');
  return lines.some((line) => line !== '' && !line.startsWith(':'));
}

/** Live state of one signed-in console. */
export function useLive(api: Api): Live {
  const [lostAt, setLost] = useState<LocalMinute | null>(null);
  const [{ version, now }, bump] = useState({ version: 0, now: minuteNow() });
  const refresh = () => bump((last) => ({ version: last.version + 1, now: minuteNow() }));
  useEffect(() => {
    const ending = new AbortController();
    const onOpen = () => {
      setLost(null);
      refresh();
    };
    const onLost = () => setLost((since) => since ?? minuteNow());
    void listen(api, { onOpen, onNews: refresh, onLost }, ending.signal);
    const timer = setInterval(refresh, REFRESH_MS);
    return () => {
      ending.abort();
      clearInterval(timer);
    };
  }, [api]);
  return { version, now, lostAt, refresh };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
  });
}
