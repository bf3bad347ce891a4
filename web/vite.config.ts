/** Two pages in the product; the gallery is served by `vite` only and never built. */
import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

const page = (name: string) => resolve(import.meta.dirname, name);

export default defineConfig({
  // Relative addresses, so that the server may put the app under any path.
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'chrome106',
    rollupOptions: { input: { field: page('index.html'), console: page('console.html') } },
  },
  server: { host: '127.0.0.1' },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], environment: 'node' },
});
