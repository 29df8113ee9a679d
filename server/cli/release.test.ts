import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diffQuery, newRelease, releaseAnswer, releaseDiff, releaseItem, releaseQuery } from '../releases/contract.ts';
import { runCommand } from './run-command.ts';

const AT = '2026-11-25T12:00:00.000Z';
const item = releaseItem.parse({
  ...{ tag: 'autumn', environment: 'production', commit: null, position: 'a.7', change: null, note: 'Before the sale' },
  ...{ origin: { kind: 'manual', says: 'on demand', link: null }, flags: 2, segments: 0, createdBy: 'root' },
  ...{ createdByName: null, createdAt: AT, knownGood: false, latestKnownGood: false, unproven: 1 },
});
const flag = { state: 'on', killed: false, inFlight: null, served: 'x' };
const whole = releaseAnswer.parse({
  ...item,
  unprovenFlags: [{ flag: 'cart', because: 'It was killed: “slow”.' }],
  items: [
    { key: 'cart', ...flag, good: false, proof: null, because: 'It was killed: “slow”.' },
    { key: 'old', ...flag, good: true, proof: 'off', because: 'It was off.' },
  ],
});
const diff = releaseDiff.parse({
  ...{ from: 'autumn', to: 'now', same: 4, segments: [{ key: 'staff', before: { included: [] }, after: null }] },
  flags: [
    { key: 'cart', before: { state: 'on', name: '' }, after: { state: 'off', name: '', killed: true } },
    { key: 'new', before: null, after: { state: 'off' } },
  ],
});
const exported = {
  document: { format: 'turnout', release: { tag: 'autumn' } },
  notes: [{ flag: 'cart', note: 'killed' }],
};
const left = { ...item, tag: 'weekly-12', knownGood: true, latestKnownGood: true, unproven: 0 };

/** What the server of these tests answers; what it is sent is held against the contracts. */
function answer(method: string | undefined, url: URL, body: unknown): unknown {
  const query = Object.fromEntries(url.searchParams);
  if (method === 'POST')
    return { release: { ...item, ...newRelease.parse(body) }, change: { id: 9, seq: 4, environments: [] } };
  if (url.pathname.endsWith('/export')) return exported;
  if (url.pathname.endsWith('/release-diff')) return { ...diff, ...diffQuery.parse(query) };
  if (!url.pathname.endsWith('/releases')) return whole;
  const { cursor } = releaseQuery.parse(query);
  const departed = { ...left, origin: { kind: 'departure', says: 'weekly 12', link: '/trains/weekly/departures/12' } };
  return cursor === undefined ? { items: [departed], next: 'more' } : { items: [item], next: null };
}

describe('turnout release', () => {
  let server: Server;
  let url = '';
  let heard: string[] = [];
  beforeAll(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const at = new URL(request.url ?? '', 'http://localhost');
      heard.push(
        `${request.method} ${request.url?.replace('/api/v1/projects/shop/environments/production', '')} ${text}`.trim(),
      );
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answer(request.method, at, text === '' ? undefined : JSON.parse(text))));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(() => server.close());

  async function run(...words: string[]) {
    const lines: string[] = [];
    const aside: string[] = [];
    const code = await runCommand(['release', ...words, '-p', 'shop', '-e', 'production', '--url', url], {
      env: { TURNOUT_KEY: 'a-key' },
      print: (line) => lines.push(line),
      warn: (line) => aside.push(line),
      readInput: async () => '',
      stopped: new AbortController().signal,
    });
    return { code, lines, aside };
  }

  it('lists the newest, or all of them, with the one to go back to', async () => {
    const newest = 'weekly-12  2026-11-25 12:00 UTC  2 flags, from weekly 12, known good: the one to go back to';
    const older = 'autumn  2026-11-25 12:00 UTC  2 flags, on demand, 1 of them not known to be good';
    expect((await run('list')).lines).toEqual([newest]);
    expect((await run('list', '--all')).lines).toEqual([newest, older]);
    expect(heard).toEqual(['GET /releases?limit=50', 'GET /releases?limit=50', 'GET /releases?limit=50&cursor=more']);
  });

  it('keeps what an environment is, under a tag or the day', async () => {
    const { code, lines } = await run('create', 'autumn', '--note', 'Before the sale', '-r', 'A sale.');
    expect([code, lines.at(-1)]).toEqual([0, 'change #4 (id 9)']);
    expect((await run('create')).code).toBe(0);
    expect(heard).toEqual([
      'POST /releases {"tag":"autumn","note":"Before the sale","reason":"A sale."}',
      'POST /releases {}',
    ]);
  });

  it('shows what of it is not known to be good first, and why', async () => {
    expect((await run('show', 'autumn')).lines.slice(1)).toEqual([
      '  “Before the sale”',
      '  · cart: It was killed: “slow”.',
      '  ✓ old: It was off.',
    ]);
    expect(JSON.parse((await run('show', 'autumn', '--json')).lines[0] ?? '')).toEqual(whole);
  });

  it('tells what differs, from one to another or to now, field by field', async () => {
    expect((await run('diff', 'autumn')).lines).toEqual([
      'From autumn to now; 4 flags are the same.',
      '  cart: state "on" → "off", killed none → true',
      '  new: is new',
      '  segment staff: is gone',
    ]);
    await run('diff', 'autumn', 'winter');
    expect(heard).toEqual(['GET /release-diff?from=autumn&to=now', 'GET /release-diff?from=autumn&to=winter']);
  });

  it('exports the document alone, with what it does not say beside it', async () => {
    const { lines, aside } = await run('export', 'autumn');
    expect(JSON.parse(lines.join('\n'))).toEqual(exported.document);
    expect(aside).toEqual(['Note: cart: killed.']);
  });

  it('says what can be said where it is not understood', async () => {
    for (const words of [['make'], ['show'], ['list', 'x'], ['diff', 'a', 'b', 'c']]) {
      const { code, aside } = await run(...words);
      expect([code, aside.join(' ')]).toEqual([2, expect.stringContaining('turnout release')]);
    }
  });
});
