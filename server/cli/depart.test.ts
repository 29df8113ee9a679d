import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from './run-command.ts';

/** Runs words where no server is: what makes no sense is told before anything is asked. */
async function run(...words: string[]) {
  const said: string[] = [];
  const tell = (line: string) => void said.push(line);
  const env = { TURNOUT_KEY: 'a-key' };
  const shell = { env, print: tell, warn: tell, readInput: async () => '', stopped: new AbortController().signal };
  return { exit: await runCommand(words, shell), said: said.join('\n') };
}

describe('turnout depart, recall and chemspill', () => {
  it.each([
    [['depart', 'weekly'], '<number> is missing: turnout depart <train> <number>'],
    [['recall', 'weekly', 'first', '--reason', 'x'], 'Which departure? turnout recall <train> <number>'],
    [['recall', 'weekly', '12'], 'turnout recall asks why: --reason "<text>"'],
    [['chemspill', 'weekly', '--reason', 'x'], '<request> is missing: turnout chemspill <train> <request>'],
    [['chemspill', 'weekly', '4f1d0c2a9b7e'], 'turnout chemspill asks why'],
  ])('%j says what is missing', async (words, told) => {
    const { exit, said } = await run(...words);
    expect(exit).toBe(2);
    expect(said).toContain(told);
  });

  it('their help says what each of them skips, and what it does not', async () => {
    expect((await run('depart', '--help')).said).toContain('skips no freeze');
    expect((await run('recall', '--help')).said).toMatch(/past\s+freezes and approvals/);
    expect((await run('chemspill', '--help')).said).toContain('--break-glass');
  });
});

const CHANGE = { id: 9, seq: 7, environments: [{ key: 'production', position: 'abc.3' }] };
const DEPARTING = {
  ...{ train: 'weekly', number: 12, state: 'departing', says: 'Has left; not in force everywhere yet.' },
  ...{ release: 'weekly-12', cars: [], chemspill: null },
};
const UNDER_WAY = { ...DEPARTING, state: 'under-way', says: 'Under way: each change follows its policy.' };

describe('turnout depart with --wait', () => {
  let server: Server;
  let where: string[] = [];
  let reached = 7;
  /** How it stands, each time that it is asked; the last for good. Null: it cannot be asked. */
  let stands: (object | null)[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      const isRead = request.method === 'GET';
      const departure = isRead ? (stands.length > 1 ? stands.shift() : stands[0]) : DEPARTING;
      response.writeHead(departure ? 200 : 503, { 'content-type': 'application/json' });
      const receipts = { live: 7, reached, max: 80, laggards: [], unknown: [], complete: true };
      const hasWaited = request.url?.endsWith('?wait=5s');
      const answer = { departure, change: CHANGE, ...(hasWaited ? { receipts } : {}) };
      response.end(JSON.stringify(isRead ? departure : answer));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    where = ['-p', 'shop', '--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
  });
  afterAll(() => server.close());

  it.each<[string, number, (object | null)[], string, number]>([
    ['how it stands once all have it', 7, [DEPARTING, UNDER_WAY], UNDER_WAY.says, 0],
    ['that it is not in force where some have not', 6, [DEPARTING], DEPARTING.says, 3],
    ['what it knew where it cannot be asked again', 7, [null], DEPARTING.says, 0],
  ])('says %s', async (_what, apps, reads, says, code) => {
    [reached, stands] = [apps, reads];
    const { exit, said } = await run('depart', 'weekly', '12', '--reason', 'now', '--wait', '5s', ...where);
    expect(said.split('\n')[0]).toBe(`weekly 12: ${says}`);
    expect(said).toContain(`${apps}/7 apps`);
    expect(exit).toBe(code);
  });

  it('without it, asks nothing again', async () => {
    stands = [UNDER_WAY];
    const { said } = await run('depart', 'weekly', '12', '--reason', 'now', ...where);
    expect(said).toContain(DEPARTING.says);
  });
});
