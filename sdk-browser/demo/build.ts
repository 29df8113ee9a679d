import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Builds the demo's shop, as `npm install` does in a clone. An installation without the tools for that brings what was
 * built along, and there is nothing to do.
 */
const room = import.meta.dirname;
const folder = join(room, '..', 'dist', 'demo-shop');
const tools = await import('rolldown').catch(() => undefined);
if (tools === undefined) console.log('The demo’s shop is not built: rolldown is not installed here.');
else {
  const build = await tools.rolldown({
    input: join(room, 'shop.ts'),
    platform: 'browser',
    resolve: { conditionNames: ['turnout-src', 'browser', 'import', 'default'] },
    logLevel: 'warn',
  });
  mkdirSync(folder, { recursive: true });
  await build.write({ file: join(folder, 'shop.js'), format: 'es', minify: true, codeSplitting: false });
  await build.close();
  for (const name of ['shop.css', 'shop.html']) cpSync(join(room, name), join(folder, name));
}
