/** Who did and looked at what, the newest first, and whether anybody changed that record since. */
import { useState } from 'preact/hooks';
import { CircleCheck, OctagonAlert, ScanLine } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/card.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import { clock, fullDay, moment } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { AuditAnswer, ExportTable, VerifiedAnswer } from '../api.ts';
import { Refusal } from '../api.ts';
import type { PlaceName } from '../place.ts';
import type { PageProps } from '../signed-in.ts';
import { minuteOf } from '../time.ts';
import { useAnswer } from '../use-answer.ts';
import { ExportBar } from './export-bar.tsx';
import { Loading, ProblemNote } from './page-parts.tsx';

/** Lines at first, and with each step back. */
const LINES = 100;
/** As many as the server gives at once. */
const LINES_MAX = 1_000;

export function AuditPage({ api, me, go, frame, live, onSignOut }: PageProps) {
  const text = useText();
  const { t } = text;
  const [last, setLast] = useState(LINES);
  const [verified, setVerified] = useState<VerifiedAnswer | null>(null);
  const [problem, setProblem] = useState<Refusal | null>(null);
  const lines = useAnswer(`audit ${last}`, live.version, () => api.audit(last));
  const verify = () => {
    api.verifyAudit().then(
      (answer) => (setProblem(null), setVerified(answer)),
      (cause: unknown) => setProblem(cause instanceof Refusal ? cause : new Refusal('other')),
    );
  };
  const newestFirst = [...(lines.value ?? [])].reverse();
  const actions = (
    <>
      <ExportBar api={api} list="audit" unit={me.units[0]?.unit ?? 0} now={frame.now} table={() => Promise.resolve(table(newestFirst, text))} onProblem={setProblem} />
      <Button look="primary" icon={ScanLine} onPress={verify}>
        {t('audit.verify')}
      </Button>
    </>
  );
  const mayGoBack = newestFirst.length === last && last < LINES_MAX;
  return (
    <ConsolePage onSignOut={onSignOut} frame={frame} title={t('audit.title')} actions={actions} onPage={(page) => go({ page: page as PlaceName })}>
      <ProblemNote problem={problem ?? lines.problem} />
      <div role="status" class="page-alert">
        {verified && <Verified answer={verified} />}
      </div>
      {lines.value === null && lines.problem === null && <Loading />}
      {lines.value && (
        <section class="card">
          <h2 class="page-head">{t('audit.lines')}</h2>
          <Table label={t('audit.lines')} columns={columns(frame.now, text)} rows={newestFirst} keyOf={({ n }) => String(n)} />
          {mayGoBack && (
            <div class="page-body">
              <Button onPress={() => setLast(Math.min(last + LINES, LINES_MAX))}>{t('audit.earlier')}</Button>
            </div>
          )}
        </section>
      )}
    </ConsolePage>
  );
}

function Verified({ answer }: { answer: VerifiedAnswer }) {
  const { t } = useText();
  const { is_clean, entries, heads, head } = answer;
  const broken = answer.bad_entries + answer.broken_heads + answer.foreign_heads;
  return (
    <section class="card page-body">
      {is_clean ? (
        <Note icon={CircleCheck} tone="good">
          {t('audit.clean', { n: entries, heads })}
        </Note>
      ) : (
        <Note icon={OctagonAlert} tone="bad">
          {t('audit.broken', { n: broken })}
        </Note>
      )}
      <p class="small soft">{t('audit.head')}</p>
      <p class="invite-link small" data-part="head">
        {head}
      </p>
    </section>
  );
}

function columns(now: number, text: Text): Column<AuditAnswer, string>[] {
  const { t, language } = text;
  return [
    { id: 'n', name: t('audit.col.n'), isNumber: true, cell: ({ n }) => n },
    { id: 'at', name: t('audit.col.at'), cell: ({ at }) => moment(minuteOf(at), now, language) },
    { id: 'who', name: t('audit.col.who'), cell: ({ who }) => <span class="code">{whoWords(who, text)}</span> },
    { id: 'act', name: t('audit.col.act'), isHead: true, cell: ({ kind }) => actWords(kind, text) },
    { id: 'about', name: t('audit.col.about'), cell: ({ about }) => <span class="code">{about ?? t('none')}</span> },
  ];
}

function table(lines: AuditAnswer[], text: Text): ExportTable {
  const { t } = text;
  const names = [t('audit.col.n'), t('audit.col.at'), t('audit.col.who'), t('audit.col.act'), t('audit.col.about')];
  const rows = lines.map(({ n, at, who, kind, about }) => [
    n, `${fullDay(minuteOf(at))} ${clock(minuteOf(at))}`, whoWords(who, text), actWords(kind, text), about,
  ]);
  return { title: t('audit.lines'), columns: names.map((name) => ({ name })), rows };
}

function whoWords(who: string, { t }: Text): string {
  const key = `audit.who.${who}`;
  return isPlainKey(key) ? t(key) : who;
}

function actWords(kind: string, { t }: Text): string {
  const key = `audit.act.${kind}`;
  return isPlainKey(key) ? t(key) : kind;
}
