import { describe, expect, it } from 'vitest';
import type { Tx } from '../database/connect.ts';
import { checkMayChange, mayChange } from './may-change.ts';
import type { ActingPrincipal, HookPrincipal } from './principal.ts';

const hook: HookPrincipal = { kind: 'hook', id: 'h', projectId: 1 };
const place = { id: 10, projectId: 1, key: 'production', protected: false };
/** Nobody who is asked about here is looked up: hooks and keys are believed. */
const tx = {} as Tx;
const beside = async (principal: ActingPrincipal, action: string, projectId = 1) =>
  (await checkMayChange(tx, { principal, action, projectId, subject: 'incident/i' }, []))?.code ?? 'yes';

describe('what a hook may change', () => {
  it('alters no ruleset by itself: its kills take the path of all kills', () => {
    for (const way of ['safe', 'growing', 'none'] as const) {
      expect(mayChange({ principal: hook, environment: place, way, reason: 'x' })?.code).toBe('forbidden');
    }
  });

  it('opens incidents and joins them in its own project, and does nothing else', async () => {
    expect(await beside(hook, 'incident.open')).toBe('yes');
    expect(await beside(hook, 'incident.join')).toBe('yes');
    expect(await beside(hook, 'incident.open', 2)).toBe('forbidden');
    for (const action of [
      'rollout.pause',
      'incident.note',
      'incident.reopen',
      'incident.close',
      'incident.update',
      'flag.create',
      'hook.create',
      'key.revoke',
    ]) {
      expect([action, await beside(hook, action)]).toEqual([action, 'forbidden']);
    }
  });
});
