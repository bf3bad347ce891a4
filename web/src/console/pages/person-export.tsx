/** Everything held on one person, to be printed or given out as a file. The server writes that down. */
import './person-export.css';
import { Cross, Download, FileDown } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { moment } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { isPlainKey, useText } from '../../text/text.ts';
import type { ExportAnswer, ExportedDocument, ExportedValue } from '../api.ts';
import { handOver } from '../csv.ts';
import { fieldName, happened, shown } from '../dossier-views.ts';
import { minuteOf } from '../time.ts';

export interface PersonExportProps {
  answer: ExportAnswer;
  now: number;
  onClose: () => void;
}

export function PersonExport({ answer, now, onClose }: PersonExportProps) {
  const { t, language } = useText();
  const save = () => handOver(`sampan-${answer.dossier}.json`, new Blob([JSON.stringify(answer, null, 2)], { type: 'application/json' }));
  return (
    <section class="card page-body person-export" aria-label={t('desk.export.title')}>
      <h2>{t('desk.export.title')}</h2>
      <p class="small soft">
        {t('desk.export.at', { when: moment(minuteOf(answer.exported), now, language) })} <span class="code">{answer.dossier}</span> · {answer.unit_name ?? t('none')}
      </p>
      <div class="page-buttons not-printed">
        <Button look="primary" icon={FileDown} onPress={() => print()}>
          {t('desk.export.print')}
        </Button>
        <Button icon={Download} onPress={save}>
          {t('desk.export.file')}
        </Button>
        <Button look="quiet" icon={Cross} onPress={onClose}>
          {t('app.close')}
        </Button>
      </div>
      {answer.documents.map((one) => (
        <Exported key={one.document} one={one} now={now} />
      ))}
    </section>
  );
}

function Exported({ one, now }: { one: ExportedDocument; now: number }) {
  const text = useText();
  const { t, language } = text;
  const name = `desk.export.${one.kind}`;
  const events = [...one.events, ...one.voided].map((event) => happened(event, text));
  return (
    <>
      <h3>
        {isPlainKey(name) ? t(name) : one.kind} · {t('desk.export.changes', { n: one.changes.length })}
      </h3>
      <Values label={t('desk.fields')} values={one.values} now={now} text={text} />
      {Object.keys(one.before).length > 0 && (
        <>
          <h4>{t('desk.export.before')}</h4>
          <Values label={t('desk.export.before')} values={one.before} now={now} text={text} />
        </>
      )}
      {events.length > 0 && (
        <>
          <h4>{t('dossier.work')}</h4>
          <ul class="held-keys">
            {events.map(({ id, words, at, by, note }) => (
              <li key={id}>
                {words} · {moment(at, now, language)} · {by ?? t('desk.somebody')}
                {note && ` · “${note}”`}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

interface ValuesProps {
  label: string;
  values: Record<string, ExportedValue[]>;
  now: number;
  text: Text;
}

function Values({ label, values, now, text }: ValuesProps) {
  const { t, language } = text;
  const lines = Object.entries(values).flatMap(([key, all]) => all.map((value, index) => ({ key, value, id: `${key} ${index}` })));
  return (
    <table class="table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t('desk.export.what')}</th>
          <th scope="col">{t('desk.export.said')}</th>
          <th scope="col">{t('desk.export.who')}</th>
        </tr>
      </thead>
      <tbody>
        {lines.map(({ key, value: { value, wrote }, id }) => (
          <tr key={id}>
            <th scope="row">{fieldName(key, text)}</th>
            <td data-name={t('desk.export.said')}>{shown(key, value, text) || t('none')}</td>
            <td data-name={t('desk.export.who')}>
              {wrote.by ?? t('desk.somebody')} · {moment(minuteOf(wrote.at), now, language)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
