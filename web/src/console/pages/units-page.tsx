/** Where somebody begins who has several units: names only, each is added up by itself. */
import { Info } from '../../design/icons.tsx';
import { Note } from '../../parts/card.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import { useText } from '../../text/text.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { useAnswer } from '../use-answer.ts';
import { Loading, ProblemNote } from './page-parts.tsx';

export function UnitsPage({ units, live, place, go, frame, onSignOut }: PageProps) {
  const { t } = useText();
  const { value, problem } = useAnswer(`top ${place.day}`, live.version, () => units.below(null, place.day));
  return (
    <ConsolePage
      onSignOut={onSignOut}
      frame={frame}
      title={t('console.choose-unit')}
      onPage={(page) => go({ page: page as PlaceName })}
    >
      <ProblemNote problem={problem} />
      <Note icon={Info}>{t('console.choose-unit.line')}</Note>
      {value === null && problem === null && <Loading />}
      {value && (
        <section class="card">
          <ul class="unit-list" aria-label={t('console.choose-unit')}>
            {value.map(({ unit, name }) => (
              <li key={unit}>
                <button type="button" onClick={() => go({ path: [unit] })}>
                  {name}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
    </ConsolePage>
  );
}
