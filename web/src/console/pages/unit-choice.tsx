/** Which commune a list is of, for those who look after several. */
import { useEffect } from 'preact/hooks';
import { useText } from '../../text/text.ts';
import type { PageProps } from '../signed-in.ts';
import { useAnswer } from '../use-answer.ts';
import { Select } from './page-parts.tsx';

export function UnitChoice({ units, place, go }: Pick<PageProps, 'units' | 'place' | 'go'>) {
  const { t } = useText();
  const own = useAnswer('own units', 0, () => units.below(null, null));
  const below = useAnswer(`below ${place.path}`, 0, () => units.below(place.path[0] ?? null, null));
  const first = own.value?.[0]?.unit;
  useEffect(() => {
    if (place.path.length === 0 && first !== undefined) go({ path: [first] });
  }, [place.path.length, first]);
  const top = own.value?.find(({ unit }) => unit === place.path[0]);
  if (!top) return null;
  const options = [{ id: '', name: top.name }, ...(below.value ?? []).map(({ unit, name }) => ({ id: String(unit), name }))];
  return (
    <div class="page-buttons">
      {own.value && own.value.length > 1 && (
        <Select
          label={t('devices.col.units')}
          chosen={String(top.unit)}
          options={own.value.map(({ unit, name }) => ({ id: String(unit), name }))}
          onChoose={(id) => go({ path: [Number(id)] })}
        />
      )}
      <Select
        label={t('desk.hamlet')}
        chosen={place.path.length > 1 ? String(place.path.at(-1)) : ''}
        options={options}
        onChoose={(id) => go({ path: id === '' ? [top.unit] : [top.unit, Number(id)] })}
      />
    </div>
  );
}
