import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flagOf, rulesetOf } from './house-server.fixture.ts';
import { recordLines } from './lines.fixture.ts';
import { Notes } from './logger.ts';
import { offlineTurnout } from './offline.fixture.ts';
import { readOverrides } from './overrides.ts';

describe('overrides for local work', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'turnout-overrides-'));
    path = join(folder, 'flags.local.json');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function read(text: string | undefined, more: NodeJS.ProcessEnv = {}) {
    if (text !== undefined) writeFileSync(path, text);
    const { logger, lines } = recordLines();
    const overrides = readOverrides({ TURNOUT_OVERRIDES: path, ...more }, new Notes(logger));
    return { values: Object.fromEntries([...overrides].map(([key, { value }]) => [key, value])), lines };
  }

  it('are the values of a file, and are said', () => {
    const { values, lines } = read('{"new-cart": true, "copy": "hello", "limits": {"items": 3}}');
    expect(values).toEqual({ 'new-cart': true, copy: 'hello', limits: { items: 3 } });
    expect(lines).toEqual([expect.stringMatching(/^info turnout: .*overrides new-cart, copy, limits$/)]);
  });

  it('are ignored in production, and that is said', () => {
    const { values, lines } = read('{"new-cart": true}', { NODE_ENV: 'production' });
    expect(values).toEqual({});
    expect(lines).toEqual([expect.stringMatching(/^warn .*ignored, because NODE_ENV is production/)]);
  });

  it.each([undefined, '{', '[]', 'null'])('are ignored when the file is no such thing: %s', (text) => {
    const { values, lines } = read(text);
    expect(values).toEqual({});
    expect(lines).toEqual([expect.stringMatching(/^warn .*TURNOUT_OVERRIDES is ignored/)]);
  });

  it('leave out what no flag can be', () => {
    const { values, lines } = read('{"a": null, "b": [1], "c": 1}');
    expect(values).toEqual({ c: 1 });
    expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(2);
  });

  it('stand before the flags, also before a kill and for flags that do not exist yet', () => {
    writeFileSync(path, '{"killed": true, "next": "soon"}');
    vi.stubEnv('TURNOUT_OVERRIDES', path);
    vi.stubEnv('NODE_ENV', 'development');
    const turnout = offlineTurnout(rulesetOf([flagOf('killed', { killed: true }), flagOf('other')]));
    vi.unstubAllEnvs();
    expect(turnout.evaluate('killed', false)).toMatchObject({ value: true, reason: 'STATIC' });
    expect(turnout.boolean('killed', false)).toBe(true);
    expect(turnout.string('next', '')).toBe('soon');
    expect(turnout.evaluate('next', 1)).toMatchObject({ value: 1, errorCode: 'TYPE_MISMATCH' });
    expect(turnout.boolean('other', false)).toBe(true);
    expect(Object.entries(turnout.all()).map(([key, { value }]) => [key, value])).toEqual([
      ['killed', true],
      ['other', true],
      ['next', 'soon'],
    ]);
    expect(Object.keys(turnout.all({}, { clientVisibleOnly: true }))).toEqual([]);
  });

  it('are none without the variable', () => {
    expect(readOverrides({}, new Notes(false)).size).toBe(0);
  });
});
