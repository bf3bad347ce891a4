/** The list of people: what it is narrowed to, and who may be somebody that is being written down. */
import type { DocumentId, HouseLine, LocalMinute, PeopleFilter, PersonDraft, PreviewedLine, ResidentLine } from '../model.ts';
import type { Called } from './called.ts';
import { bytesOf, hex } from './called.ts';
import type { Phone } from 'sampan-app/client_app.js';
import type { CoreList, CoreQuery, CoreTrait } from './core.ts';
import { typed } from './entries.ts';
import type { Names } from './views.ts';
import { residentLine } from './views.ts';

/** A part of a list: more than a screen shows at once. */
export const LINES_MAX = 120;
const HOUSES_MAX = 40;
const DAY_MINUTES = 24 * 60;

const TRAITS: Partial<Record<PeopleFilter, CoreTrait>> = {
  'not-activated': 'NotActivated', 'no-card': 'NoCard', unclassified: 'Unclassified', 'home-visit': 'HomeVisit',
  'no-household': 'NoHousehold',
};

export function dossiers(text: string): CoreQuery {
  return { text, kind: 'Dossier', unit: null, lines_max: LINES_MAX };
}

/** What the core lists; filters of one sort and another must both be true. */
export function traitsOf(filters: PeopleFilter[], names: Names, now: LocalMinute): CoreTrait[] {
  return filters.flatMap((filter): CoreTrait[] => {
    const plain = TRAITS[filter];
    if (plain !== undefined) return [plain];
    const [sort, value = ''] = [filter.slice(0, filter.indexOf(':')), filter.slice(filter.indexOf(':') + 1)];
    switch (sort) {
      case 'card': return [{ Card: Number(value) }];
      case 'eid': return [{ Eid: Number(value) }];
      case 'reason': return [{ Reason: names.code('reason', value) }];
      case 'residence': return [{ Residence: names.code('residence', value) }];
      case 'canal': return [{ Canal: value }];
      case 'age': return [bornIn(value, now)];
      default: return [];
    }
  });
}

/** Whoever becomes so old this year: days of birth are not on every phone. */
function bornIn(ages: string, now: LocalMinute): CoreTrait {
  const year = new Date(Math.floor(now / DAY_MINUTES) * DAY_MINUTES * 60_000).getUTCFullYear();
  const [from = 0, to = 0] = ages.split('-').map(Number);
  return { Born: [year - to, year - from] };
}

export function peopleOf(
  core: Phone, names: Names, ask: { text: string; filters: PeopleFilter[]; from: number; without: DocumentId[] }, now: LocalMinute,
): CoreList {
  const only = traitsOf(ask.filters, names, now);
  return core.list({ ...dossiers(ask.text), only, from: ask.from, without: ask.without.map(bytesOf) });
}

/** Whom colleagues have written down or changed, as the notes in this pocket show. */
export function previewedOf(core: Phone, text: string, called: Called): PreviewedLine[] {
  return core.previewed(text).map(({ document, name, from }) => ({ document: hex(document), name, from: called.label(from) }));
}

export function housesOf(core: Phone, text: string): HouseLine[] {
  const { lines } = core.list({ text, kind: 'Household', unit: null, lines_max: HOUSES_MAX });
  return lines.map(({ document, name, canal }) => ({ household: hex(document), of: name, canal: canal ?? '' }));
}

/** People like the one being written down, the likeliest first. */
export function doublesOf(core: Phone, draft: PersonDraft, year: number): ResidentLine[] {
  return core.doubles(typed(draft), year).map(({ line, agree }) => ({ ...residentLine(line), agree }));
}
