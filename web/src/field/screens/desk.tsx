/** At a desk: one person after another, found by digits or a card, and what came of it in one tap. */
import type { Icon } from '../../design/icons.tsx';
import {
  BadgeCheck, CalendarClock, Clock, CornerDownRight, Landmark, Minus, Plus, ScanLine, Search, Send, Users, WifiOff,
} from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice, IconButton } from '../../parts/button.tsx';
import { Card, Note } from '../../parts/card.tsx';
import { Choices } from '../../parts/field.tsx';
import { ResidentRow } from '../../parts/person.tsx';
import { Screen } from '../../parts/shell.tsx';
import { resultWord, serviceWord } from '../../text/said.ts';
import { clock } from '../../text/format.ts';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { LocalMinute, PeopleView, ResidentLine, ResultName, ServiceName, SoughtView } from '../model.ts';
import { SearchBox } from './people.tsx';
import './session.css';

export interface DeskProps {
  view: PeopleView;
  typed: string;
  waiting: number;
  service: ServiceName;
  services: ServiceName[];
  person: ResidentLine | null;
  /** When the person leaves this phone again, if they are only lent. */
  until: LocalMinute | null;
  /** What the server said of the number that was asked for. */
  sought: SoughtView;
  /** Whether what was typed is a whole number, which the server may be asked for. */
  mayAsk: boolean;
  hasSignal: boolean;
  onAsk: () => void;
  onSearch: (text: string) => void;
  onScan: () => void;
  onWaiting: (waiting: number) => void;
  onService: (service: ServiceName) => void;
  onPick: (line: ResidentLine | null) => void;
  /** Saves at once; nobody named is only counted. */
  onResult: (result: ResultName) => void;
  onOpen: (document: string) => void;
  onBack: () => void;
}

/** More people than one desk can see: who is looked for is looked for by more digits. */
const SHOWN_MAX = 5;

const RESULTS: { result: ResultName; icon: Icon }[] = [
  { result: 'done', icon: BadgeCheck }, { result: 'draft', icon: CornerDownRight }, { result: 'later', icon: CalendarClock },
  { result: 'referred', icon: Send },
];

export function Desk(props: DeskProps) {
  const { view, typed, person } = props;
  const text = useText();
  const { t } = text;
  const bar = (
    <Bar title={t('desk.title')} sub={view.hamlet} leave={{ by: 'arrow', onLeave: props.onBack }}>
      <SearchBox text={typed} onSearch={props.onSearch} label={t('desk.search')} />
    </Bar>
  );
  return (
    <Screen bar={bar}>
      <Waiting {...props} />
      <Choices label={t('session.step.what')}>
        {props.services.map((one) => (
          <Choice key={one} chosen={props.service === one} onPress={() => props.onService(one)}>{serviceWord(one, text)}</Choice>
        ))}
      </Choices>
      {person !== null ? (
        <Card>
          <ResidentRow line={person} now={view.now} onOpen={() => props.onOpen(person.document)} />
          {props.until !== null && <Note icon={Clock} tone="wait">{t('desk.lent', { time: clock(props.until) })}</Note>}
          <Outcomes {...props} label={person.name} />
          <div class="card-body"><Button look="quiet" onPress={() => props.onPick(null)}>{t('desk.another')}</Button></div>
        </Card>
      ) : typed.trim() === '' ? (
        <Button icon={ScanLine} onPress={props.onScan}>{t('new.scan')}</Button>
      ) : (
        <Found {...props} />
      )}
    </Screen>
  );
}

function Waiting({ waiting, onWaiting }: DeskProps) {
  const { t } = useText();
  return (
    <section class="others">
      <div class="others-words">
        <h2 class="others-title"><Users size={18} /> {t('desk.queue', { n: waiting })}</h2>
      </div>
      <div class="others-count">
        <IconButton icon={Minus} label={t('session.fewer')} onPress={() => onWaiting(Math.max(waiting - 1, 0))} />
        <output class="others-number">{waiting}</output>
        <IconButton icon={Plus} label={t('session.more')} onPress={() => onWaiting(waiting + 1)} />
      </div>
    </section>
  );
}

function Found(props: DeskProps) {
  const { view, onPick } = props;
  const { t } = useText();
  if (view.count > 0) {
    return (
      <Card title={t('people.count', { n: view.count })} group>
        {view.lines.slice(0, SHOWN_MAX).map((line) => (
          <ResidentRow key={line.document} line={line} now={view.now} onOpen={() => onPick(line)} />
        ))}
      </Card>
    );
  }
  return (
    <>
      <AskServer {...props} />
      <Card icon={Users} title={t('desk.none')} group>
        <Outcomes {...props} label={t('desk.none')} />
      </Card>
    </>
  );
}

/** One person by the whole number, only where the server can be heard; every question is written down there. */
function AskServer(props: DeskProps) {
  const { sought, mayAsk, hasSignal, onAsk } = props;
  const { t } = useText();
  const answer = answerWords(props, t);
  const waits = sought.is === 'asking' || sought.is === 'coming';
  return (
    <Card icon={Search} title={t('desk.none.here')} group>
      <div class="card-body ask-server">
        <div role="status">{answer !== null && <Note icon={hasSignal ? Landmark : WifiOff} tone={waits ? 'move' : 'here'}>{answer}</Note>}</div>
        {hasSignal && !waits && (
          <Button look="primary" wide icon={Landmark} blockedBy={mayAsk ? undefined : t('desk.ask.short')} onPress={onAsk}>
            {t('desk.ask')}
          </Button>
        )}
        {mayAsk && hasSignal && !waits && <p class="small soft">{t('desk.ask.logged')}</p>}
      </div>
    </Card>
  );
}

function answerWords({ sought, hasSignal }: DeskProps, t: Text['t']): string | null {
  if (!hasSignal) return t('desk.ask.no-signal');
  if (sought.is === 'nothing' || sought.is === 'found') return null;
  return sought.is === 'too-often' ? t('desk.ask.too-often', { time: clock(sought.again) }) : t(`desk.ask.${sought.is}`);
}

function Outcomes({ service, onResult, label }: DeskProps & { label: string }) {
  const text = useText();
  return (
    <div class="card-body choices" role="group" aria-label={label}>
      {RESULTS.map(({ result, icon }) => (
        <Choice key={result} icon={icon} chosen={false} onPress={() => onResult(result)}>{resultWord(result, service, text)}</Choice>
      ))}
    </div>
  );
}
