/** Two pages in the product; the gallery is served by `vite` only and never built. */
import { resolve } from 'node:path';
import { VitePWA } from 'vite-plugin-pwa';
import { defineConfig } from 'vitest/config';

const page = (name: string) => resolve(import.meta.dirname, name);

export default defineConfig({
  // Relative addresses, so that the server may put the app under any path.
  base: './',
  // What `cargo xtask wasm` made.
  resolve: {
    alias: ['app', 'history'].map((name) => ({ find: new RegExp(`^sampan-${name}/`), replacement: `${page(`src/wasm/${name}`)}/` })),
  },
  worker: { format: 'es' },
  plugins: [
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      injectRegister: false,
      injectManifest: {
        // The console needs its server; only the field app opens without.
        globPatterns: ['index.html', 'icon*.{svg,png}', 'assets/*.{js,css,wasm,woff2,svg}'],
        // The history module comes in the background, whenever it can be had.
        // Khmer is not offered yet.
        globIgnores: ['**/console-*', '**/client_history*', '**/km-*', '**/noto-*'],
        maximumFileSizeToCacheInBytes: 8 * 1024 * 1024,
      },
      manifest: {
        name: 'Sampan', short_name: 'Sampan', lang: 'vi', display: 'standalone', start_url: './', scope: './',
        theme_color: '#0a3a45', background_color: '#0a3a45', id: './',
        // Sealed files and texts from the phone's share panel: see `field/brought.ts`.
        share_target: {
          action: './brought', method: 'POST', enctype: 'multipart/form-data',
          params: { text: 'text', files: [{ name: 'file', accept: ['application/octet-stream', '.sampan'] }] },
        },
        icons: [
          { src: 'icon.svg', sizes: 'any', type: 'image/svg+xml' },
          ...['192', '512'].map((size) => ({
            src: `icon-${size}.png`, sizes: `${size}x${size}`, type: 'image/png', purpose: 'any maskable',
          })),
        ],
      },
    }),
  ],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'chrome106',
    rollupOptions: { input: { field: page('index.html'), console: page('console.html') } },
  },
  server: { host: '127.0.0.1' },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
});
