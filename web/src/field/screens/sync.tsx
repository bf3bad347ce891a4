/** Send and receive: where every record is, what to do about it, and other ways to send. */
import './sync.css';
import { useRef, useState } from 'preact/hooks';
import type { Icon } from '../../design/icons.tsx';
import {
  ArrowUp, CircleCheck, CircleHelp, Download, FileDown, Hourglass, Landmark, OctagonAlert, Puzzle, QrCode, Radio,
  Sailboat, Smartphone, Undo2, WifiOff,
} from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button, Choice, IconButton } from '../../parts/button.tsx';
import { Card, Note, Row } from '../../parts/card.tsx';
import { Screen } from '../../parts/shell.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { day, moment, number } from '../../text/format.ts';
import { outcomeText } from '../../text/outcomes.ts';
import type { Text } from '../../text/text.ts';
import { capital, useText } from '../../text/text.ts';
import type { TakenIn } from '../brain.ts';
import { takenWords } from './carry.tsx';
import type { LocalMinute, RecordState, SyncSummary, SyncView, Tab } from '../model.ts';

export interface SyncProps {
  view: SyncView;
  onTab: (tab: Tab) => void;
  onSend: () => void;
  onRefused: () => void;
  /** About one state, or about all. */
  onHelp: (state?: RecordState) => void;
  /** Resolves to whether the file was taken. */
  onFile: () => Promise<boolean>;
  onBrought: (file: File) => Promise<TakenIn>;
  /** The data saver on or off. */
  onSpare: (isOn: boolean) => void;
  /** The coordinator knows of the copy. */
  onCopyTold: () => void;
  /** Forget the list and begin again by a new invite. */
  onLeave: () => void;
  /** The other ways by hand. */
  onCarry: () => void;
}

export function Sync(props: SyncProps) {
  const { view: { summary, now, badges } } = props;
  const text = useText();
  const { t } = text;
  const bar = (
    <Bar title={t('tab.sync')} actions={<IconButton icon={CircleHelp} label={t('app.help')} onPress={() => props.onHelp()} />}>
      <Route summary={summary} />
    </Bar>
  );
  return (
    <Screen bar={bar} actions={<Actions {...props} />} tabs={<Tabs here="sync" badges={badges} onOpen={props.onTab} />}>
      <Identity {...props} />
      <Signal hasSignal={summary.hasSignal} />
      <Card title={<span class="unseen">{t('send.states')}</span>} key="states">
        <ul class="states">
          {statesOf(summary, now, text).map((state) => (
            <Row
              key={state.title}
              icon={state.icon}
              tile={false}
              tone={`as-${state.role}`}
              title={<span class="strong">{state.title}</span>}
              sub={state.isRefused ? <RefusedWords words={state.line} /> : state.line}
              aside={<span class="row-count">{state.count}</span>}
              onOpen={state.isRefused ? props.onRefused : () => props.onHelp(state.about)}
            />
          ))}
        </ul>
      </Card>
      <Carry {...props} />
      <DataSaver {...summary.dataSaver} onSpare={props.onSpare} />
      <Checked {...props.view.checked} />
    </Screen>
  );
}

/** Something is wrong with who this phone is: the server does not know it, or two phones are it. */
function Identity({ view: { summary }, onCopyTold, onLeave }: SyncProps) {
  const { t } = useText();
  if (summary.isUnknown) {
    return (
      <Card icon={OctagonAlert} title={t('unknown.title')} group>
        <div class="card-body carry">
          <p>{t('unknown.why')}</p>
          <p>{t('unknown.next')}</p>
          <Button wide icon={Undo2} onPress={onLeave}>{t('unknown.leave')}</Button>
        </div>
      </Card>
    );
  }
  if (!summary.isCopied) return null;
  return (
    <Card icon={Smartphone} title={t('copied.title')} group>
      <div class="card-body carry">
        <p>{t('copied.why')}</p>
        <p>{t('copied.next')}</p>
        <Button wide icon={CircleCheck} onPress={onCopyTold}>{t('copied.told')}</Button>
      </div>
    </Card>
  );
}

/** The way by hand: own records as a file for whoever goes, and a file that somebody brought. */
function Carry({ view: { summary, carrying }, onFile, onBrought, onCarry }: SyncProps) {
  const text = useText();
  const { t } = text;
  const chosen = useRef<HTMLInputElement>(null);
  const [said, say] = useState<string | null>(null);
  const waits = summary.here + summary.sending + summary.carried > 0;
  const returning = carrying.filter(({ returns }) => returns > 0).map(({ who }) => who);
  const take = async (file: File | undefined) => {
    if (file === undefined) return;
    say(takenWords(await onBrought(file), text));
  };
  return (
    <Card title={t('carry.by-hand')}>
      <div class="card-body carry">
        {waits && <Button icon={Download} wide onPress={() => void onFile().then((taken) => taken && say(t('carry.saved')))}>{t('carry.save')}</Button>}
        <Button icon={FileDown} wide onPress={() => chosen.current?.click()}>{t('carry.take')}</Button>
        <input
          ref={chosen} type="file" class="unseen" tabIndex={-1} aria-label={t('carry.take')}
          onChange={(event) => void take(event.currentTarget.files?.[0])}
        />
        <Button icon={QrCode} wide onPress={onCarry}>{t('carry.other-ways')}</Button>
        {returning.length > 0 && <Note icon={Undo2} tone="act">{t('carry.back.line', { who: returning.join(', ') })}</Note>}
        <p role="status" class="small carry-said">{said ?? (summary.custody === null ? '' : t('carry.keeps', { n: summary.custody }))}</p>
      </div>
    </Card>
  );
}

