import { describe, expect, it } from 'vitest';
import { systemClock } from '../platform/clock.ts';
import { type KeyUse, LastUsed } from './last-used.ts';
import type { KeyPrincipal } from './principal.ts';

const key: KeyPrincipal = {
  ...{ kind: 'key', keyKind: 'server', id: 'k', name: 'k', projectId: 1, environmentId: 2 },
  ...{ origins: [], flags: null, tags: null },
};

describe('the last use of a key', () => {
  it('is kept to the minute, and written once however often the key is used', async () => {
    const saved: KeyUse[][] = [];
    let now = new Date('2026-01-01T10:00:59.900Z');
    const used = new LastUsed({ ...systemClock, now: () => now }, async (uses) => void saved.push(uses));
    used.note(key, '1.1.1.1', 'node/1');
    used.note(key, '2.2.2.2', 'node/2');
    await used.flush();
    await used.flush();
    expect(saved).toEqual([[{ id: 'k', at: new Date('2026-01-01T10:00:00Z'), address: '1.1.1.1', sdk: 'node/1' }]]);
    now = new Date('2026-01-01T10:01:00.000Z');
    used.note(key, '2.2.2.2', 'x'.repeat(100));
    await used.flush();
    expect(saved[1]?.[0]).toMatchObject({ address: '2.2.2.2', sdk: 'x'.repeat(64) });
  });

  it('is dropped where it cannot be written: the next use tells it again', async () => {
    const used = new LastUsed(systemClock, () => Promise.reject(new Error('away')));
    used.note(key, '1.1.1.1', undefined);
    await expect(used.flush()).resolves.toBeUndefined();
  });
});
