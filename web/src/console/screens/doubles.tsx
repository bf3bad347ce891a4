/** How many residents may be listed twice, and who they are where rights allow. */
import { number } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import type { DoublesAnswer } from '../api.ts';

export interface DoublesProps {
  answer: DoublesAnswer;
  /** Left out for those who read no dossiers. */
  onOpen?: ((document: string) => void) | undefined;
}

export function Doubles({ answer: { residents, listed }, onOpen }: DoublesProps) {
  const { t, language } = useText();
  return (
    <section class="card" data-part="doubles">
      <h2 class="page-head">
        {t('doubles.title')}: <span data-count={residents}>{number(residents, language)}</span>{' '}
        <span class="small soft">· {t(residents === 0 ? 'doubles.none' : 'doubles.line')}</span>
      </h2>
      {listed.length > 0 && (
        <details class="page-head">
          <summary class="doubles-open">{t('doubles.list', { n: listed.length })}</summary>
          <ol class="doubles">
            {listed.map((both) => (
              <li key={both.map((one) => one.document).join(' ')}>
                {both.map((one) => (
                  <button key={one.document} type="button" class="table-open" disabled={!onOpen} onClick={() => onOpen?.(one.document)}>
                    {one.name} <span class="soft">{one.birth_year ?? t('none')} · {one.unit_name}</span>
                  </button>
                ))}
              </li>
            ))}
          </ol>
        </details>
      )}
    </section>
  );
}
