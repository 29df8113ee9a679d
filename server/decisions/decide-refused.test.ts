import { describe, expect, it } from 'vitest';
import { at, DAY, HOUR, policyOf, readyScene, type Scene, waitingRun } from './decide.fixture.ts';
import { decide } from './decide.ts';
import type { Action } from './decision.ts';
import { noteDecision } from './move-run.ts';

const policy = policyOf({ deadline: { afterMs: DAY, onDeadline: 'ask' } });
const refusedOf = (action: Action, code = 'wrong_state') => ({ action, code, because: 'The segment staff is gone' });
const ask = ({ rollout, run, policy, evidence, now }: Scene) => decide({ rollout, run, policy }, evidence, now);

function refusedScene(ms: number, ...actions: Action[]): Scene {
  const scene = readyScene(policy, at(ms));
  return { ...scene, evidence: { ...scene.evidence, refused: actions.map((action) => refusedOf(action)) } };
}

describe('what was decided and refused', () => {
  it('is a hold that says what was refused and why, and somebody is told', () => {
    const decision = ask(refusedScene(HOUR, 'advance'));
    const because = 'Entering the next stage was refused: The segment staff is gone.';
    expect(decision).toMatchObject({
      action: 'hold',
      reason: `Holds: ${because}`,
      because: [because],
      page: 'stopped',
    });
    expect(decision.conditions.at(-1)).toEqual({ id: 'refused:advance', kind: 'refused', met: false, because });
  });

  it('tells nobody of a freeze, which is over some day', () => {
    const scene = readyScene(policy);
    const refused = [refusedOf('advance', 'frozen')];
    expect(ask({ ...scene, evidence: { ...scene.evidence, refused } })).toMatchObject({ action: 'hold', page: null });
  });

  it('comes to its deadline like whatever else holds', () => {
    const scene = refusedScene(DAY, 'advance');
    const asked = ask(scene);
    expect(asked).toMatchObject({ action: 'hold', page: 'deadline' });
    expect(asked.reason).toContain('The segment staff is gone. It has taken 1 day, and 1 day was its deadline.');
    const run = noteDecision(scene.run, asked, policy, at(DAY));
    const late = refusedScene(2 * DAY, 'advance');
    expect(ask({ ...late, run })).toMatchObject({ action: 'rollBack' });
    const waiting = { ...waitingRun(), askedAfterMs: DAY };
    expect(ask({ ...late, run: waiting })).toMatchObject({ action: 'rollBack' });
  });

  it('holds where the way back is refused, too, and goes on saying why it was to go back', () => {
    const scene = refusedScene(2 * DAY, 'advance', 'rollBack');
    const decision = ask({ ...scene, run: { ...scene.run, askedAfterMs: DAY } });
    expect(decision).toMatchObject({ action: 'hold', page: 'stopped' });
    expect(decision.because[0]).toBe('Going back was refused: The segment staff is gone.');
    expect(decision.because[1]).toMatch(/^Its deadline passed/);
  });

  it('stands against nothing else that is decided', () => {
    const scene = refusedScene(HOUR, 'advance');
    scene.evidence.signals.alert = { at: at(HOUR).toISOString(), summary: 'It burns' };
    expect(ask(scene)).toMatchObject({ action: 'rollBack' });
  });
});
