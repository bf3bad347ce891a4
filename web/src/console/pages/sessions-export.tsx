/** Sessions and attendances of a unit as files: one row each, without anybody's name. */
import { useState } from 'preact/hooks';
import { Note } from '../../parts/card.tsx';
import { Info } from '../../design/icons.tsx';
import { number } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { Api, ExportTable, Refusal, ServicesAnswer, SessionsAnswer } from '../api.ts';
import { ExportBar } from './export-bar.tsx';
import { ProblemNote, Select } from './page-parts.tsx';

const LISTS = ['sessions', 'attendances'] as const;
type List = (typeof LISTS)[number];

/** Rows of one file, as the server takes them. */
const ROWS_MAX = 10_000;

export interface SessionsExportProps {
  api: Api;
  unit: number;
  now: number;
  /** `yyyy-mm-dd`; `null`: today. */
  day: string | null;
  services: ServicesAnswer;
}

export function SessionsExport({ api, unit, now, day, services }: SessionsExportProps) {
  const text = useText();
  const { t, language } = text;
  const [list, choose] = useState<List>('sessions');
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [leftOut, setLeftOut] = useState(0);
  const table = async () => {
    const answer = await api.sessions(unit, day);
    const { file, left } = list === 'sessions' ? sessionsTable(answer, services, text) : attendancesTable(answer, services, text);
    setLeftOut(left);
    return file;
  };
  return (
    <section class="card" data-part="sessions-export">
      <h2 class="page-head">{t('sessions.title')}</h2>
      <p class="page-head soft">{t('sessions.about')}</p>
      <p class="page-head page-buttons">
        <Select
          label={t('sessions.list')}
          chosen={list}
          options={LISTS.map((id) => ({ id, name: t(`indicator.${id}`) }))}
          onChoose={(id) => choose(id as List)}
        />
        <ExportBar
          api={api} list={list} unit={unit} now={now} table={table} onProblem={setProblem}
          words={{ kind: t('sessions.kind'), save: t('sessions.save') }}
        />
      </p>
      <ProblemNote problem={problem} />
      {leftOut > 0 && (
        <Note icon={Info} tone="act">
          {t('sessions.left-out', { n: number(leftOut, language) })}
        </Note>
      )}
    </section>
  );
}

interface Cut {
  file: ExportTable;
  /** Rows that are not in it. */
  left: number;
}

/** One row for each session. */
export function sessionsTable(answer: SessionsAnswer, services: ServicesAnswer, text: Text): Cut {
  const { t } = text;
  const names = ['breakdown.day', 'sessions.began', 'progress.col.unit', 'breakdown.place', 'breakdown.shift', 'breakdown.team', 'obstacles.kind', 'services.service'] as const;
  const rows = answer.sessions.map((one) => [
    one.day, one.began, one.unit_name, one.place, one.shift, one.team,
    one.kind === null ? null : worded(`session-kind.${one.kind}`, one.kind, text),
    one.services.map((service) => serviceWords(service, services, text)).join('; '),
    one.attendances, one.outcomes.length, one.has_obstacles ? t('obstacles.obstacle') : null,
  ]);
  const columns = [
    ...names.map((name) => ({ name: t(name) })),
    { name: t('indicator.attendances'), counts_people: true },
    { name: t('services.guided'), counts_people: true },
    { name: t('obstacles.obstacle') },
  ];
  return { file: { title: t('indicator.sessions'), columns, rows }, left: answer.left_out };
}

/** One row for each person guided, told by what came of it. */
export function attendancesTable(answer: SessionsAnswer, services: ServicesAnswer, text: Text): Cut {
  const { t } = text;
  const names = ['breakdown.day', 'progress.col.unit', 'breakdown.place', 'breakdown.shift', 'breakdown.team', 'services.service', 'sessions.result', 'sessions.reason'] as const;
  const rows = answer.sessions.flatMap((one) =>
    one.outcomes.map(({ day, service, result, reason }) => [
      day, one.unit_name, one.place, one.shift, one.team,
      serviceWords(service, services, text),
      worded(RESULTS[result] ?? '', result, text),
      reason === null ? null : worded(`reason.${reason}`, reason, text),
    ]),
  );
  const columns = names.map((name) => ({ name: t(name) }));
  return {
    file: { title: t('indicator.attendances'), columns, rows: rows.slice(0, ROWS_MAX) },
    left: answer.left_out + Math.max(0, rows.length - ROWS_MAX),
  };
}

const RESULTS: Record<string, string> = {
  submitted: 'result.submitted', activated: 'result.done', draft: 'result.draft', rescheduled: 'result.later',
  referred: 'result.referred', blocked: 'result.blocked', declined: 'result.declined',
};

/** The words of a key that a later server may not have told us of. */
function worded(key: string, otherwise: string, { t }: Text): string {
  return isPlainKey(key) ? t(key) : otherwise;
}

function serviceWords(service: number, { services }: ServicesAnswer, text: Text): string {
  const known = services.find((one) => one.service === service);
  return known === undefined ? text.t('service.other') : worded(`service.${known.name}`, text.t('service.other'), text);
}
