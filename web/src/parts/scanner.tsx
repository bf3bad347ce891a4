/** What the back camera sees, looked at for codes until it is closed. No picture is kept. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { ScanLine } from '../design/icons.tsx';
import { useText } from '../text/text.ts';
import { Note } from './card.tsx';

export interface ScannerProps {
  /** Reads a code from the present picture. */
  look: () => Promise<(video: HTMLVideoElement) => Promise<string | null>>;
  /** Called once for each code seen, not again while the same one is held before the camera. */
  onCode: (text: string) => void;
}

const LOOK_EVERY_MS = 150;

export function Scanner({ look, onCode }: ScannerProps) {
  const { t } = useText();
  const shown = useRef<HTMLVideoElement>(null);
  const [isBlind, setBlind] = useState(false);
  const told = useRef(onCode);
  told.current = onCode;
  useEffect(() => {
    const camera = new Camera(look, (text) => told.current(text));
    camera.open(shown.current).catch(() => setBlind(true));
    return () => camera.close();
  }, []);
  if (isBlind) return <Note icon={ScanLine} tone="act">{t('scan.blind')}</Note>;
  return <video ref={shown} class="scan-frame" muted playsInline aria-label={t('scan.picture')} />;
}

class Camera {
  readonly #look: ScannerProps['look'];
  readonly #seen: (text: string) => void;
  #stream: MediaStream | null = null;
  #isClosed = false;
  #last = '';

  constructor(look: ScannerProps['look'], seen: (text: string) => void) {
    [this.#look, this.#seen] = [look, seen];
  }

  async open(video: HTMLVideoElement | null): Promise<void> {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
    this.#stream = stream;
    if (this.#isClosed || video === null) return this.close();
    video.srcObject = stream;
    await video.play();
    const read = await this.#look();
    while (!this.#isClosed) {
      const text = await read(video);
      if (text !== null && text !== this.#last && !this.#isClosed) this.#seen((this.#last = text));
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
  }
}