function DataSaver({ on, kbThisMonth, onSpare }: SyncSummary['dataSaver'] & Pick<SyncProps, 'onSpare'>) {
  const { t } = useText();
  return (
    <Card title={t('send.data-saver')}>
      <div class="card-body carry">
        <p class="small soft">{t('send.data-saver.line')}</p>
        <Choice icon={Download} chosenIcon={CircleCheck} chosen={on} onPress={() => onSpare(!on)}>
          {t(on ? 'send.data-saver.on' : 'send.data-saver.off', { kb: kbThisMonth })}
        </Choice>
      </div>
    </Card>
  );
}

/** What automerge said of the saves made here. */
function Checked({ saves, checked, disagreements }: SyncView['checked']) {
  const { t } = useText();
  if (saves === 0) return null;
  return (
    <>
      <Note icon={CircleCheck}>{t('send.checked', { n: checked, m: saves })}</Note>
      {disagreements > 0 && <Note icon={OctagonAlert}>{t('send.disagrees', { n: disagreements })}</Note>}
    </>
  );
}

/** The way of a record: this phone, somebody's boat, the server. */
function Route({ summary }: { summary: SyncSummary }) {
  const { t, language } = useText();
  const carrier = summary.carrier === null ? t('send.carrying.none') : capital(t('send.carrying', { who: summary.carrier }));
  const stops: { icon: Icon; count: number; name: string }[] = [
    { icon: Smartphone, count: summary.here + summary.sending, name: t('state.here') },
    { icon: Sailboat, count: summary.carried, name: carrier },
    { icon: Landmark, count: summary.received, name: t('state.received.short') },
  ];
  return (
    <ol class="route" aria-label={t('send.route')}>
      {stops.map(({ icon: Drawn, count, name }) => (
        <li key={name} class="route-stop">
          <span class="route-ring">
            <Drawn size={24} />
          </span>
          <span class="route-count">{number(count, language)}</span>
          <span class="route-name">{name}</span>
        </li>
      ))}
    </ol>
  );
}

function Signal({ hasSignal }: { hasSignal: boolean }) {
  const { t } = useText();
  return (
    <Note icon={hasSignal ? Radio : WifiOff}>
      <span class="signal">
        <span class="strong">{hasSignal ? t('say.signal') : t('say.no-signal')}</span>{' '}
        {hasSignal ? t('say.signal.next') : t('say.no-signal.next')}
      </span>
    </Note>
  );
}

interface StateLine {
  icon: Icon;
  role: string;
  title: string;
  line: string;
  count: string;
  /** What a person may ask about. */
  about: RecordState;
  isRefused?: true;
}

/** States that ask for something first; those with nothing in them are left out. */
function statesOf(summary: SyncSummary, now: LocalMinute, text: Text): StateLine[] {
  const { t, language } = text;
  const when = (at: LocalMinute | null) => (at === null ? t('none') : moment(at, now, language));
  const why = summary.refusedWhy;
  const carried = () =>
    summary.carrier === null || summary.carriedSince === null
      ? t('state.carried.line')
      : capital(t('send.carried.since', { who: summary.carrier, day: day(summary.carriedSince, now) }));
  const all: [number, Omit<StateLine, 'count'>][] = [
    [
      summary.refused,
      {
        icon: OctagonAlert,
        about: 'refused',
        role: 'bad',
        title: t('state.refused'),
        line: why ? `${capital(why.who)}: ${t(outcomeText(why.code).sentence)}` : '',
        isRefused: true,
      },
    ],
    [summary.rejected, { icon: Download, about: 'here', role: 'act', title: t('send.rejected'), line: t('send.rejected.line') }],
    [
      summary.here + summary.sending,
      { icon: Smartphone, about: 'here', role: 'here', title: t('state.here'), line: t('send.oldest', { when: when(summary.oldestHere) }) },
    ],
    [summary.carried, { icon: Sailboat, about: 'carried', role: 'move', title: t('state.carried'), line: carried() }],
    [summary.held, { icon: Hourglass, about: 'held', role: 'wait', title: t('send.held'), line: t('state.held.line') }],
    [summary.parked, { icon: Puzzle, about: 'parked', role: 'wait', title: t('send.parked'), line: t('send.parked.line') }],
  ];
  const received: StateLine = {
    icon: CircleCheck,
    about: 'received',
    role: 'good',
    title: t('state.received'),
    line: receivedLine(summary, when(summary.lastReceipt), text),
    count: number(summary.received, language),
  };
  return [...all.filter(([n]) => n > 0).map(([n, line]) => ({ ...line, count: number(n, language) })), received];
}

function receivedLine(summary: SyncSummary, when: string, { t }: Text): string {
  const last = t('send.received.line', { when });
  return summary.receivedOlder > 0 ? `${last} · ${t('send.older', { n: summary.receivedOlder })}` : last;
}

function RefusedWords({ words }: { words: string }) {
  const { t } = useText();
  return (
    <>
      {words}
      <br />
      <span class="as-bad strong">{t('state.refused.next')} ›</span>
    </>
  );
}

/** Sending and receiving are one: with nothing to send there may be news. */
function Actions({ view: { summary }, onSend }: SyncProps) {
  const { t } = useText();
  const waiting = summary.here + summary.sending > 0;
  const word = summary.hasSignal ? (waiting ? t('send.now') : t('send.news')) : t('send.try');
  return (
    <Button look="primary" wide icon={ArrowUp} onPress={onSend}>
      {word}
    </Button>
  );
}
