/** Reads codes from what the camera sees: with the browser's own eye, or with a decoder fetched for it. */

/** What is in a picture, if it holds a code. */
export type Look = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(picture: CanvasImageSource): Promise<{ rawValue: string }[]>;
}

interface DetectorMaker {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Pixels of the longer side that are looked at: more only costs time. */
const LOOK_PIXELS = 800;

/** The way to read codes on this phone. */
export async function look(): Promise<Look> {
  const { BarcodeDetector: Maker } = globalThis as { BarcodeDetector?: DetectorMaker };
  const formats = (await Maker?.getSupportedFormats().catch(() => [])) ?? [];
  if (Maker && formats.includes('qr_code')) {
    const detector = new Maker({ formats: ['qr_code'] });
    return async (video) => (await detector.detect(video).catch(() => []))[0]?.rawValue ?? null;
  }
  const { decodeQR } = await import('qr/decode.js');
  return async (video) => {
    const picture = pixels(video);
    if (picture === null) return null;
    try {
      return decodeQR(picture);
    } catch {
      // No code in this picture; the next one comes.
      return null;
    }
  };
}

function pixels(video: HTMLVideoElement): ImageData | null {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0) return null;
  const scale = Math.min(1, LOOK_PIXELS / Math.max(videoWidth, videoHeight));
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
  const drawn = canvas.getContext('2d', { willReadFrequently: true });
  drawn?.drawImage(video, 0, 0, canvas.width, canvas.height);
  return drawn?.getImageData(0, 0, canvas.width, canvas.height) ?? null;
}
