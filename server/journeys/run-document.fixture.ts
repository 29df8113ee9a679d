import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Block, readBlocks } from './read-document.fixture.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
/** Where documents say that the server is. */
const WRITTEN = 'http://127.0.0.1:8420';
const PATIENCE_MS = 120_000;
/** Of the repository, what a reader's folder has as well. */
const AT_HAND = ['node_modules', 'package.json'];

/** What a document's commands said: `kept` is what those say that go on running. */
interface Said {
  last: string;
  kept: string;
  /** How much of `kept` has been looked at. */
  seen: number;
}

/**
 * Does what a document tells its reader, in a folder that is like the reader's: saves the files, runs the commands in
 * order, and looks for each line of each answer. Blocks are `<language> <file name>` to save, `sh` to run, `sh keep` to
 * start and leave running, `text` for what the command before said, `text kept` for what the kept one says next. A
 * `sh setup` block was done by whoever started the server. Throws with the line of the document where it does not hold.
 */
export async function runDocument(path: string, server: { url: string; dataDir: string }): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-reader-'));
  for (const name of AT_HAND.filter((one) => existsSync(join(REPOSITORY, one)))) {
    symlinkSync(join(REPOSITORY, name), join(folder, name));
  }
  symlinkSync(server.dataDir, join(folder, 'data'));
  const kept: ChildProcess[] = [];
  const said: Said = { last: '', kept: '', seen: 0 };
  const blocks = readBlocks(readFileSync(join(REPOSITORY, path), 'utf8'));
  try {
    for (const block of blocks) {
      await doBlock(block, { folder, url: server.url, kept, said }).catch((error: Error) => {
        throw new Error(`${path}:${block.line}: ${error.message}`);
      });
    }
    return blocks.length;
  } finally {
    for (const child of kept) end(child);
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Reader {
  folder: string;
  url: string;
  kept: ChildProcess[];
  said: Said;
}

async function doBlock(block: Block, reader: Reader): Promise<void> {
  const { language, word } = block;
  const text = block.text.replaceAll(WRITTEN, reader.url);
  if (language === 'text') await expectSaid(text, word === 'kept', reader.said);
  else if (language !== 'sh') {
    if (word !== '') writeFileSync(join(reader.folder, word), text);
  } else if (word === 'keep') keepRunning(text, reader);
  else if (word !== 'setup') reader.said.last = await runToEnd(text, reader);
}

function start(text: string, { folder, url }: Reader): ChildProcess {
  const { TURNOUT_KEY: _key, TEST_DATABASE_URL: _database, ...env } = process.env;
  return spawn('bash', ['-euo', 'pipefail', '-c', text], {
    cwd: folder,
    env: { ...env, TURNOUT_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
}

function hear(child: ChildProcess, take: (text: string) => void): void {
  for (const output of [child.stdout, child.stderr]) output?.setEncoding('utf8').on('data', take);
}

function keepRunning(text: string, reader: Reader): void {
  const child = start(text, reader);
  reader.kept.push(child);
  hear(child, (piece) => {
    reader.said.kept += piece;
  });
}

function runToEnd(text: string, reader: Reader): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = start(text, reader);
    let out = '';
    hear(child, (piece) => {
      out += piece;
    });
    const late = setTimeout(() => end(child), PATIENCE_MS);
    child.once('close', (code) => {
      clearTimeout(late);
      if (code === 0) resolve(out);
      else reject(new Error(`ended with ${code}:\n${text}\n${out}`));
    });
  });
}

/** Each line must be there, in order; a kept command gets time to say it. */
async function expectSaid(text: string, isKept: boolean, said: Said): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  let from = isKept ? said.seen : 0;
  for (const line of text.split('\n').filter((one) => one !== '')) {
    for (;;) {
      const all = isKept ? said.kept : said.last;
      const at = all.indexOf(line, from);
      if (at >= 0) {
        from = at + line.length;
        break;
      }
      if (!isKept || Date.now() > until) throw new Error(`"${line}" was not said, but:\n${all.slice(from)}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  if (isKept) said.seen = from;
}

function end(child: ChildProcess): void {
  try {
    process.kill(-(child.pid as number), 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
