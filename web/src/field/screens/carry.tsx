/** Records in somebody's pocket: handing them over, taking others' in, and bringing answers back. */
import './sync.css';
import './carry.css';
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Copy, Download, FileDown, QrCode, Sailboat, ScanLine, Smartphone, Undo2 } from '../../design/icons.tsx';
import { Bar } from '../../parts/bar.tsx';
import { Button } from '../../parts/button.tsx';
import { Card, Note } from '../../parts/card.tsx';
import { Qr } from '../../parts/qr.tsx';
import { Scanner } from '../../parts/scanner.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { Screen } from '../../parts/shell.tsx';
import type { Text } from '../../text/text.ts';
import { useText } from '../../text/text.ts';
import type { TakenIn } from '../brain.ts';
import type { SyncView } from '../model.ts';
import { look } from '../scan.ts';

/** Own records, or what colleagues are to get back. */
export type Load = 'own' | 'returns';
/** As one text for a chat, or as texts that fit a code each. */
export type Cut = 'chat' | 'codes';

export interface CarryProps {
  view: SyncView;
  /** Resolves to whether the file was taken. */
  onFile: (load: Load) => Promise<boolean>;
  onTexts: (load: Load, cut: Cut) => Promise<string[]>;
  onBrought: (file: File) => Promise<TakenIn>;
  onText: (text: string) => Promise<TakenIn>;
  onBack: () => void;
}

/** What stands over the screen. */
type Over = { is: 'codes' | 'chat'; texts: string[] } | { is: 'scan' | 'paste' } | null;

export function Carry(props: CarryProps) {
  const { view: { summary, carrying }, onFile, onTexts } = props;
  const text = useText();
  const { t } = text;
  const [said, say] = useState<string | null>(null);
  const [over, put] = useState<Over>(null);
  const waits = summary.here + summary.sending + summary.carried;
  const returning = carrying.filter(({ returns }) => returns > 0);
  const show = async (load: Load, cut: Cut) => {
    const texts = await onTexts(load, cut);
    if (texts.length > 0) put({ is: cut, texts });
  };
  const ways = (load: Load): WaysProps => ({
    onFile: () => void onFile(load).then((taken) => taken && say(t('carry.saved'))),
    onCodes: () => void show(load, 'codes'),
    onChat: () => void show(load, 'chat'),
  });
  return (
    <Screen bar={<Bar title={t('send.carry')} leave={{ by: 'arrow', onLeave: props.onBack }} />}>
      <p role="status" class="carry-said strong">{said}</p>
      <Card icon={Smartphone} title={t('carry.mine')}>
        <Ways isFirst words={waits === 0 ? t('send.none') : t('carry.mine.line', { n: waits })} {...(waits === 0 ? {} : ways('own'))} />
      </Card>
      {returning.length > 0 && (
        <Card icon={Undo2} title={t('carry.back')}>
          <Ways words={t('carry.back.line', { who: returning.map(({ who }) => who).join(', ') })} {...ways('returns')} />
        </Card>
      )}
      <TakeCard onBrought={async (file) => say(takenWords(await props.onBrought(file), text))} onOpen={(is) => put({ is })} />
      <Carrying carrying={carrying} />
      <Overlay over={over} onText={props.onText} onSaid={say} onClose={() => put(null)} />
    </Screen>
  );
}

interface WaysProps {
  onFile?: () => void;
  onCodes?: () => void;
  onChat?: () => void;
}

/** Three ways out; none where there is nothing to give. */
function Ways({ words, isFirst, onFile, onCodes, onChat }: WaysProps & { words: string; isFirst?: true }) {
  const { t } = useText();
  return (
    <div class="card-body carry">
      <p>{words}</p>
      {onFile && <Button {...(isFirst ? { look: 'primary' as const } : {})} icon={Download} wide onPress={onFile}>{t('carry.file')}</Button>}
      {onCodes && <Button icon={QrCode} wide onPress={onCodes}>{t('carry.qr')}</Button>}
      {onChat && <Button icon={Copy} wide onPress={onChat}>{t('carry.text')}</Button>}
    </div>
  );
}

function TakeCard({ onBrought, onOpen }: { onBrought: (file: File) => void; onOpen: (is: 'scan' | 'paste') => void }) {
  const { t } = useText();
  const chosen = useRef<HTMLInputElement>(null);
  return (
    <Card icon={Sailboat} title={t('carry.receive')}>
      <div class="card-body carry">
        <Button icon={FileDown} wide onPress={() => chosen.current?.click()}>{t('carry.take')}</Button>
        <input
          ref={chosen} type="file" class="unseen" tabIndex={-1} aria-label={t('carry.take')}
          onChange={({ currentTarget: { files } }) => files?.[0] && onBrought(files[0])}
        />
        <Button icon={ScanLine} wide onPress={() => onOpen('scan')}>{t('carry.scan')}</Button>
        <Button icon={Copy} wide onPress={() => onOpen('paste')}>{t('carry.paste')}</Button>
      </div>
    </Card>
  );
}

