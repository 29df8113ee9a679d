import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readBlocks } from './read-document.fixture.ts';
import { runDocument } from './run-document.fixture.ts';
import { type ServerProcess, startServer } from './server-process.fixture.ts';

const DOCUMENTS = ['docs/quickstart/curl.md', 'docs/quickstart/node.md', 'docs/quickstart/python.md', 'README.md'];

/** A document is a dozen commands, and each starts a process: a loaded machine takes its time. */
const PATIENCE_MS = 180_000;

describe('what a document tells its reader to do', () => {
  let server: ServerProcess | undefined;
  afterEach(async () => {
    await server?.remove();
    server = undefined;
  });

  it.each(DOCUMENTS)('works as it stands in %s', { timeout: PATIENCE_MS }, async (path) => {
    server = await startServer({ TURNOUT_DEMO: 'true' });
    // A reader is slower than this: by then the demo's own past is made, and no change of it comes between theirs.
    const unfinished = join(server.dataDir, 'demo-keys', 'unfinished');
    await expect.poll(() => existsSync(unfinished), { timeout: PATIENCE_MS / 2 }).toBe(false);
    expect(await runDocument(path, server)).toBeGreaterThan(2);
  });

  it('is read block by block', () => {
    const blocks = readBlocks('a\n```sh keep\nls\n```\n\n```text\nx\ny\n```\n');
    expect(blocks).toEqual([
      { language: 'sh', word: 'keep', text: 'ls\n', line: 2 },
      { language: 'text', word: '', text: 'x\ny\n', line: 6 },
    ]);
    expect(() => readBlocks('```sh\nls\n')).toThrow('line 1');
  });
});
