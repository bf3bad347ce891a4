/** The server's answers about dossiers as what screens are told. */
import type { FunnelView, ReasonName, ResidenceName, Sex, SideName, Track } from '../field/model.ts';
import { partialDate, phone } from '../text/format.ts';
import type { Text } from '../text/text.ts';
import { isPlainKey } from '../text/text.ts';
import type { DossierAnswer, DossierLineAnswer, EventAnswer, FieldAnswer, TrackAnswer } from './api.ts';
import type { DossierField, DossierLine, DossierPageView, Happened, SaidValue, TakenOut } from './model.ts';
import { minuteOf } from './time.ts';

const SEXES: Sex[] = ['male', 'female'];
const RESIDENCES: ResidenceName[] = ['permanent-present', 'permanent-away', 'temporary', 'left', 'dead', 'unknown'];
/** What is typed here; the rest comes from the field. */
const TYPED = ['name', 'byear', 'sex', 'phone', 'addr', 'note'];

export function dossierLine(line: DossierLineAnswer, hamlet: string): DossierLine {
  return {
    document: line.document,
    name: line.name,
    birthYear: line.birth_year,
    sex: sexOf(line.sex),
    last3: line.last3,
    hamlet,
    card: track(line.card),
    eid: track(line.eid),
    reason: line.reason as ReasonName | null,
    state: line.is_conflicted ? 'conflict' : 'received',
  };
}

export function dossierView(answer: DossierAnswer, hamlet: string, now: number, text: Text): DossierPageView {
  const said = (key: string) => answer.fields.find((field) => field.key === key)?.values.at(-1)?.value ?? null;
  const string = (key: string) => (typeof said(key) === 'string' ? String(said(key)) : null);
  const number = (key: string) => (typeof said(key) === 'number' ? Number(said(key)) : null);
  return {
    now,
    name: string('name') ?? '',
    birthYear: number('byear'),
    sex: sexOf(number('sex')),
    last3: string('last3'),
    hamlet,
    // What somebody has to choose stands first.
    fields: [...answer.fields].sort((a, b) => Number(b.is_conflicted) - Number(a.is_conflicted)).map((field) => fieldView(field, text)),
    card: funnel('card', answer),
    eid: funnel('eid', answer),
    events: answer.events.map((event) => happened(event, text)),
    voided: answer.voided.map((event) => happened(event, text)),
    changes: answer.changes,
  };
}

export function fieldName(key: string, { t }: Text): string {
  const word = `field.${key}`;
  return isPlainKey(word) ? t(word) : key;
}

function fieldView({ key, values, is_conflicted, may_write }: FieldAnswer, text: Text): DossierField {
  const value = ({ op, value, wrote }: FieldAnswer['values'][number]): SaidValue => ({
    op,
    shown: shown(key, value, text),
    typed: key === 'sex' ? (sexOf(typeof value === 'number' ? value : null) ?? '') : String(value ?? ''),
    by: wrote.by,
    at: minuteOf(wrote.at),
  });
  return {
    key,
    name: fieldName(key, text),
    values: values.map(value),
    isConflicted: is_conflicted,
    mayWrite: may_write && TYPED.includes(key),
    isDigits: key === 'phone' || key === 'byear',
    isLong: key === 'note',
    choices: key === 'sex' ? SEXES.map((id) => ({ id, name: text.t(`sex.${id}`) })) : null,
  };
}

export function shown(key: string, value: string | number | boolean | null, { t }: Text): string {
  if (value === null) return '';
  if (typeof value === 'boolean') return t(value ? 'desk.yes' : 'desk.no');
  if (key === 'phone') return phone(String(value));
  if (key === 'due') return partialDate(Number(value));
  const sex = key === 'sex' ? sexOf(Number(value)) : null;
  if (sex) return t(`sex.${sex}`);
  const words = key === 'res' ? `residence.${RESIDENCES[Number(value)]}` : `reason.${value}`;
  if (['res', 'cwhy', 'ewhy'].includes(key) && isPlainKey(words)) return t(words);
  return String(value);
}

function sexOf(code: number | null): Sex | null {
  return code === null ? null : (SEXES[code] ?? null);
}

function track({ furthest, side }: TrackAnswer): Track {
  return { furthest, side: side as SideName | null };
}

/** Who wrote a step stands among the events. */
function funnel(which: 'card' | 'eid', answer: DossierAnswer): FunnelView {
  const { furthest, side, reached, is_conflicted } = answer[which];
  const author = (at: number) => answer.events.find((event) => event.at === at && event.kind === 'step')?.wrote?.by ?? '';
  return {
    funnel: which,
    furthest,
    reached: reached.map((at) => ({ at, by: author(at), state: 'received' })),
    side: side as SideName | null,
    isConflicted: is_conflicted,
    state: 'received',
    nextBy: null,
    mayRecord: [],
  };
}

export function happened(event: EventAnswer, text: Text): Happened {
  return {
    id: event.event,
    kind: kindOf(event),
    words: words(event, text),
    note: event.note ?? '',
    at: event.at,
    by: event.wrote?.by ?? null,
    mayVoid: event.may_void,
  };
}

function kindOf({ kind, step, result }: EventAnswer): Happened['kind'] {
  if (kind === 'step') return step?.startsWith('card') ? 'card' : 'eid';
  if (kind === 'visit') return result === 'met' ? 'met' : 'visit';
  return kind;
}

function words({ kind, step, result, withdrawn, key }: EventAnswer, text: Text): string {
  const { t } = text;
  const plain = (word: string) => (isPlainKey(word) ? t(word) : word);
  switch (kind) {
    case 'step':
      return plain(`step.${step}`);
    case 'visit':
      return t('visit.line', { result: plain(`visit.${result}`).toLocaleLowerCase('vi') });
    case 'guidance':
      return plain(`guidance.${result}`);
    case 'consent':
      return t(withdrawn ? 'desk.consent.withdrawn' : 'desk.consent.given');
    case 'confirmed':
      return t('desk.confirmed', { field: fieldName(key ?? '', text) });
  }
}


/** The key under which the server keeps it: an event's is its id, spelled as documents spell it. */
export function keyOf(what: TakenOut): string {
  if ('field' in what) return what.field;
  const bytes = what.event.match(/../g)!.map((pair) => String.fromCharCode(parseInt(pair, 16)));
  return `~${btoa(bytes.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}
