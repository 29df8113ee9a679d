import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { isDriverStumble } from './driver-stumble.ts';
import { hasPostgres, openTestDatabase, type TestDatabase } from './test-database.ts';

describe.skipIf(!hasPostgres)('a connection that the database ends between two statements', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase('postgres');
  });
  afterAll(() => database.close());

  it('ends no process, and the next query is answered', async () => {
    const script = fileURLToPath(new URL('./driver-stumble.fixture.ts', import.meta.url));
    const child = spawn(process.execPath, ['--conditions=turnout-src', '--import', 'tsx', script, database.url ?? ''], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    const code = await new Promise((resolve) => child.once('exit', resolve));
    // Once the driver is mended, no process stumbles any more: then this file and its reason are to go.
    expect([code, said]).toEqual([0, 'refused\nstumbled\nwell\n']);
  });
});

test('nothing but that one error is taken for it', () => {
  const other = new TypeError("Cannot read properties of null (reading 'write')");
  expect(isDriverStumble(other)).toBe(false);
  other.stack = 'TypeError\n    at Immediate.nextWrite (/a/node_modules/postgres/src/connection.js:255:22)';
  expect(isDriverStumble(other)).toBe(true);
  expect(isDriverStumble(new Error(other.message))).toBe(false);
  expect(isDriverStumble(undefined)).toBe(false);
});
