/** The two lines about sending and receiving under the bar. The first row that is true wins. */
import type { Icon } from '../design/icons.tsx';
import { ArrowUp, CircleCheck, ClockAlert, Download, OctagonAlert, Sailboat, Smartphone, WifiOff } from '../design/icons.tsx';
import { ago, clock } from '../text/format.ts';
import type { Text } from '../text/text.ts';
import { capital } from '../text/text.ts';
import type { LocalMinute, SyncSummary } from './model.ts';

export interface SyncLine {
  icon: Icon;
  first: string;
  second: string;
  isAlarm: boolean;
}

/** Clock differences below this need no word. */
const CLOCK_OFF_MINUTES_MAX = 10;

export function syncLine(sync: SyncSummary, now: LocalMinute, text: Text): SyncLine {
  const row = firstTrue(sync, now, text);
  const warning = warningOf(sync, text);
  return warning === null || row.isAlarm ? row : { ...row, second: warning };
}

function firstTrue(sync: SyncSummary, now: LocalMinute, text: Text): SyncLine {
  const { t } = text;
  const n = sync.here + sync.sending;
  const heard = lastHeard(sync, now, text);
  const say = (icon: Icon, first: string, second: string): SyncLine => ({ icon, first, second, isAlarm: false });
  if (sync.lastSaveFailed) {
    return { icon: OctagonAlert, first: t('sync.not-saved'), second: t('sync.not-saved.next'), isAlarm: true };
  }
  if (sync.isUnknown) return { icon: OctagonAlert, first: t('sync.unknown'), second: t('sync.unknown.next'), isAlarm: true };
  if (!sync.hasSignal && n > 0) return say(WifiOff, t('sync.no-signal', { n }), heard);
  if (sync.serverSilent) return say(ClockAlert, t('sync.silent', { n }), nextTry(sync, text));
  if (sync.sending > 0) return say(ArrowUp, t('sync.sending', { n: sync.sending }), heard);
  if (n === 0 && sync.carried > 0) {
    const who = sync.carrier ?? t('send.carrying.none');
    return say(Sailboat, t('sync.carried', { n: sync.carried, who }), t('sync.carried.next'));
  }
  if (sync.loading) return say(Download, t('sync.loading', sync.loading), t('sync.loading.next'));
  if (n > 0) return say(Smartphone, t('sync.waiting', { n }), heard);
  if (!sync.hasSignal) return say(WifiOff, t('sync.no-signal.empty'), heard);
  return say(CircleCheck, t('sync.empty'), upToDate(sync, now, text));
}

function lastHeard(sync: SyncSummary, now: LocalMinute, { t, language }: Text): string {
  if (sync.lastReceipt === null) return t('sync.never-heard');
  return t('sync.last-heard', { when: ago(sync.lastReceipt, now, language) });
}

function nextTry(sync: SyncSummary, { t }: Text): string {
  return sync.nextTry === null ? t('sync.silent.soon') : t('sync.silent.next', { time: clock(sync.nextTry) });
}

function upToDate(sync: SyncSummary, now: LocalMinute, text: Text): string {
  const { lastReceipt, lastNews } = sync;
  const isToday = (at: LocalMinute | null): at is LocalMinute => at !== null && now - at < 24 * 60;
  if (!isToday(lastReceipt) || !isToday(lastNews)) return lastHeard(sync, now, text);
  return capital(text.t('sync.empty.at', { time: clock(lastReceipt), news: clock(lastNews) }));
}

function warningOf(sync: SyncSummary, { t }: Text): string | null {
  if (sync.leaseDaysLeft !== null) return t('sync.lease', { days: sync.leaseDaysLeft });
  const minutes = Math.abs(sync.clockOffMinutes);
  if (minutes <= CLOCK_OFF_MINUTES_MAX) return null;
  return minutes < 60 ? t('sync.clock.minutes', { minutes }) : t('sync.clock', { hours: Math.floor(minutes / 60) });
}
