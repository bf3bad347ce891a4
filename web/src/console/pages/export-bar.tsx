/** The table in view as a file: which kind, and the button; the server writes down that it left. */
import { useState } from 'preact/hooks';
import { Download } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { useText } from '../../text/text.ts';
import type { Api, ExportTable, FileKind, ListName } from '../api.ts';
import { FILE_KINDS, Refusal } from '../api.ts';
import { handOver } from '../csv.ts';
import { dayOf } from '../time.ts';
import { Select } from './page-parts.tsx';

export interface ExportBarProps {
  api: Api;
  list: ListName;
  unit: number;
  now: number;
  /** Every row of it, as filtered. */
  table: () => Promise<ExportTable>;
  /** What choice and button are called, where a page has more than one such bar. */
  words?: { kind: string; save: string };
  /** `null`: it is done. */
  onProblem: (problem: Refusal | null) => void;
}

export function ExportBar({ api, list, unit, now, table, words, onProblem }: ExportBarProps) {
  const { t } = useText();
  const [kind, setKind] = useState<FileKind>('csv');
  const save = async () => {
    try {
      const file = await api.export({ unit, kind, list, is_public: false, table: await table() });
      handOver(`sampan-${list}-${unit}-${dayOf(now)}.${kind}`, file);
      onProblem(null);
    } catch (cause) {
      onProblem(cause instanceof Refusal ? cause : new Refusal('other'));
    }
  };
  return (
    <span class="page-buttons">
      <Select
        label={words?.kind ?? t('export.kind')}
        chosen={kind}
        options={FILE_KINDS.map((id) => ({ id, name: t(`export.kind.${id}`) }))}
        onChoose={(id) => setKind(id as FileKind)}
      />
      <Button icon={Download} onPress={() => void save()}>
        {words?.save ?? t('console.export')}
      </Button>
    </span>
  );
}
