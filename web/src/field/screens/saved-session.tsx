/** A guidance session that was saved: who was there and what came of it, and how it is put right. */
import { MessagesSquare, OctagonMinus, PencilLine, Users } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Card, Note, Row } from '../../parts/card.tsx';
import { Name } from '../../parts/person.tsx';
import { StateWord } from '../../parts/meaning.tsx';
import { Screen } from '../../parts/shell.tsx';
import { moment } from '../../text/format.ts';
import { resultWord, serviceWord } from '../../text/said.ts';
import { capital, useText } from '../../text/text.ts';
import type { DocumentId, SavedSessionView } from '../model.ts';

export interface SavedSessionProps {
  view: SavedSessionView;
  onOpen: (document: DocumentId) => void;
  onCorrect: () => void;
  onBack: () => void;
}

export function SavedSession({ view, onOpen, onCorrect, onBack }: SavedSessionProps) {
  const text = useText();
  const { t, language } = text;
  const sub = `${t(`session-kind.${view.where}`)} · ${moment(view.at, view.now, language)}`;
  const correct = view.isMine && (
    <Button look="primary" wide icon={PencilLine} onPress={onCorrect}>{t('session.correct')}</Button>
  );
  return (
    <Screen bar={<Bar title={serviceWord(view.service, text)} sub={sub} leave={{ by: 'arrow', onLeave: onBack }} />} actions={correct}>
      {view.state !== 'received' && <p><StateWord state={view.state} /></p>}
      <Card icon={Users} title={t('guidance.people', { people: view.people.length, times: view.attendances })} group>
        <ul>
          {view.people.map((person) => (
            <Row
              key={person.document}
              icon={MessagesSquare}
              title={<Name name={person.name} />}
              sub={
                <>
                  {person.birthYear !== null && `${person.birthYear} · `}
                  {resultWord(person.result ?? 'other', view.service, text)}
                  {person.reason !== null && `: ${t(`reason.${person.reason}` as 'reason.z-other')}`}
                </>
              }
              onOpen={() => onOpen(person.document)}
            />
          ))}
        </ul>
        {view.others > 0 && <p class="card-body soft">{t('session.counted', { n: view.others })}</p>}
      </Card>
      {view.obstacles !== '' && <Note icon={OctagonMinus} tone="act">{view.obstacles}</Note>}
      {view.note !== '' && <Note icon={PencilLine}>{view.note}</Note>}
      <p class="small soft">{capital(t('session.by', { who: view.by }))}</p>
    </Screen>
  );
}
