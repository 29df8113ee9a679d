import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { Secrets } from '../platform/secrets.ts';
import { Journal } from './journal.ts';
import { parseLines, writeHeld, writeSettled } from './journal-lines.ts';
import type { JournalEntry } from './served.ts';
import { SECRET } from './test-node.fixture.ts';

const signer = Secrets.open({ dataDir: '', fromEnv: SECRET });

function entry(id: string, over: Partial<JournalEntry> = {}): JournalEntry {
  const at = '2026-01-31T12:00:00.000Z';
  return {
    kind: 'kill',
    id,
    epoch: 'e',
    flag: `flag-${id}`,
    at,
    environmentId: 1,
    actor: 'root',
    reason: 'r',
    ...over,
  };
}

describe('the journal of kills', () => {
  let folder: string;
  let log: string[];
  let open: Journal[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-journal-'));
    log = [];
    open = [];
  });
  afterEach(async () => {
    for (const journal of open) await journal.close().catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  });

  const path = () => join(folder, 'kills.journal');
  async function start(): Promise<Journal> {
    const note = (_fields: object, message: string) => void log.push(message);
    const journal = await Journal.open({ folder, signer, clock: systemClock, log: { warn: note, error: note } });
    open.push(journal);
    return journal;
  }
  async function restart(): Promise<Journal> {
    await open.pop()?.close();
    return start();
  }
  const idsOf = (journal: Journal) => journal.entries().map(({ id }) => id);

  test('gives back after a restart what was appended and not dropped', async () => {
    const journal = await start();
    await Promise.all([journal.append(entry('a', { incident: 'i' })), journal.append(entry('b'))]);
    await journal.append(entry('c'));
    await journal.drop(['b']);
    const again = await restart();
    expect(again.entries()).toEqual([entry('a', { incident: 'i' }), entry('c')]);
    expect(again.isDurable('a')).toBe(true);
    expect(again.faults()).toEqual([]);
  });

  test('is on disk, whole, when append resolves', async () => {
    const journal = await start();
    await journal.append(entry('a'));
    const { held, torn, refused } = parseLines(signer, readFileSync(path(), 'utf8'));
    expect({ held, torn, refused }).toEqual({ held: [entry('a')], torn: false, refused: [] });
  });

  test('loses nothing but the torn line when a crash cuts it anywhere', async () => {
    const lines = [writeHeld(signer, entry('a')), writeHeld(signer, entry('b')), writeSettled(signer, ['a'])];
    const text = lines.join('');
    const ends = lines.map((_line, index) => lines.slice(0, index + 1).join('').length);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length }), (cut) => {
        const { held, refused, torn } = parseLines(signer, text.slice(0, cut));
        const whole = ends.filter((end) => end <= cut).length;
        expect(refused).toEqual([]);
        expect(torn).toBe(cut !== 0 && !ends.includes(cut));
        expect(held.map(({ id }) => id)).toEqual([[], ['a'], ['a', 'b'], ['b']][whole]);
      }),
      { numRuns: 200 },
    );
  });

  test('goes on behind a torn line', async () => {
    const journal = await start();
    await journal.append(entry('a'));
    appendFileSync(path(), writeHeld(signer, entry('b')).slice(0, 50));
    const again = await restart();
    expect(idsOf(again)).toEqual(['a']);
    expect(log).toEqual(['the last line of the kill journal was torn off by a crash; nobody was promised it']);
    await again.append(entry('c'));
    expect(idsOf(await restart())).toEqual(['a', 'c']);
    expect(log).toHaveLength(1);
  });

  test('refuses an altered line, says so, keeps the file aside, and believes the others', async () => {
    const journal = await start();
    for (const id of ['a', 'b', 'c']) await journal.append(entry(id));
    await open.pop()?.close();
    writeFileSync(path(), readFileSync(path(), 'utf8').replace('flag-b', 'flag-x'));
    const again = await start();
    expect(idsOf(again)).toEqual(['a', 'c']);
    expect(log[0]).toMatch(/altered/);
    expect(again.faults()).toEqual(['1 lines of the journal were refused at the start.']);
    const aside = readdirSync(folder).find((name) => name.includes('refused'));
    expect(readFileSync(join(folder, aside ?? ''), 'utf8')).toContain('flag-x');
  });

  test('refuses what another installation signed', async () => {
    const other = Secrets.open({ dataDir: '', fromEnv: 'another-secret-that-has-32-bytes-or-more' });
    writeFileSync(path(), writeHeld(other, entry('a')));
    expect(idsOf(await start())).toEqual([]);
    expect(log).toHaveLength(1);
  });

  test('does not take a signature that was made for another purpose', async () => {
    const line = writeHeld(signer, entry('a'));
    const text = line.slice(line.indexOf(' ') + 1, -1);
    writeFileSync(path(), `${signer.sign('snapshot', text)} ${text}\n`);
    expect(idsOf(await start())).toEqual([]);
  });

  test('is not shared by two processes', async () => {
    await start();
    await expect(start()).rejects.toThrow(/is in use by process/);
  });

  test('stays short, however many kills come and go', async () => {
    const journal = await start();
    await journal.append(entry('kept'));
    for (let round = 0; round < 40; round++) {
      const ids = Array.from({ length: 50 }, (_, index) => `${round}-${index}`);
      await Promise.all(ids.map((id) => journal.append(entry(id, { reason: 'x'.repeat(200) }))));
      await journal.drop(ids);
    }
    expect(readFileSync(path()).length).toBeLessThan(600_000);
    expect(idsOf(await restart())).toEqual(['kept']);
  });

  test('says that it could not write, holds the entry in memory, and writes it when it can', async () => {
    const journal = await start();
    await journal.append(entry('a'));
    // A folder lies where the draft would be made, so that the file cannot be written anew.
    mkdirSync(`${path()}.new`);
    journal.doubt();
    await expect(journal.append(entry('b'))).rejects.toThrow();
    expect(journal.isDurable('b')).toBe(false);
    expect(idsOf(journal)).toEqual(['a', 'b']);
    expect(journal.faults()).toEqual(['1 kills could not be written to the journal on disk.']);
    rmSync(`${path()}.new`, { recursive: true });
    await journal.retry();
    expect(journal.isDurable('b')).toBe(true);
    expect(journal.faults()).toEqual([]);
    expect(idsOf(await restart())).toEqual(['a', 'b']);
  });
});
