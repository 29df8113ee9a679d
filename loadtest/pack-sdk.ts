import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import { rolldown } from 'rolldown';

/** What is published of a client, and for whom. */
export interface SdkPack {
  /** The folder of its sources, with a `tsconfig.types.json`. */
  room: string;
  /** Names of files in it, without their ending. */
  entries: string[];
  platform: 'node' | 'browser';
  /** What an entry may name, for whoever imports that entry has it installed. On Node its own modules as well. */
  peers: string[];
  /** Packages that are inside, whose licences lie beside them. They are core's dependencies. */
  inside?: string[];
}

const FORMATS = [
  { folder: 'esm', format: 'es', type: 'module' },
  { folder: 'cjs', format: 'cjs', type: 'commonjs' },
] as const;

/**
 * Makes what is published of a client: ES modules and CommonJS with core inside, and declarations that name no other
 * package. Who installs the client installs nothing else.
 */
export async function packSdk(pack: SdkPack, dist: string): Promise<void> {
  const { room, entries, platform, peers, inside = [] } = pack;
  const house = join(room, '..');
  const build = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(room, `${entry}.ts`)])),
    platform,
    external: platform === 'node' ? [/^node:/, ...peers] : peers,
    resolve: { conditionNames: ['turnout-src', platform, 'import', 'default'] },
    logLevel: 'warn',
    // `'use client'` of an entry stays at its head, which a test looks at.
    onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log),
  });
  const types = emitTypes(pack);
  const requireOfCore = createRequire(join(house, 'core', 'package.json'));
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
    cpSync(join(house, 'LICENSE'), join(dir, 'LICENSE'));
    for (const name of inside) {
      cpSync(join(dirname(requireOfCore.resolve(name)), '..', 'LICENSE'), join(dir, `${name}.LICENSE`));
    }
  }
  await build.close();
}

/** `from '…'` and `import('…')`, as the compiler writes them into declarations. */
const SPECIFIER = /(\bfrom |\bimport\()(['"])([^'"]+)\2/g;

/**
 * The declarations that the entries reach, by their path in a package: the client's own at the top, core's below
 * `core/`, each naming the others by relative paths.
 */
function emitTypes(pack: SdkPack): Map<string, string> {
  const { room, entries } = pack;
  const own = basename(room);
  const folder = mkdtempSync(join(tmpdir(), 'turnout-types-'));
  try {
    // Core by itself: what is reached through node_modules counts as another's, and nothing is emitted of it.
    compile(join(room, '..', 'core', 'tsconfig.json'), join(folder, 'core'), '--composite', 'false');
    compile(join(room, 'tsconfig.types.json'), folder);
    const reached = new Map<string, string>();
    const placeOf = (path: string) => (path.startsWith(`${own}/`) ? path.slice(own.length + 1) : path);
    const left = entries.map((entry) => `${own}/${entry}.d.ts`);
    for (let path = left.pop(); path !== undefined; path = left.pop()) {
      const place = placeOf(path);
      if (reached.has(place)) continue;
      const from = path;
      const text = readFileSync(join(folder, path), 'utf8').replace(SPECIFIER, (whole, before, quote, name) => {
        const target = declarationOf(pack, from, name);
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
function declarationOf({ peers, platform }: SdkPack, from: string, name: string): string | undefined {
  if ((platform === 'node' && name.startsWith('node:')) || peers.includes(name)) return undefined;
  if (name === '@turnout/core') return 'core/index.d.ts';
  if (!name.startsWith('.')) throw new Error(`${from} names ${name}, which nobody would have installed`);
  return posix.join(posix.dirname(from), name).replace(/\.ts$/, '.d.ts');
}

function relative(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.d\.ts$/, '.js');
  return path.startsWith('.') ? path : `./${path}`;
}
