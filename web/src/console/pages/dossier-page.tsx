/** One open dossier; what is written goes upon exactly what this page shows. */
import { useRef, useState } from 'preact/hooks';
import { EqualNot, FileDown } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import { Toast } from '../../parts/toast.tsx';
import { useText } from '../../text/text.ts';
import type { DossierAnswer, Edit, EditedAnswer, ExportAnswer } from '../api.ts';
import { Refusal } from '../api.ts';
import { dossierView, keyOf } from '../dossier-views.ts';
import type { TakenOut } from '../model.ts';
import type { PlaceName } from '../place.ts';
import { Dossier } from '../screens/dossier.tsx';
import { showTitle } from '../show-title.ts';
import type { PageProps } from '../signed-in.ts';
import { useAnswer } from '../use-answer.ts';
import { Loading, ProblemNote } from './page-parts.tsx';
import { PersonExport } from './person-export.tsx';

type Said = EditedAnswer['outcome'] | 'beside';

export function DossierPage(props: PageProps & { document: string }) {
  const { api, me, units, live, place, go, frame, document, onSignOut } = props;
  const text = useText();
  const { t } = text;
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [said, say] = useState<Said | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [exported, setExported] = useState<ExportAnswer | null>(null);
  // Under an open form the page stays as it was: the edit is written upon what it showed.
  const frozen = useRef(live.version);
  if (!isBusy) frozen.current = live.version;
  const read = useAnswer(`dossier ${document}`, frozen.current, () => api.dossier(document));
  const hamlets = useAnswer(`hamlets ${place.path}`, 0, () => units.below(place.path[0] ?? null, null));
  const path = useAnswer(`path ${place.path}`, 0, () => units.named(place.path, null));
  const answer = read.value;
  /** What went wrong, if anything did. */
  const edit = async (shown: DossierAnswer, what: Edit, key: string | null): Promise<Refusal | null> => {
    try {
      const { outcome, dossier } = await api.edit(shown, what);
      const isBeside = outcome === 'stored' && isNewConflict(shown, dossier, key);
      say(isBeside ? 'beside' : outcome);
      // The field moves up to the others that need somebody to choose, and so does the reader.
      if (isBeside) showTitle();
      setProblem(null);
      return null;
    } catch (cause) {
      say(null);
      return cause instanceof Refusal ? cause : new Refusal('other');
    } finally {
      live.refresh();
    }
  };
  const write = async (shown: DossierAnswer, key: string, value: string) => {
    const refusal = await edit(shown, { put: { key, value } }, key);
    return refusal && t(refusal.key);
  };
  const takeOut = (what: TakenOut) => {
    api.refound(document, keyOf(what)).then(
      (anew) => (setProblem(null), go({ page: 'dossiers', dossier: anew })),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    ).finally(live.refresh);
  };
  const give = () => {
    api.exportPerson(document).then(
      (given) => (setProblem(null), setExported(given)),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    );
  };
  const actions = (
    <Button icon={FileDown} onPress={give}>
      {t('desk.export')}
    </Button>
  );
  const hamlet = [...(hamlets.value ?? [])].find(({ unit }) => unit === answer?.unit)?.name ?? path.value?.at(-1)?.name ?? '';
  const view = answer && dossierView(answer, hamlet, frame.now, text);
  return (
    <ConsolePage
      onSignOut={onSignOut}
      frame={frame}
      path={path.value ?? []}
      title={view === null ? t('console.dossiers') : view.name || t('people.no-name')}
      onPage={(page) => go({ page: page as PlaceName })}
      onUnit={() => go({})}
      actions={actions}
    >
      <ProblemNote problem={problem ?? read.problem} />
      <div role="status" class="page-alert">
        {said === 'beside' && (
          <Note icon={EqualNot} tone="act">
            {t('desk.beside')}
          </Note>
        )}
      </div>
      {view === null && read.problem === null && <Loading />}
      {exported && <PersonExport answer={exported} now={frame.now} onClose={() => setExported(null)} />}
      {answer && view && (
        <p class="small soft">
          {t('desk.code')}: <span class="code">{answer.document}</span>
        </p>
      )}
      {answer && view && (
        <Dossier
          view={view}
          onBack={() => go({})}
          onBusy={setBusy}
          onWrite={(key, value) => write(answer, key, value)}
          onChoose={(key, op) => void edit(answer, { choose: { key, op } }, key).then(setProblem)}
          onVoid={(event, reason) => void edit(answer, { void: { event, reason } }, null).then(setProblem)}
          onTakeOut={me.may.includes('refound') ? takeOut : undefined}
        />
      )}
      {said && said !== 'beside' && <Toast sentence={t(`desk.${said}`)} onGone={() => say(null)} />}
    </ConsolePage>
  );
}

/** Whether somebody wrote another value while this page showed one. */
function isNewConflict(shown: DossierAnswer, now: DossierAnswer, key: string | null): boolean {
  const conflicted = (dossier: DossierAnswer) => dossier.fields.some((field) => field.key === key && field.is_conflicted);
  return conflicted(now) && !conflicted(shown);
}
