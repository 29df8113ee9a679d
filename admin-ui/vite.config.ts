import { defineConfig } from 'vite';

/** Sources of other rooms are read as they are; what is built is for browsers of the last two years. */
export default defineConfig({
  resolve: { conditions: ['turnout-src', 'module', 'browser', 'import', 'default'] },
  build: {
    target: 'es2022',
    outDir: 'dist/site',
    emptyOutDir: true,
    // Icons become data: addresses; fonts stay files, for the policy lets them come from nowhere else.
    assetsInlineLimit: (path) => path.endsWith('.svg'),
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { port: 8421, proxy: { '/api': 'http://127.0.0.1:8420', '/ofrep': 'http://127.0.0.1:8420' } },
});
