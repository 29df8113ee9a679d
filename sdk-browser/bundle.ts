import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { packSdk } from '../loadtest/pack-sdk.ts';

const ROOM = import.meta.dirname;
const ENTRIES = ['index', 'react', 'openfeature'];
const PEERS = ['react', '@openfeature/web-sdk'];
/** What tells bundlers which calls do nothing is of no use to a page. */
const COMMENTS = { annotation: false };
const RESOLVE = { conditionNames: ['turnout-src', 'browser', 'import', 'default'] };

/** Makes what is published: core is inside, and React and OpenFeature are there for whoever imports their entries. */
export async function bundle(dist: string): Promise<void> {
  await packSdk({ room: ROOM, entries: ENTRIES, platform: 'browser', peers: PEERS }, dist);
  const folder = join(dist, 'browser');
  rmSync(folder, { recursive: true, force: true });
  // For pages without a bundler: `<script>` finds `Turnout`, `<script type="module">` imports it.
  for (const [entry, format, name] of [
    ['script', 'iife', 'turnout.min.js'],
    ['index', 'es', 'turnout.min.mjs'],
  ] as const) {
    const input = join(ROOM, `${entry}.ts`);
    const build = await rolldown({ input, platform: 'browser', resolve: RESOLVE, logLevel: 'warn' });
    await build.write({ file: join(folder, name), format, name: 'Turnout', minify: true, comments: COMMENTS });
    await build.close();
  }
}

/** The code of entries as a page gets it at last, with all that they import but their peers. */
export async function minified(...entries: string[]): Promise<string> {
  const input = entries.map((entry) => join(ROOM, `${entry}.ts`));
  const build = await rolldown({ input, platform: 'browser', external: PEERS, resolve: RESOLVE, logLevel: 'silent' });
  const { output } = await build.generate({ format: 'es', minify: true, comments: COMMENTS });
  await build.close();
  return output.map((part) => (part.type === 'chunk' ? part.code : '')).join('');
}

if (process.argv[1] === import.meta.filename) await bundle(join(ROOM, 'dist'));
