/** Dossiers that were united, who decided it, and the way back. */
import { useState } from 'preact/hooks';
import { Check, Cross, Info, Undo2 } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import { Toast } from '../../parts/toast.tsx';
import { moment } from '../../text/format.ts';
import { useText } from '../../text/text.ts';
import { Refusal } from '../api.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { minuteOf } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { DecideTabs } from './decide-tabs.tsx';
import { Loading, ProblemNote } from './page-parts.tsx';
import { UnitChoice } from './unit-choice.tsx';

export function UnionsPage(props: PageProps) {
  const { api, live, place, go, frame, held, onSignOut } = props;
  const { t, language } = useText();
  const [asking, ask] = useState<string | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [isDone, setDone] = useState(false);
  const unit = place.path.at(-1) ?? null;
  const found = useAnswer(`unions ${unit}`, live.version, () => (unit === null ? Promise.resolve([]) : api.unions(unit)));
  const undo = (joined: string) => {
    ask(null);
    api.undoUnion(joined).then(
      () => (setProblem(null), setDone(true)),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  return (
    <ConsolePage onSignOut={onSignOut} frame={frame} title={t('decide.title')} onPage={(page) => go({ page: page as PlaceName })}>
      <DecideTabs {...props} counts={{ held: held.value?.length ?? 0, ...(found.value && { unions: found.value.length }) }} />
      <UnitChoice {...props} />
      <Note icon={Info}>{t('unions.line')}</Note>
      <ProblemNote problem={problem ?? found.problem} />
      {unit !== null && found.value === null && found.problem === null && <Loading />}
      {found.value?.length === 0 && (
        <Note icon={Check} tone="good">
          {t('unions.none')}
        </Note>
      )}
      {found.value && found.value.length > 0 && (
        <section class="card">
          <ul class="unions" aria-label={t('decide.unions')}>
            {found.value.map(({ joined, at, by, now }) => (
              <li key={joined} class="union">
                <span class="queue-words">
                  <span class="strong">{now.name || t('held.document', { id: now.document.slice(0, 8) })}</span>
                  <span class="small soft">
                    {[now.birth_year, now.unit_name].filter(Boolean).join(' · ')}
                    {' · '}
                    {t(by === null ? 'unions.by-itself' : 'unions.by', { who: by ?? '', when: moment(minuteOf(at), frame.now, language) })}
                  </span>
                </span>
                {asking === joined ? (
                  <span class="page-buttons" role="group" aria-label={t('unions.sure')}>
                    <span class="small">{t('unions.sure')}</span>
                    <Button look="danger" icon={Undo2} onPress={() => undo(joined)}>
                      {t('unions.undo')}
                    </Button>
                    <Button look="quiet" icon={Cross} onPress={() => ask(null)}>
                      {t('desk.cancel')}
                    </Button>
                  </span>
                ) : (
                  <Button icon={Undo2} onPress={() => ask(joined)}>
                    {t('unions.undo')}
                    <span class="unseen">: {now.name}</span>
                  </Button>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      {isDone && <Toast sentence={t('unions.undone')} onGone={() => setDone(false)} />}
    </ConsolePage>
  );
}
