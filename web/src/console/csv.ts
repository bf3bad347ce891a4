/** A shown table as a file for spreadsheets. */

export type Cell = string | number | null;

/** UTF-8 with its mark, commas, every text quoted; an unknown value is an empty cell. */
export function csv(rows: readonly Cell[][]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  // Spreadsheets would compute a text that begins so.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Gives the text as a file to the reader. */
export function download(name: string, text: string): void {
  handOver(name, new Blob([text], { type: 'text/csv;charset=utf-8' }));
}

/** Gives the file to the reader. */
export function handOver(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
