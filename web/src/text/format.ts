/**
 * Numbers, dates and times as people write them.
 *
 * Everything is integer arithmetic: a rate is cut off, never rounded up to a goal that is not
 * reached. Times are local minutes since 1970-01-01 00:00 of the wall clock, days are packed
 * `yyyymmdd` with `00` for what nobody knows; no time zone and no clock is read here.
 */

/** Minutes since 1970-01-01 00:00 by the phone's wall clock. */
export type LocalMinute = number;
/** `yyyymmdd`; month and day may be 00. */
export type PackedDate = number;
export type Lang = 'vi' | 'en' | 'km';

const HOUR = 60;
const DAY = 24 * HOUR;
const NO_BREAK = '\u00a0';

/** Grouped in threes: `1.428.929`, English `1,428,929`. */
export function number(n: number, lang: Lang): string {
  const digits = String(Math.abs(Math.trunc(n)));
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, lang === 'en' ? ',' : '.');
  return n < 0 ? `−${grouped}` : grouped;
}

/** `a` of `b` with two decimals, cut off: `97,78 %`; a dash where there is no denominator. */
export function percent(a: number, b: number, lang: Lang): string {
  if (b <= 0) return '–';
  const hundredths = Math.floor((a * 10_000) / b);
  const exact = hundredths * b <= a * 10_000 ? hundredths : hundredths - 1;
  const [whole, part] = [Math.floor(exact / 100), String(exact % 100).padStart(2, '0')];
  return lang === 'en' ? `${number(whole, lang)}.${part}%` : `${number(whole, lang)},${part}${NO_BREAK}%`;
}

/** A rate that the server cut off, `72.22`, as people write it: `72,22 %`. */
export function servedPercent(served: string, lang: Lang): string {
  const [whole = '', part = ''] = served.split('.');
  const grouped = number(Number(whole), lang);
  if (lang === 'en') return part === '' ? `${grouped}%` : `${grouped}.${part}%`;
  return `${part === '' ? grouped : `${grouped},${part}`}${NO_BREAK}%`;
}

/** `9:41`. */
export function clock(at: LocalMinute): string {
  const minute = modulo(at, DAY);
  return `${Math.floor(minute / HOUR)}:${two(minute % HOUR)}`;
}

/** `19/11`, with the year if it is another one than now. */
export function day(at: LocalMinute, now: LocalMinute): string {
  const [date, today] = [calendar(at), calendar(now)];
  const short = `${two(date.day)}/${two(date.month)}`;
  return date.year === today.year ? short : `${short}/${date.year}`;
}

/** `19/11/2026`. */
export function fullDay(at: LocalMinute): string {
  const date = calendar(at);
  return `${two(date.day)}/${two(date.month)}/${date.year}`;
}

/** Today, yesterday, else the date; with the time if it is wanted: `hôm nay 8:15`. */
export function dayOrName(at: LocalMinute, now: LocalMinute, lang: Lang): string {
  const days = Math.floor(now / DAY) - Math.floor(at / DAY);
  if (days === 0) return lang === 'en' ? 'today' : 'hôm nay';
  if (days === 1) return lang === 'en' ? 'yesterday' : 'hôm qua';
  return day(at, now);
}

/** `hôm nay 8:15`, `18/11, 7:52`. */
export function moment(at: LocalMinute, now: LocalMinute, lang: Lang): string {
  const named = dayOrName(at, now, lang);
  return /^\d/.test(named) ? `${named}, ${clock(at)}` : `${named} ${clock(at)}`;
}

/** How long ago, up to a day; then the date: `2 giờ trước`. */
export function ago(at: LocalMinute, now: LocalMinute, lang: Lang): string {
  const minutes = now - at;
  if (minutes < 0 || minutes >= DAY) return moment(at, now, lang);
  if (minutes < 1) return lang === 'en' ? 'just now' : 'vừa xong';
  const [count, unit] = minutes < HOUR ? [minutes, 0] : [Math.floor(minutes / HOUR), 1];
  if (lang !== 'en') return `${count} ${['phút', 'giờ'][unit]} trước`;
  return `${count} ${['minute', 'hour'][unit]}${count === 1 ? '' : 's'} ago`;
}

/** A day somebody may know only in part: `14/03/1958`, `03/1958`, `1958`. */
export function partialDate(packed: PackedDate): string {
  const [year, month, date] = [Math.floor(packed / 10_000), Math.floor(packed / 100) % 100, packed % 100];
  if (month === 0) return String(year);
  return date === 0 ? `${two(month)}/${year}` : `${two(date)}/${two(month)}/${year}`;
}

/** `Thứ Năm 19/11`. */
export function weekday(at: LocalMinute, now: LocalMinute, lang: Lang): string {
  // 1970-01-01 was a Thursday.
  const index = modulo(Math.floor(at / DAY) + 4, 7);
  return `${WEEKDAYS[lang === 'en' ? 'en' : 'vi'][index]} ${day(at, now)}`;
}

/** In groups: `0957 214 402`. */
export function phone(digits: string): string {
  return digits.replace(/^(\d{4})(\d{3})(\d+)$/, '$1 $2 $3');
}

/** In groups of three, also while it is still short: `099 158 004 127`. */
export function personalNumber(digits: string): string {
  return (digits.match(/\d{1,3}/g) ?? []).join(' ');
}

/** A check code in pairs: `48 27 15`. */
export function checkCode(digits: string): string {
  return (digits.match(/\d{1,2}/g) ?? []).join(' ');
}

const WEEKDAYS = {
  vi: ['Chủ Nhật', 'Thứ Hai', 'Thứ Ba', 'Thứ Tư', 'Thứ Năm', 'Thứ Sáu', 'Thứ Bảy'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

function calendar(at: LocalMinute): { year: number; month: number; day: number } {
  // Read as UTC only to use its calendar: the minute is local already.
  const date = new Date(at * 60_000);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

function modulo(n: number, by: number): number {
  return ((n % by) + by) % by;
}
