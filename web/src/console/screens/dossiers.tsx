/** The dossiers of a commune. Roles without names see totals only. */
import './dossiers.css';
import type { ComponentChildren } from 'preact';
import { Eye, Search } from '../../design/icons.tsx';
import { Note } from '../../parts/card.tsx';
import { StateChip } from '../../parts/chip.tsx';
import { Field } from '../../parts/field.tsx';
import { MiniTrack, Name, trackWords } from '../../parts/person.tsx';
import { ConsolePage } from '../../parts/side.tsx';
import type { Column } from '../../parts/table.tsx';
import { Table } from '../../parts/table.tsx';
import type { DocumentId, Funnel, Track } from '../../field/model.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { ExportTable } from '../api.ts';
import type { DossierColumn, DossierLine, DossiersView, Page } from '../model.ts';

export interface DossiersProps {
  view: DossiersView;
  onPage: (page: Page) => void;
  onUnit: (unit: string) => void;
  onSearch: (text: string) => void;
  onSort: (column: DossierColumn) => void;
  onOpen: (document: DocumentId) => void;
  onSignOut?: () => void;
  /** Beside the search. */
  choices?: ComponentChildren;
  /** Beside the title. */
  actions?: ComponentChildren;
  /** Above the list. */
  children?: ComponentChildren;
}

export function Dossiers(props: DossiersProps) {
  const { view } = props;
  const text = useText();
  const { t } = text;
  return (
    <ConsolePage
      frame={view.frame}
      path={view.path}
      title={t('dossiers.title', { unit: view.unit })}
      onPage={props.onPage}
      onUnit={props.onUnit}
      onSignOut={props.onSignOut}
      actions={props.actions}
    >
      {view.lines === null ? (
        <Note icon={Eye} tone="here">
          {t('dossiers.totals-only')} · {t('people.count', { n: view.all })}
        </Note>
      ) : (
        <>
          <div class="dossiers-search">
            <Field label={t('dossiers.search')} value={view.query} onInput={props.onSearch} />
            <p class="small soft" role="status">
              {t('people.count', { n: view.fitting })} / {t('people.count', { n: view.all })}
            </p>
            {props.choices}
          </div>
          {props.children}
          <section class="card">
            {view.lines.length === 0 ? (
              <p class="nothing-found soft">
                <Search size={20} /> {t('dossiers.none')}
              </p>
            ) : (
              <Table
                label={t('dossiers.table')}
                columns={columns(text)}
                rows={view.lines}
                keyOf={(line) => line.document}
                sort={view.sort}
                onSort={(column) => isSortable(column) && props.onSort(column)}
                onOpen={(line) => props.onOpen(line.document)}
              />
            )}
          </section>
        </>
      )}
    </ConsolePage>
  );
}

type ColumnId = DossierColumn | 'number' | Funnel | 'reason' | 'state';

function isSortable(column: ColumnId): column is DossierColumn {
  return column === 'name' || column === 'birth' || column === 'hamlet';
}

function columns(text: Text): Column<DossierLine, ColumnId>[] {
  const { t } = text;
  return [
    { id: 'name', name: t('dossiers.col.name'), isHead: true, isSortable: true, cell: (line) => <Name name={line.name} /> },
    {
      id: 'birth', name: t('dossiers.col.birth'), isNumber: true, isSortable: true,
      cell: (line) => [line.birthYear ?? t('none'), line.sex && t(`sex.${line.sex}`)].filter(Boolean).join(' · '),
    },
    { id: 'number', name: t('dossiers.col.number'), cell: (line) => (line.last3 === null ? t('none') : `••• ${line.last3}`) },
    { id: 'hamlet', name: t('dossiers.col.hamlet'), isSortable: true, cell: (line) => line.hamlet },
    { id: 'card', name: t('dossiers.col.card'), cell: (line) => <TrackCell funnel="card" track={line.card} text={text} /> },
    { id: 'eid', name: t('dossiers.col.eid'), cell: (line) => <TrackCell funnel="eid" track={line.eid} text={text} /> },
    {
      id: 'reason', name: t('dossiers.col.reason'),
      cell: (line) => (line.reason === null ? t('none') : t(`reason.${line.reason}` as 'reason.z-other')),
    },
    {
      id: 'state', name: t('dossiers.col.state'),
      cell: (line) => (line.state === 'received' ? t('none') : <StateChip state={line.state} short />),
    },
  ];
}

function TrackCell({ funnel, track, text }: { funnel: Funnel; track: Track; text: Text }) {
  return (
    <span class="track-cell">
      <MiniTrack track={track} />
      <span>{trackWords(funnel, track, text)}</span>
    </span>
  );
}

/** Every line as a table for a file; it names people, so the server writes down that it left. */
export function dossierTable(lines: DossierLine[], title: string, text: Text): ExportTable {
  const { t } = text;
  const names = columns(text).map(({ name }) => name);
  const rows = lines.map((line) => [
    line.name,
    [line.birthYear, line.sex && t(`sex.${line.sex}`)].filter(Boolean).join(' · '),
    line.last3,
    line.hamlet,
    trackWords('card', line.card, text),
    trackWords('eid', line.eid, text),
    line.reason === null ? null : t(`reason.${line.reason}` as 'reason.z-other'),
    line.state === 'received' ? null : t('state.conflict'),
  ]);
  return { title, columns: names.map((name) => ({ name })), rows };
}
