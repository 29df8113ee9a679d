import { describe, expect, it } from 'vitest';
import { at, HOUR, healthy, readyScene } from './decide.fixture.ts';
import { decide } from './decide.ts';
import { pauseRun } from './move-run.ts';

const scene = readyScene();
const since = { ...scene.evidence, isProtectedSince: true as const };
const said = 'production was protected since: whoever may grow there resumes it.';

describe('a place that was protected after somebody let a rollout grow there', () => {
  it('pauses what would go on, and says who resumes it', () => {
    expect(decide(scene, scene.evidence, scene.now).action).toBe('advance');
    expect(decide(scene, since, scene.now)).toMatchObject({
      ...{ action: 'pause', cause: 'protection', reason: `Pauses: ${said}` },
    });
  });

  it('pages at the look after that, for nobody chose that pause', () => {
    const paused = { cause: 'protection', actor: 'rollout:r1', reason: said, now: scene.now } as const;
    const run = pauseRun(scene.run, paused);
    const later = at(HOUR + 5_000);
    expect(decide({ ...scene, run }, since, later)).toMatchObject({ action: 'hold', page: 'stopped' });
  });

  it('keeps nothing from going back', () => {
    const thresholds = {
      p95: { kind: 'value' as const, value: 9, beyondSince: at(0).toISOString(), at: scene.now.toISOString() },
    };
    const failing = { ...healthy(scene.now), thresholds, isProtectedSince: true as const };
    expect(decide(scene, failing, scene.now).action).toBe('rollBack');
  });
});
