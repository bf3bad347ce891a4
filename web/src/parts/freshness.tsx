/** How recent figures are: a full dot, half a dot or a ring, always with words. */
import './freshness.css';
import type { Freshness } from '../console/model.ts';
import type { LocalMinute } from '../field/model.ts';
import { useText } from '../text/text.ts';
import type { Text } from '../text/text.ts';

const HOUR = 60;
const FRESH_HOURS = 6;
const SILENT_DAYS = 3;

export interface FreshnessBadgeProps {
  fresh: Freshness;
  now: LocalMinute;
}

export function FreshnessBadge({ fresh, now }: FreshnessBadgeProps) {
  const text = useText();
  const { t } = text;
  const grade = gradeOf(fresh, now);
  const age = ageWords(fresh.heard, now, text);
  const role = { fresh: 'good', aging: 'act', silent: 'bad' }[grade];
  return (
    <span class={`freshness as-${role}`}>
      <span class={`freshness-dot ${grade}`} aria-hidden="true" />
      {fresh.silentPhones > 0 ? t('fresh.silent', { age, phones: fresh.silentPhones }) : age}
      {(fresh.unsent ?? 0) > 0 && <> · {t('fresh.unsent', { n: fresh.unsent! })}</>}
    </span>
  );
}

export type Grade = 'fresh' | 'aging' | 'silent';

export function gradeOf({ heard, silentPhones, unsent }: Freshness, now: LocalMinute): Grade {
  if (heard === null || silentPhones > 0 || now - heard > SILENT_DAYS * 24 * HOUR) return 'silent';
  return now - heard < FRESH_HOURS * HOUR && !unsent ? 'fresh' : 'aging';
}

/** `12 phút`, `5 giờ`, `9 ngày` */
export function ageWords(heard: LocalMinute | null, now: LocalMinute, { t }: Text): string {
  if (heard === null) return t('fresh.never');
  const minutes = Math.max(0, now - heard);
  if (minutes < HOUR) return t('fresh.minutes', { n: minutes });
  const hours = Math.floor(minutes / HOUR);
  return hours < 24 ? t('fresh.hours', { n: hours }) : t('fresh.days', { n: Math.floor(hours / 24) });
}
