/** Everything that was written in a dossier: when, by whom, what. Nothing is ever taken out of it. */
import { History as Clock } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Card, Row } from '../../parts/card.tsx';
import { Name } from '../../parts/person.tsx';
import { StateWord } from '../../parts/meaning.tsx';
import { Screen } from '../../parts/shell.tsx';
import { moment } from '../../text/format.ts';
import { saidWords } from '../../text/said.ts';
import { capital, useText } from '../../text/text.ts';
import type { HistoryView } from '../model.ts';

export interface HistoryProps {
  view: HistoryView;
  onBack: () => void;
}

export function History({ view, onBack }: HistoryProps) {
  const text = useText();
  const { t, language } = text;
  return (
    <Screen bar={<Bar title={t('dossier.history')} sub={<Name name={view.name} />} leave={{ by: 'arrow', onLeave: onBack }} />}>
      <Card title={t('dossier.history.count', { n: view.entries.length })}>
        <ul>
          {view.entries.map((entry) => (
            <Row
              key={entry.id}
              icon={Clock}
              tile={false}
              title={capital(`${moment(entry.at, view.now, language)} · ${entry.by}`)}
              sub={
                <>
                  {entry.said.map((said, index) => (
                    <div key={index}>{saidWords(said, text)}</div>
                  ))}
                  {entry.state !== 'received' && (
                    <div>
                      <StateWord state={entry.state} />
                    </div>
                  )}
                </>
              }
            />
          ))}
        </ul>
      </Card>
    </Screen>
  );
}