/** Whose records are in this pocket. */
function Carrying({ carrying }: Pick<SyncView, 'carrying'>) {
  const { t } = useText();
  const kept = carrying.filter(({ bundles }) => bundles > 0);
  return (
    <>
      {kept.map(({ who, bundles }) => (
        <Note key={who} icon={Sailboat} tone="move">{t('carry.keeps.of', { who, n: bundles })}</Note>
      ))}
    </>
  );
}

interface OverlayProps {
  over: Over;
  onText: CarryProps['onText'];
  onSaid: (words: string) => void;
  onClose: () => void;
}

function Overlay({ over, onText, onSaid, onClose }: OverlayProps) {
  const text = useText();
  const [progress, go] = useState<string | null>(null);
  if (over === null) return null;
  const take = async (typed: string) => {
    const taken = await onText(typed);
    const words = takenWords(taken, text);
    if (taken.is === 'more') return go(words);
    go(null);
    onSaid(words);
    onClose();
  };
  if (over.is === 'codes') return <Codes texts={over.texts} onClose={onClose} />;
  if (over.is === 'chat') return <Chat text={over.texts[0] ?? ''} onClose={onClose} />;
  if (over.is === 'paste') return <Paste progress={progress} onTake={take} onClose={onClose} />;
  return (
    <Sheet icon={ScanLine} title={text.t('carry.scan')} onClose={onClose}>
      <div class="carry-sheet">
        <Scanner look={look} onCode={(code) => void take(code)} />
        <Progress>{progress ?? text.t('scan.how')}</Progress>
      </div>
    </Sheet>
  );
}

/** Codes one after the other; one record is one code. */
function Codes({ texts, onClose }: { texts: string[]; onClose: () => void }) {
  const { t } = useText();
  const [at, go] = useState(0);
  return (
    <Sheet icon={QrCode} title={t('carry.qr')} onClose={onClose}>
      <div class="carry-sheet">
        <Qr data={texts[at]!} label={t('carry.code', { n: at + 1, all: texts.length })} />
        <Progress>{texts.length === 1 ? t('carry.code.one') : t('carry.code', { n: at + 1, all: texts.length })}</Progress>
        {texts.length > 1 && <Button wide onPress={() => go((at + 1) % texts.length)}>{t('carry.code.next')}</Button>}
        <Button look="primary" wide onPress={onClose}>{t('app.close')}</Button>
      </div>
    </Sheet>
  );
}

function Chat({ text, onClose }: { text: string; onClose: () => void }) {
  const { t } = useText();
  const [isCopied, copied] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const copy = async () => {
    // Without leave to write there, whoever selects the text copies it by hand.
    box.current?.select();
    await navigator.clipboard?.writeText(text).then(() => copied(true), () => undefined);
  };
  return (
    <Sheet icon={Copy} title={t('carry.text')} onClose={onClose}>
      <div class="carry-sheet">
        <textarea ref={box} class="carry-text" readOnly value={text} aria-label={t('carry.text.box')} />
        <Progress>{isCopied ? t('carry.copied') : t('carry.text.how')}</Progress>
        <Button look="primary" wide icon={Copy} onPress={() => void copy()}>{t('carry.copy')}</Button>
      </div>
    </Sheet>
  );
}

function Paste({ progress, onTake, onClose }: { progress: string | null; onTake: (typed: string) => void; onClose: () => void }) {
  const { t } = useText();
  const [typed, write] = useState('');
  const take = () => {
    onTake(typed);
    write('');
  };
  return (
    <Sheet icon={Copy} title={t('carry.paste')} onClose={onClose}>
      <div class="carry-sheet">
        <textarea
          class="carry-text" value={typed} aria-label={t('carry.paste.box')} spellcheck={false}
          onInput={({ currentTarget }) => write(currentTarget.value)}
        />
        <Progress>{progress ?? t('carry.paste.how')}</Progress>
        <Button look="primary" wide onPress={take}>{t('carry.paste.take')}</Button>
      </div>
    </Sheet>
  );
}

function Progress({ children }: { children: ComponentChildren }) {
  return <p role="status" class="small soft">{children}</p>;
}

/** What became of something that was brought, for people. */
export function takenWords(taken: TakenIn, { t }: Text): string {
  switch (taken.is) {
    case 'taken': return t('carry.taken');
    case 'received': return t('carry.received', { n: taken.n });
    case 'more': return t('carry.more', { parts: taken.missing.join(', ') });
    default: return t(`carry.${taken.is}`);
  }
}
