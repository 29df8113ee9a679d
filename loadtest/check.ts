import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

/**
 * `npm run check`: everything that can be known without running the house. One line a step; what failed shows why.
 * `npm run check -- types unused` runs only these steps.
 */
const ROOT = join(import.meta.dirname, '..');

interface Step {
  name: string;
  title: string;
  run(): Promise<string | undefined>;
}

/** The packages that leave the house, and how strictly their types are looked at: core is for ES modules alone. */
const PACKED = [
  { room: 'core', profile: 'esm-only' },
  { room: 'sdk-node', profile: 'node16' },
  { room: 'sdk-browser', profile: 'node16' },
] as const;

/** Fixtures have an address for our own tests, and are in no package. */
const NOT_SHIPPED = ['--exclude-entrypoints', 'fixtures'];

const STEPS: Step[] = [
  { name: 'format', title: 'format and lint', run: () => tool('biome', 'check', '--error-on-warnings', '.') },
  { name: 'types', title: 'types of every room', run: () => tool('tsc', '-b') },
  {
    name: 'test-types',
    title: 'types of the tests',
    // Those of the screen and of the client for browsers run in a browser's world as well.
    run: async () =>
      (await tool('tsc', '-p', 'tsconfig.tests.json')) ??
      (await tool('tsc', '-p', 'admin-ui/tsconfig.tests.json')) ??
      (await tool('tsc', '-p', 'sdk-browser/tsconfig.tests.json')),
  },
  { name: 'unused', title: 'nothing unused, nothing undeclared', run: () => tool('knip', '--no-progress') },
  {
    name: 'bundle',
    title: 'the packages build',
    run: async () => {
      const bundle = (room: string) => command('npm', 'run', '--silent', 'build', '-w', room);
      return (await tool('tsc', '-b')) ?? (await bundle('sdk-node')) ?? (await bundle('sdk-browser'));
    },
  },
  { name: 'packages', title: 'packed as others will install them', run: checkPackages },
  {
    name: 'architecture',
    title: 'the rules of the house',
    run: () => tool('vitest', 'run', '--project', 'house', 'architecture.test.ts'),
  },
];

/** Packs what would be published and looks at the very files that somebody would install. */
async function checkPackages(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-packed-'));
  try {
    for (const { room, profile } of PACKED) {
      const packed = await command('npm', 'pack', '--silent', '-w', room, '--pack-destination', folder);
      if (packed !== undefined) return packed;
      const file = readdirSync(folder).find((name) => name.endsWith(`-${room}-0.1.0.tgz`));
      if (file === undefined) return `npm pack made no archive of ${room}`;
      const wrong =
        (await tool('publint', 'run', join(folder, file), '--strict')) ??
        (await tool('attw', join(folder, file), '--profile', profile, '--format', 'ascii', ...NOT_SHIPPED));
      if (wrong !== undefined) return `${room}:\n${wrong}`;
    }
    return undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tool(name: string, ...args: string[]): Promise<string | undefined> {
  return command(join(ROOT, 'node_modules', '.bin', name), ...args);
}

/** Runs a program; undefined when it ends well, else everything that it said. */
function command(program: string, ...args: string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.on('error', (error) => resolve(`${program} could not be started: ${error.message}`));
    child.on('close', (code) => resolve(code === 0 ? undefined : said.trim() || `ended with code ${code}`));
  });
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { summary: { type: 'string' } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`No such step: ${unknown.join(', ')}. ${STEPS.map(({ name }) => name)}`);
  const steps = STEPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  let failed = 0;
  for (const { name, title, run } of steps) {
    const from = performance.now();
    const wrong = await run();
    const took = `${((performance.now() - from) / 1000).toFixed(1)} s`;
    console.log(`${wrong === undefined ? 'ok    ' : 'FAILED'} ${name.padEnd(13)} ${title.padEnd(36)} ${took}`);
    if (wrong === undefined) continue;
    failed++;
    console.log(wrong.replaceAll(/^/gm, '       '));
  }
  console.log(failed === 0 ? 'All checks pass.' : `${failed} of ${steps.length} checks failed.`);
  if (values.summary) writeFileSync(values.summary, JSON.stringify({ passed: steps.length - failed, failed }));
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
