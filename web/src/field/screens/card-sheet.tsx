/**
 * The text of a chip card's code, to fill a form: by camera or pasted. No picture is kept, and the
 * camera stops as soon as a code is read.
 */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ScanLine } from '../../design/icons.tsx';
import { Button } from '../../parts/button.tsx';
import { Field } from '../../parts/field.tsx';
import { Sheet } from '../../parts/sheet.tsx';
import { useText } from '../../text/text.ts';
import { look } from '../scan.ts';
import './card-sheet.css';

export interface CardSheetProps {
  /** Resolves whether it was a card's text. */
  onText: (text: string) => Promise<boolean>;
  onClose: () => void;
}

/** Between two looks at the camera's picture. */
const LOOK_EVERY_MS = 250;

export function CardSheet({ onText, onClose }: CardSheetProps) {
  const { t } = useText();
  const [pasted, paste] = useState('');
  const [isWrong, wrong] = useState(false);
  const [scans, scan] = useState(false);
  const read = (text: string) => {
    void onText(text).then((isCard) => wrong(!isCard));
  };
  const remark = isWrong ? { severity: 'error' as const, sentence: t('card.not-a-card') } : undefined;
  return (
    <Sheet icon={ScanLine} title={t('new.scan')} onClose={onClose}>
      {'mediaDevices' in navigator && !scans && (
        <Button icon={ScanLine} onPress={() => scan(true)}>{t('card.camera')}</Button>
      )}
      {scans && <Camera onText={read} />}
      <Field label={t('card.paste')} help={t('card.paste.help')} lines={3} value={pasted} remark={remark} onInput={paste} />
      <Button look="primary" onPress={() => read(pasted)}>{t('card.fill')}</Button>
    </Sheet>
  );
}

function Camera({ onText }: { onText: (text: string) => void }) {
  const { t } = useText();
  const video = useRef<HTMLVideoElement>(null);
  const [isRefused, refuse] = useState(false);
  useEffect(() => {
    const told = { over: false };
    void watch(video, told, onText).catch(() => refuse(true));
    return () => {
      told.over = true;
    };
  }, []);
  if (isRefused) return <p class="small as-act">{t('card.no-camera')}</p>;
  return <video ref={video} class="card-camera" muted playsInline aria-label={t('card.camera')} />;
}

async function watch(video: { current: HTMLVideoElement | null }, told: { over: boolean }, onText: (text: string) => void): Promise<void> {
  const read = await look();
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  try {
    const shown = video.current;
    if (shown === null) return;
    shown.srcObject = stream;
    await shown.play();
    while (!told.over) {
      const found = await read(shown);
      if (found !== null) {
        told.over = true;
        onText(found);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
