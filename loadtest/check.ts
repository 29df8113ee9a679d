import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

/**
 * `npm run check`: everything that can be known without running the house. One line a step; what failed shows why.
 * `npm run check -- types unused` runs only these steps; `--tested` leaves out what the tests have held already.
 */
const ROOT = join(import.meta.dirname, '..');

/** So many steps run at once: most of them use one core. The long ones come first. */
const LANES = 2;

interface Step {
  name: string;
  title: string;
  /** The tests hold it as well. */
  isTested?: boolean;
  run(): Promise<string | undefined>;
}

/** The packages that leave the house, and how strictly their types are looked at: core is for ES modules alone. */
const PACKED = [
  { room: 'core', profile: 'esm-only' },
  { room: 'sdk-node', profile: 'node16' },
  { room: 'sdk-browser', profile: 'node16' },
] as const;

/** Fixtures have an address for our own tests, and are in no package. */
const NOT_SHIPPED = ['--exclude-entrypoints', 'fixtures', 'fixtures/any-ruleset'];

/** What several steps need is done by whichever comes first. */
const compile = once(() => tool('tsc', '-b'));
const bundle = once(async () => {
  const build = (room: string) => command('npm', 'run', '--silent', 'build', '-w', room);
  return (await compile()) ?? (await build('sdk-node')) ?? (await build('sdk-browser'));
});

const STEPS: Step[] = [
  { name: 'types', title: 'types of every room', run: compile },
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
  { name: 'bundle', title: 'the packages build', run: bundle },
  { name: 'format', title: 'format and lint', run: () => tool('biome', 'check', '--error-on-warnings', '.') },
  {
    name: 'packages',
    title: 'packed as others will install them',
    run: async () => ((await bundle()) === undefined ? checkPackages() : 'The packages do not build.'),
  },
  {
    name: 'architecture',
    title: 'the rules of the house',
    isTested: true,
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

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
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

/** Runs a step and says how it went. */
async function passes({ name, title, run }: Step): Promise<boolean> {
  const from = performance.now();
  const wrong = await run();
  const took = `${((performance.now() - from) / 1000).toFixed(1)} s`;
  console.log(`${wrong === undefined ? 'ok    ' : 'FAILED'} ${name.padEnd(13)} ${title.padEnd(36)} ${took}`);
  if (wrong !== undefined) console.log(wrong.replaceAll(/^/gm, '       '));
  return wrong === undefined;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { summary: { type: 'string' }, tested: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !STEPS.some((step) => step.name === name));
  if (unknown.length > 0) throw new Error(`No such step: ${unknown.join(', ')}. ${STEPS.map(({ name }) => name)}`);
  const steps = STEPS.filter(({ name, isTested = false }) =>
    positionals.length === 0 ? !(values.tested && isTested) : positionals.includes(name),
  );
  const waiting = [...steps];
  let failed = 0;
  const runOneAfterAnother = async () => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      if (!(await passes(step))) failed++;
    }
  };
  await Promise.all(Array.from({ length: LANES }, runOneAfterAnother));
  console.log(failed === 0 ? 'All checks pass.' : `${failed} of ${steps.length} checks failed.`);
  if (values.summary) writeFileSync(values.summary, JSON.stringify({ passed: steps.length - failed, failed }));
  process.exitCode = failed === 0 ? 0 : 1;
}

await main();
