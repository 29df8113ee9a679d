import { describe, expect, it } from 'vitest';
import { mayChange } from './may-change.ts';
import type { RolloutPrincipal } from './principal.ts';

const rollout: RolloutPrincipal = { kind: 'rollout', id: 'r', projectId: 1, environmentIds: [10] };
const place = (id: number, projectId = 1) => ({ id, projectId, key: 'production', protected: true });

describe('what a rollout may change', () => {
  it('grows and shrinks the environments of its path, protected ones too: that was allowed when it was started', () => {
    for (const way of ['safe', 'growing', 'none'] as const) {
      expect(mayChange({ principal: rollout, environment: place(10), way, reason: undefined })).toBeUndefined();
    }
  });

  it('changes no other environment and no other project', () => {
    for (const environment of [place(11), place(10, 2)]) {
      expect(mayChange({ principal: rollout, environment, way: 'safe', reason: 'x' })?.code).toBe('forbidden');
    }
  });
});
