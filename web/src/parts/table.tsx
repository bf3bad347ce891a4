/** A table of the console; on narrow screens each row is a card. */
import './table.css';
import type { ComponentChildren } from 'preact';
import { ArrowUp, ArrowUpDown } from '../design/icons.tsx';
import { useText } from '../text/text.ts';

export interface Column<Row, Id extends string> {
  id: Id;
  name: string;
  /** Numbers stand at the right. */
  isNumber?: boolean;
  /** Names the row. Exactly one column does. */
  isHead?: boolean;
  isSortable?: boolean;
  cell: (row: Row) => ComponentChildren;
}

export interface TableProps<Row, Id extends string> {
  /** Says what the table holds. */
  label: string;
  columns: Column<Row, Id>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  sort?: { column: Id; descending: boolean };
  onSort?: (column: Id) => void;
  onOpen?: (row: Row) => void;
}

export function Table<Row, Id extends string>(props: TableProps<Row, Id>) {
  const { label, columns, rows, keyOf } = props;
  return (
    <table class="table" aria-label={label}>
      <thead>
        <tr>
          {columns.map((column) => (
            <HeadCell key={column.id} column={column} {...props} />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {columns.map((column) => (
              <BodyCell key={column.id} column={column} row={row} onOpen={props.onOpen} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type HeadCellProps<Row, Id extends string> = TableProps<Row, Id> & { column: Column<Row, Id> };

function HeadCell<Row, Id extends string>({ column, sort, onSort }: HeadCellProps<Row, Id>) {
  const { t } = useText();
  const kind = column.isNumber ? 'number' : '';
  if (!column.isSortable || !onSort) return <th scope="col" class={kind}>{column.name}</th>;
  const order = sort?.column === column.id ? (sort.descending ? 'descending' : 'ascending') : 'none';
  const Drawn = order === 'none' ? ArrowUpDown : ArrowUp;
  return (
    <th scope="col" class={kind} aria-sort={order}>
      <button type="button" class="table-sort" onClick={() => onSort(column.id)}>
        {column.name} <Drawn size={15} />
        <span class="unseen">, {t('table.sort', { column: column.name })}</span>
      </button>
    </th>
  );
}

interface BodyCellProps<Row, Id extends string> {
  column: Column<Row, Id>;
  row: Row;
  onOpen: ((row: Row) => void) | undefined;
}

function BodyCell<Row, Id extends string>({ column, row, onOpen }: BodyCellProps<Row, Id>) {
  const kind = [column.isNumber && 'number', `col-${column.id}`].filter(Boolean).join(' ');
  if (!column.isHead) {
    return (
      <td class={kind} data-name={column.name}>
        {column.cell(row)}
      </td>
    );
  }
  return (
    <th scope="row" class={kind}>
      {onOpen ? (
        <button type="button" class="table-open" onClick={() => onOpen(row)}>
          {column.cell(row)}
        </button>
      ) : (
        column.cell(row)
      )}
    </th>
  );
}
