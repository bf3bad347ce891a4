/**
 * Dossiers in which people wrote different things, each with who wrote it and when. None is called
 * newer: somebody who knows chooses, and what was not chosen stays in the history.
 */
import { useState } from 'preact/hooks';
import { Check, ContactRound, EqualNot, Info } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { Chip } from '../../parts/chip.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import { Toast } from '../../parts/toast.tsx';
import { useText } from '../../text/text.ts';
import type { DossierAnswer, EditedAnswer } from '../api.ts';
import { Refusal } from '../api.ts';
import { dossierLine, dossierView } from '../dossier-views.ts';
import type { PlaceName } from '../place.ts';
import { Value } from '../screens/dossier.tsx';
import { dossierTable } from '../screens/dossiers.tsx';
import type { PageProps } from '../signed-in.ts';
import { useAnswer } from '../use-answer.ts';
import { DecideTabs } from './decide-tabs.tsx';
import { ExportBar } from './export-bar.tsx';
import { Loading, ProblemNote } from './page-parts.tsx';
import { PeopleQueue } from './people-queue.tsx';
import { UnitChoice } from './unit-choice.tsx';

export function ConflictsPage(props: PageProps) {
  const { api, units, live, place, go, frame, held, onSignOut } = props;
  const text = useText();
  const { t } = text;
  const [chosen, choose] = useState<string | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [said, say] = useState<EditedAnswer['outcome'] | null>(null);
  const unit = place.path.at(-1) ?? null;
  const found = useAnswer(`conflicts ${unit}`, live.version, () =>
    unit === null ? Promise.resolve(null) : api.dossiers(unit, '', 'conflicted'),
  );
  const hamlets = useAnswer(`names ${place.path[0]}`, 0, async () => {
    const below = await units.below(place.path[0] ?? null, null);
    return new Map(below.map((one) => [one.unit, one.name]));
  });
  const lines = found.value?.lines ?? [];
  const selected = lines.find(({ document }) => document === chosen) ?? lines[0];
  const decide = (shown: DossierAnswer, key: string, op: string) => {
    api.edit(shown, { choose: { key, op } }).then(
      ({ outcome }) => (setProblem(null), say(outcome)),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  const people = lines.map((line) => ({
    id: line.document,
    name: line.name || t('people.no-name'),
    line: [line.birth_year, line.last3 === null ? null : `••• ${line.last3}`].filter(Boolean).join(' · '),
    age: '',
  }));
  const file = async () => {
    const every = await api.allDossiers(unit ?? 0, '', 'conflicted');
    return dossierTable(every.lines.map((line) => dossierLine(line, hamlets.value?.get(line.unit) ?? '')), t('decide.conflicts'), text);
  };
  const actions = unit !== null && (
    <ExportBar api={api} list="conflicts" unit={unit} now={frame.now} table={file} onProblem={setProblem} />
  );
  return (
    <ConsolePage actions={actions} onSignOut={onSignOut} frame={frame} title={t('decide.title')} onPage={(page) => go({ page: page as PlaceName })}>
      <DecideTabs {...props} counts={{ held: held.value?.length ?? 0, ...(found.value && { conflicts: found.value.fitting }) }} />
      <UnitChoice {...props} />
      <ProblemNote problem={problem ?? found.problem} />
      {unit !== null && found.value === null && found.problem === null && <Loading />}
      {found.value?.fitting === 0 && (
        <Note icon={Check} tone="good">
          {t('decide.none')}
        </Note>
      )}
      {selected && found.value && (
        <div class="decide">
          <section class="card decide-list">
            <h2 class="decide-count small soft">{t('conflicts.count', { n: found.value.fitting })}</h2>
            <PeopleQueue icon={EqualNot} people={people} selected={selected.document} onSelect={choose} />
          </section>
          <section class="card decide-detail" aria-label={t('decide.detail')}>
            <Said key={selected.document} {...props} document={selected.document} onChoose={decide} />
          </section>
        </div>
      )}
      {said && <Toast sentence={t(`desk.${said}`)} onGone={() => say(null)} />}
    </ConsolePage>
  );
}

interface SaidProps extends PageProps {
  document: string;
  onChoose: (shown: DossierAnswer, key: string, op: string) => void;
}

function Said({ api, live, go, frame, document, onChoose }: SaidProps) {
  const text = useText();
  const { t } = text;
  const read = useAnswer(`conflict ${document}`, live.version, () => api.dossier(document));
  if (read.value === null) return read.problem ? <ProblemNote problem={read.problem} /> : <Loading />;
  const answer = read.value;
  const view = dossierView(answer, '', frame.now, text);
  const fields = view.fields.filter(({ isConflicted }) => isConflicted);
  return (
    <>
      <div class="decide-head">
        <h2>{view.name || t('people.no-name')}</h2>
        <Chip icon={EqualNot} role="act">
          {t('state.conflict')}
        </Chip>
      </div>
      <Note icon={EqualNot} tone="act">
        {t('desk.conflict')}
      </Note>
      {fields.map(({ key, name, values, mayWrite }) => (
        <section key={key} class="beside" data-field={key}>
          <h3 class="small strong">{name}</h3>
          <ul class="said-values several">
            {values.map((value) => (
              <Value key={value.op} value={value} now={view.now}>
                {mayWrite && (
                  <Button icon={Check} onPress={() => onChoose(answer, key, value.op)}>
                    {t('choose.this.text')}
                    <span class="unseen">: {value.shown}</span>
                  </Button>
                )}
              </Value>
            ))}
          </ul>
        </section>
      ))}
      {(view.card.isConflicted || view.eid.isConflicted) && <Note icon={Info}>{t('conflicts.steps')}</Note>}
      <div class="decide-actions">
        <Button look="quiet" icon={ContactRound} onPress={() => go({ page: 'dossiers', dossier: document })}>
          {t('held.open')}
        </Button>
      </div>
    </>
  );
}
