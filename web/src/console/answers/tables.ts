/** Tables on their way in and out, as the server takes and answers them. */
export const IMPORTED = ['roster', 'cohort', 'steps', 'targets', 'balances'] as const;
export type Imported = (typeof IMPORTED)[number];

export interface ImportOrder {
  what: Imported;
  unit: number;
  source: string;
  /** `yyyy-mm-dd`: the day the table was true on. */
  as_of: string;
  list: string;
  step: string | null;
  indicator: string | null;
  /** The field each column says, blank for none; `null`: as recognised. */
  columns: string[] | null;
  /** In base64. */
  file: string;
}

export interface ImportNote {
  field: string;
  code: string;
  is_error: boolean;
}

export interface ImportRow {
  row: number;
  outcome: 'new' | 'update' | 'known' | 'error';
  notes: ImportNote[];
  shown: [field: string, text: string][];
}

export interface ImportPlan {
  heading_row: number;
  columns: { title: string; field: string | null }[];
  fields: string[];
  is_remembered: boolean;
  missing: string[];
  rows: number;
  new: number;
  update: number;
  known: number;
  errors: number;
  notable: number;
  told: ImportRow[];
}

export interface ImportedAnswer {
  import: string;
  written: number;
  known: number;
  errors: number;
  not_taken: number;
}

export interface ImportAnswer {
  import: string;
  what: Imported;
  unit: number;
  unit_name: string;
  source: string;
  as_of: string;
  list: string;
  by: string | null;
  at: number;
  rows: number;
  documents: number;
  unknown: number;
  is_undone: boolean;
  may_undo: boolean;
}

export interface UndoneAnswer {
  taken_back: number;
  kept: number;
}

export const FILE_KINDS = ['csv', 'xlsx', 'json'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export interface ExportTable {
  title: string;
  columns: { name: string; counts_people?: boolean; is_derived?: boolean }[];
  rows: (string | number | null)[][];
}

/** Tables of the console; all but figures may name people or phones, and none of those is public. */
export type ListName = 'progress' | 'devices' | 'held' | 'sessions' | 'attendances' | 'dossiers' | 'conflicts' | 'doubles' | 'audit';

export interface ExportOrder {
  unit: number;
  list?: ListName;
  kind: FileKind;
  /** Small counts are hidden. */
  is_public: boolean;
  table: ExportTable;
}
