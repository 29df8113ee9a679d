import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty project, into which a package is installed as others will install it. */
export class PackedApp {
  /** Beside the project: what is packed, and what is to run away from it. */
  readonly folder = mkdtempSync(join(tmpdir(), 'turnout-packed-'));
  readonly app = join(this.folder, 'app');

  constructor() {
    mkdirSync(this.app);
    this.write('package.json', '{"name": "app", "version": "1.0.0", "private": true}');
  }

  /** Puts together what would be published of a room; answers where it lies. */
  async publish(room: string, bundle: (dist: string) => Promise<void>): Promise<string> {
    const source = join(this.folder, 'source');
    mkdirSync(source);
    for (const name of ['package.json', 'README.md']) cpSync(join(room, name), join(source, name));
    await bundle(join(source, 'dist'));
    return source;
  }

  /** Packs what lies in each folder and installs it all, without any registry. */
  install(sources: readonly string[], ...flags: string[]): void {
    const archives = sources.map((source) => this.#pack(source));
    const quiet = ['--offline', '--no-audit', '--no-fund', ...flags];
    execFileSync('npm', ['install', ...archives, ...quiet], { cwd: this.app, stdio: 'pipe' });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.app, name), text);
  }

  /** Everything that a program says. */
  run(...args: string[]): string {
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: this.app, encoding: 'utf8' });
    return (stdout + stderr).trim();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #pack(source: string): string {
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', this.folder];
    const said = execFileSync('npm', pack, { cwd: source });
    return join(this.folder, JSON.parse(said.toString())[0].filename);
  }
}

/** What a module of a package names, in either kind of module and in declarations. */
export function namesIn(text: string): string[] {
  const named = text.matchAll(/^(?:import|export)\b[^'"]*?from ['"]([^'"]+)|require\(['"]([^'"]+)/gm);
  return [...named].map(([, imported, required]) => imported ?? required ?? '');
}
