/** Chromium and the gallery, started for one test run and stopped with it. Only this computer is reached. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
export const ARGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--font-render-hinting=none',
];

const FIRST_LOAD_MS = 180_000;

export const PHONE = { width: 360, height: 640 };
export const DESK = { width: 1280, height: 800 };

/**
 * Runs `work` with a way to open gallery screens; everything is stopped afterwards, also on failure.
 * @param {(gallery: Gallery) => Promise<void>} work
 */
export async function withGallery(work) {
  const profile = await mkdtemp(join(tmpdir(), 'gallery-'));
  const server = await createServer({
    root: fileURLToPath(new URL('..', import.meta.url)),
    server: { port: 0, strictPort: false, hmr: false, ws: false },
    logLevel: 'error',
  });
  let context;
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    context = await chromium.launchPersistentContext(profile, {
      executablePath: CHROMIUM, headless: true, args: ARGS, deviceScaleFactor: 2, reducedMotion: 'reduce',
    });
    // The gallery is compiled while it is first loaded, which a busy computer takes its time for.
    context.setDefaultTimeout(FIRST_LOAD_MS);
    const strangers = [];
    context.on('request', (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (protocol !== 'data:' && protocol !== 'blob:' && hostname !== 'localhost') strangers.push(request.url());
    });
    await work(new Gallery(context, `http://localhost:${port}/gallery.html`));
    if (strangers.length > 0) throw new Error(`asked others for ${strangers.join(', ')}`);
  } finally {
    await context?.close();
    await server.close();
    await rm(profile, { recursive: true, force: true });
  }
}

class Gallery {
  constructor(context, address) {
    this.context = context;
    this.address = address;
  }

  /** The names of all screens. */
  async names() {
    const page = await this.page(PHONE);
    await page.goto(this.address);
    await page.waitForFunction(() => window.gallery);
    const names = await page.evaluate(() => window.gallery);
    await page.close();
    return names;
  }

  async page(viewport) {
    const page = await this.context.newPage();
    await page.setViewportSize(viewport);
    page.on('pageerror', (error) => {
      throw error;
    });
    return page;
  }

  /** Shows one screen and waits until it stands. */
  async show(page, { screen, theme = 'light', lang = 'vi', size = 100 }) {
    await page.goto(`${this.address}?${new URLSearchParams({ screen, theme, lang, size: String(size) })}`);
    await page.waitForSelector('h1');
    await page.evaluate(() => document.fonts.ready);
  }
}
