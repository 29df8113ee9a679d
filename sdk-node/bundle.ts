import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { rolldown } from 'rolldown';

/**
 * Makes what is published: ES modules and CommonJS with core and re2js inside, and declarations that name no other
 * package. Who installs the client installs nothing else.
 */
const ROOM = import.meta.dirname;
const ENTRIES = ['index', 'openfeature', 'testing'];
/** What an entry may name beside Node itself, for whoever imports that entry has it installed. */
const PEERS = ['@openfeature/server-sdk'];
const FORMATS = [
  { folder: 'esm', format: 'es', type: 'module' },
  { folder: 'cjs', format: 'cjs', type: 'commonjs' },
] as const;

export async function bundle(dist: string): Promise<void> {
  const build = await rolldown({
    input: Object.fromEntries(ENTRIES.map((entry) => [entry, join(ROOM, `${entry}.ts`)])),
    platform: 'node',
    external: [/^node:/, ...PEERS],
    resolve: { conditionNames: ['turnout-src', 'node', 'import', 'default'] },
    logLevel: 'warn',
  });
  const types = emitTypes();
  for (const { folder, format, type } of FORMATS) {
    const dir = join(dist, folder);
    rmSync(dir, { recursive: true, force: true });
    await build.write({ dir, format, entryFileNames: '[name].js', chunkFileNames: 'shared.js', exports: 'named' });
    // The nearest package.json says how Node and TypeScript read a `.js`.
    writeFileSync(join(dir, 'package.json'), `${JSON.stringify({ type, sideEffects: false }, null, 2)}\n`);
    for (const [path, text] of types) {
      mkdirSync(dirname(join(dir, path)), { recursive: true });
      writeFileSync(join(dir, path), text);
    }
  }
  await build.close();
  // What is inside keeps its licence beside it. It is core's dependency, so core knows where it lies.
  const inside = createRequire(join(ROOM, '..', 'core', 'package.json')).resolve('re2js');
  for (const { folder } of FORMATS) {
    cpSync(join(dirname(inside), '..', 'LICENSE'), join(dist, folder, 're2js.LICENSE'));
    cpSync(join(ROOM, '..', 'LICENSE'), join(dist, folder, 'LICENSE'));
  }
}

/** `from '…'` and `import('…')`, as the compiler writes them into declarations. */
const SPECIFIER = /(\bfrom |\bimport\()(['"])([^'"]+)\2/g;

/**
 * The declarations that the entries reach, by their path in a package: the client's own at the top, core's below
 * `core/`, each naming the others by relative paths.
 */
function emitTypes(): Map<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-types-'));
  try {
    // Core by itself: what is reached through node_modules counts as another's, and nothing is emitted of it.
    compile(join(ROOM, '..', 'core', 'tsconfig.json'), join(folder, 'core'), '--composite', 'false');
    compile(join(ROOM, 'tsconfig.types.json'), folder);
    const reached = new Map<string, string>();
    const left = ENTRIES.map((entry) => `sdk-node/${entry}.d.ts`);
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const place = placeOf(path);
      if (reached.has(place)) continue;
      const from = path;
      const text = readFileSync(join(folder, path), 'utf8').replace(SPECIFIER, (whole, before, quote, name) => {
        const target = declarationOf(from, name);
        if (target === undefined) return whole;
        left.push(target);
        return `${before}${quote}${relative(place, placeOf(target))}${quote}`;
      });
      reached.set(place, text);
    }
    return reached;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compile(project: string, folder: string, ...more: string[]): void {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const flags = ['--emitDeclarationOnly', '--incremental', 'false', '--outDir', folder, ...more];
  execFileSync(process.execPath, [tsc, '-p', project, ...flags], { stdio: 'inherit' });
}

/** The declaration that a specifier names; undefined where it is Node's own or a peer's. Nothing else may be named. */
function declarationOf(from: string, name: string): string | undefined {
  if (name.startsWith('node:') || PEERS.includes(name)) return undefined;
  if (name === '@turnout/core') return 'core/index.d.ts';
  if (!name.startsWith('.')) throw new Error(`${from} names ${name}, which nobody would have installed`);
  return posix.join(posix.dirname(from), name).replace(/\.ts$/, '.d.ts');
}

function placeOf(path: string): string {
  return path.replace(/^sdk-node\//, '');
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.d\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

if (process.argv[1] === import.meta.filename) await bundle(join(ROOM, 'dist'));
