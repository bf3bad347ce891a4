/** The dossiers of one commune: looked for by name without marks, opened one at a time. */
import { useEffect, useState } from 'preact/hooks';
import { EqualNot, Info } from '../../design/icons.tsx';
import { Note } from '../../parts/card.tsx';
import { FilterChips } from '../../parts/chip.tsx';
import { useText } from '../../text/text.ts';
import { dossierLine } from '../dossier-views.ts';
import type { Refusal } from '../api.ts';
import type { DossierColumn, DossierLine } from '../model.ts';
import type { PlaceName } from '../place.ts';
import { Dossiers, dossierTable } from '../screens/dossiers.tsx';
import type { PageProps } from '../signed-in.ts';
import { useAnswer } from '../use-answer.ts';
import { DossierPage } from './dossier-page.tsx';
import { ExportBar } from './export-bar.tsx';
import { Loading, ProblemNote, Select } from './page-parts.tsx';

/** Between two letters of somebody who types; the server opens a commune's rows for each question. */
const TYPING_MS = 200;

export function DossiersPage(props: PageProps) {
  // Kept while a dossier is open, and nowhere else: what is looked for is a person's name.
  const [query, setQuery] = useState('');
  const { place } = props;
  return place.dossier === null ? (
    <List {...props} query={query} onQuery={setQuery} />
  ) : (
    <DossierPage key={place.dossier} {...props} document={place.dossier} />
  );
}

type ListProps = PageProps & { query: string; onQuery: (query: string) => void };

function List({ api, units, live, place, go, frame, query, onQuery, onSignOut }: ListProps) {
  const text = useText();
  const { t } = text;
  const [problem, setProblem] = useState<Refusal | null>(null);
  const [sort, setSort] = useState<{ column: DossierColumn; descending: boolean }>({ column: 'name', descending: false });
  const [only, setOnly] = useState<'conflicted' | null>(null);
  const asked = useSettled(query);
  const unit = place.path.at(-1)!;
  const found = useAnswer(`dossiers ${unit} ${only} ${asked}`, live.version, () => api.dossiers(unit, asked, only));
  const path = useAnswer(`path ${place.path}`, 0, () => units.named(place.path, null));
  const hamlets = useAnswer(`hamlets ${place.path}`, 0, () => units.below(place.path[0] ?? null, null));
  const hamletName = (id: number) => [...(hamlets.value ?? []), ...(path.value ?? []).map((one) => ({ unit: Number(one.id), name: one.name }))]
    .find((one) => one.unit === id)?.name ?? String(id);
  const list = found.value;
  const lines = list?.lines.map((line) => dossierLine(line, hamletName(line.unit))) ?? [];
  const top = path.value?.[0];
  const choice = hamlets.value && hamlets.value.length > 0 && top && (
    <Select
      label={t('desk.hamlet')}
      chosen={place.path.length > 1 ? String(unit) : ''}
      options={[{ id: '', name: t('desk.all-hamlets', { unit: top.name }) }, ...hamlets.value.map((one) => ({ id: String(one.unit), name: one.name }))]}
      onChoose={(id) => go({ path: id === '' ? place.path.slice(0, 1) : [...place.path.slice(0, 1), Number(id)] })}
    />
  );
  const file = async () => {
    const every = await api.allDossiers(unit, asked, only);
    const all = every.lines.map((line) => dossierLine(line, hamletName(line.unit)));
    return dossierTable(sorted(all, sort), t('dossiers.title', { unit: path.value?.at(-1)?.name ?? '' }), text);
  };
  return (
    <Dossiers
      actions={<ExportBar api={api} list={only === null ? 'dossiers' : 'conflicts'} unit={unit} now={frame.now} table={file} onProblem={setProblem} />}
      view={{
        frame,
        path: path.value ?? [],
        unit: path.value?.at(-1)?.name ?? '',
        query,
        lines: sorted(lines, sort),
        fitting: list?.fitting ?? 0,
        all: list?.all ?? 0,
        sort,
      }}
      choices={
        <>
          {choice}
          <FilterChips
            label={t('desk.filter')}
            chips={[{ id: 'conflicted', name: t('state.conflict'), icon: EqualNot }]}
            chosen={only === null ? [] : [only]}
            onToggle={() => setOnly(only === null ? 'conflicted' : null)}
          />
        </>
      }
      onSignOut={onSignOut}
      onPage={(page) => go({ page: page as PlaceName })}
      onUnit={(id) => go({ path: place.path.slice(0, place.path.indexOf(Number(id)) + 1) })}
      onSearch={onQuery}
      onSort={(column) => setSort({ column, descending: column === sort.column && !sort.descending })}
      onOpen={(document) => go({ dossier: document })}
    >
      <ProblemNote problem={problem ?? found.problem} />
      {list === null && found.problem === null && <Loading />}
      {list && list.fitting > list.lines.length && <Note icon={Info}>{t('desk.more', { n: list.fitting - list.lines.length })}</Note>}
    </Dossiers>
  );
}

/** The server's own order is by name; others are of what is listed. */
function sorted(lines: DossierLine[], { column, descending }: { column: DossierColumn; descending: boolean }): DossierLine[] {
  const by = {
    name: () => 0,
    birth: (a: DossierLine, b: DossierLine) => (a.birthYear ?? 0) - (b.birthYear ?? 0),
    hamlet: (a: DossierLine, b: DossierLine) => a.hamlet.localeCompare(b.hamlet, 'vi', { numeric: true }),
  };
  const ordered = [...lines].sort(by[column]);
  return descending ? ordered.reverse() : ordered;
}

/** What was typed, once nothing more comes for a moment. */
function useSettled(typed: string): string {
  const [settled, settle] = useState(typed);
  useEffect(() => {
    const timer = setTimeout(() => settle(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return settled;
}
