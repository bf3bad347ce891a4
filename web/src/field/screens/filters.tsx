/** Everything a list of people can be narrowed to: one of each sort. */
import { Check } from '../../design/icons.tsx';
import { Button, Choice } from '../../parts/button.tsx';
import { Choices } from '../../parts/field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { number } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { Funnel, PeopleFilter } from '../model.ts';
import { LEVELS } from '../model.ts';
import { REASONS } from './reason.tsx';

export interface FiltersSheetProps {
  chosen: PeopleFilter[];
  canals: string[];
  /** How many people fit. */
  count: number;
  onToggle: (filter: PeopleFilter) => void;
  onClose: () => void;
}

const PLAIN: PeopleFilter[] = ['home-visit', 'unclassified', 'no-household', 'not-activated', 'no-card'];
/** By what the law asks at each age, then by who needs help. */
const AGES: PeopleFilter[] = ['age:0-5', 'age:6-13', 'age:14-17', 'age:18-59', 'age:60-74', 'age:75-150'];
const REASON_FILTERS = [...new Set([...REASONS.card, ...REASONS.eid])].map((one): PeopleFilter => `reason:${one}`);

export function FiltersSheet({ chosen, canals, count, onToggle, onClose }: FiltersSheetProps) {
  const text = useText();
  const { t } = text;
  const stages = (funnel: Funnel) => [0, ...LEVELS[funnel].map((_, n) => n + 1)].map((n): PeopleFilter => `${funnel}:${n}`);
  const groups: [string, PeopleFilter[]][] = [
    [t('filter.work'), PLAIN], [t('filter.age'), AGES], [t('funnel.card'), stages('card')], [t('funnel.eid'), stages('eid')],
    [t('filter.place'), canals.map((canal): PeopleFilter => `canal:${canal}`)], [t('field.reason'), REASON_FILTERS],
  ];
  return (
    <Sheet title={t('people.filter')} onClose={onClose}>
      <Button look="primary" onPress={onClose}>{t('filter.show', { n: count })}</Button>
      {groups.filter(([, filters]) => filters.length > 0).map(([label, filters]) => (
        <Choices key={label} label={label}>
          {filters.map((one) => (
            <Choice key={one} chosen={chosen.includes(one)} chosenIcon={Check} onPress={() => onToggle(one)}>
              {filterName(one, text)}
            </Choice>
          ))}
        </Choices>
      ))}
    </Sheet>
  );
}

/** The filter taken or given back; of each sort only one stays. */
export function toggled(chosen: PeopleFilter[], one: PeopleFilter): PeopleFilter[] {
  if (chosen.includes(one)) return chosen.filter((other) => other !== one);
  const sort = one.slice(0, one.indexOf(':') + 1);
  return [...chosen.filter((other) => sort === '' || !other.startsWith(sort)), one];
}

export function filterName(filter: PeopleFilter, text: Text): string {
  const { t, language } = text;
  const [sort, value = ''] = [filter.split(':')[0], filter.slice(filter.indexOf(':') + 1)];
  switch (sort) {
    case 'card':
    case 'eid': {
      const level = LEVELS[sort][Number(value) - 1];
      return level === undefined ? t(`funnel.none.${sort}`) : t(`step.${level}`);
    }
    case 'age': {
      const [from = 0, to = 0] = value.split('-').map(Number);
      return to > 120 ? t('filter.age.from', { from: number(from, language) }) : t('filter.age.between', { from, to });
    }
    case 'canal': return value;
    default: {
      const key = sort === filter ? `people.${filter}` : filter.replace(':', '.');
      return isPlainKey(key) ? t(key) : value;
    }
  }
}
