/** What a camera sees that looks at a part of a page: a picture, over and over, as the browser's fake camera plays it. */
import { writeFile } from 'node:fs/promises';

const FRAMES = 10;
const SIZE = { width: 640, height: 640 };

/** Writes a film of `shown`, white around it, to `file`. */
export async function film(page, shown, file) {
  const picture = (await shown.screenshot()).toString('base64');
  const grey = await page.evaluate(drawn, { picture, ...SIZE });
  const frame = Buffer.concat([Buffer.from('FRAME\n'), Buffer.from(grey, 'base64'), Buffer.alloc((SIZE.width * SIZE.height) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${SIZE.width} H${SIZE.height} F10:1 Ip A1:1 C420jpeg\n`);
  await writeFile(file, Buffer.concat([head, ...Array.from({ length: FRAMES }, () => frame)]));
}

/** Runs in the page: the picture's brightness, pixel by pixel, in base64. */
async function drawn({ picture, width, height }) {
  const image = new Image();
  image.src = `data:image/png;base64,${picture}`;
  await image.decode();
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  const side = width * 0.9;
  context.imageSmoothingEnabled = true;
  context.drawImage(image, (width - side) / 2, (height - side) / 2, side, side);
  const { data } = context.getImageData(0, 0, width, height);
  let bytes = '';
  for (let at = 0; at < data.length; at += 4) bytes += String.fromCharCode(data[at]);
  return btoa(bytes);
}
