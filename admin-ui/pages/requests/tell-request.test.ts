import type { WholeRequest } from '@turnout/server/contracts';
import { describe, expect, test } from 'vitest';
import type { MyEnvironment } from '../../client/me.ts';
import { isMine, mayApply, needsRebase, rolloutOf, sumNeeds, tellNeed, tellState } from './tell-request.ts';

const AT = '2026-11-26T12:00:00.000Z';
const NOW = new Date(AT);
const still = {
  ...{
    positions: {},
    directions: { production: 'growing' as const },
    same: true,
    moved: null,
    frozen: {},
    problem: null,
  },
};
const request = (over: Partial<WholeRequest> = {}): WholeRequest => ({
  ...{ id: 'r', kind: 'change', subject: 'request/r', title: 'T', reason: 'R', state: 'open', hash: 'a'.repeat(64) },
  ...{ environments: ['production'], directions: { production: 'growing' }, createdBy: 'person:ed' },
  ...{ createdByName: 'Ed', createdAt: AT, editedAt: AT, expiresAt: AT, authors: [{ id: 'ed', name: 'Ed' }] },
  ...{ approvals: [], needs: [], waits: null, appliesFrom: null, mayApprove: false, whyNot: null, closed: null },
  ...{ change: null, version: 1, items: [], base: {}, diff: {}, now: still, ...over },
});
const yes = { yes: true };
const place = (grow: MyEnvironment['may']['grow']): MyEnvironment => ({
  ...{ key: 'production', name: 'Production', protected: true, roles: [], rights: [], reasonRequired: true },
  may: { read: yes, safe: yes, grow, kill: yes, restore: grow, admin: yes },
});
const mine = { environments: [place({ yes: false, asks: true, why: 'It needs an approved request.' })] };

describe('Whether a request can be applied', () => {
  test.each<[string, Partial<WholeRequest>, RegExp]>([
    ['it waits for somebody', { waits: 'It needs 1 more approval.' }, /^It needs 1 more approval\.$/],
    ['it is closed', { state: 'rejected' }, /closed/],
    ['it expired', { state: 'expired' }, /rebase/],
    ['a rollout asked', { kind: 'stage' }, /goes on by itself/],
    ['it would come to something else', { now: { ...still, same: false } }, /something else/],
    [
      'a freeze holds',
      { now: { ...still, frozen: { production: { name: 'Weekend', until: AT } } } },
      /“Weekend” holds in production/,
    ],
    [
      'nobody else could agree, and its time has not come',
      { waits: 'Wait.', appliesFrom: '2026-11-27T12:00:00Z' },
      /^Wait\.$/,
    ],
  ])('is refused with why: %s', (_what, over, why) => {
    const may = mayApply(request(over), mine, NOW);
    expect(may.yes).toBe(false);
    expect(may.why).toMatch(why);
  });

  test('is yes once enough approve, also where a freeze holds and nothing grows', () => {
    expect(mayApply(request(), mine, NOW).yes).toBe(true);
    const safe = {
      ...still,
      directions: { production: 'safe' as const },
      frozen: { production: { name: 'W', until: AT } },
    };
    expect(mayApply(request({ now: safe }), mine, NOW).yes).toBe(true);
    const alone = { waits: 'Wait.', appliesFrom: '2026-11-26T11:00:00Z' };
    expect(mayApply(request(alone), mine, NOW).yes).toBe(true);
  });

  test('is no where one has no right to write there', () => {
    const viewer = { environments: [place({ yes: false, why: 'A viewer changes nothing.' })] };
    expect(mayApply(request(), viewer, NOW)).toEqual({ yes: false, why: 'A viewer changes nothing.' });
  });
});

test('It is rebased where the ground moved or its time is over, and nowhere else', () => {
  expect(needsRebase(request())).toBeUndefined();
  expect(needsRebase(request({ now: { ...still, same: false } }))).toMatch(/Somebody changed/);
  const moved = 'The rollout of cart would go by the policy fast v1 now, and went by careful v3.';
  expect(needsRebase(request({ now: { ...still, same: false, moved } }))).toBe(moved);
  expect(needsRebase(request({ state: 'expired' }))).toMatch(/time is over/);
  const problem = { type: '', title: '', status: 409, code: 'flag_archived', detail: 'It is archived.' } as const;
  expect(needsRebase(request({ now: { ...still, same: false, problem } as WholeRequest['now'] }))).toMatch(/archived/);
  expect(needsRebase(request({ state: 'expired', kind: 'stage' }))).toBeUndefined();
});

test('What is needed is told with what is given of it', () => {
  const need = { environment: 'production', roles: ['release-manager', 'admin'], count: 2, missing: 1 };
  expect(tellNeed(need)).toBe('1 of 2 by release-manager or admin, in production');
  expect(tellNeed({ ...need, environment: null, roles: ['admin'] })).toBe('1 of 2 by admin');
  expect(sumNeeds([need, { ...need, missing: 2 }])).toEqual({ given: 1, needed: 4 });
});

test('How it stands is said in a word', () => {
  expect(tellState({ state: 'open', waits: null, kind: 'change' }).words).toBe('can be applied');
  expect(tellState({ state: 'open', waits: null, kind: 'stage' }).words).toBe('approved');
  expect(tellState({ state: 'open', waits: 'It waits.', kind: 'change' }).words).toBe('waits');
});

test('Whose it is, and which rollout asks', () => {
  expect(isMine(request(), { kind: 'person', id: 'ed' })).toBe(true);
  expect(isMine(request({ createdBy: 'token:t' }), { kind: 'person', id: 'ed' })).toBe(true);
  expect(isMine(request(), { kind: 'person', id: 'rosa' })).toBe(false);
  expect(isMine(request(), { kind: 'token', id: 'ed' })).toBe(false);
  expect(rolloutOf({ kind: 'stage', subject: 'rollout/abc/run/1/2/0' })).toBe('abc');
  expect(rolloutOf({ kind: 'change', subject: 'request/r' })).toBeUndefined();
});
