import { describe, expect, it } from 'vitest';
import { at, MINUTE, policyOf, readyScene, SECOND, stageOf } from './decide.fixture.ts';
import { decide } from './decide.ts';

describe('leaving a stage', () => {
  it('says how long units take at the pace they come in', () => {
    const scene = readyScene(policyOf({ guards: [] }), at(30 * MINUTE));
    Object.assign(scene.evidence.entry!.exposed, { treatment: 2000, control: 1900 });
    const { reason } = decide(scene, scene.evidence, scene.now);
    expect(reason).toBe('Holds: 1,900 of 4,000 units in control; about 33 minutes at this pace.');
    Object.assign(scene.evidence.entry!.exposed, { treatment: 0, control: 0 });
    expect(decide(scene, scene.evidence, scene.now).reason).toBe(
      'Holds: 0 of 4,000 units in treatment; none came yet.',
    );
  });

  it('names those that have not put it in force, the first five of them', () => {
    const scene = readyScene();
    scene.run.effectiveAt = null;
    scene.evidence.readBack = { effective: false, laggards: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] };
    const { reason, conditions } = decide(scene, scene.evidence, scene.now);
    expect(reason).toBe('Holds: Not in force yet on a, b, c, d, e and 2 more.');
    expect(conditions.map(({ id, met }) => [id, met])).toEqual([
      ['effective', false],
      ['bake', false],
      ['units', true],
    ]);
  });

  it('has baked nothing before it is in force, however short the bake', () => {
    const scene = readyScene(
      policyOf({ path: [{ environment: 'production', stages: [stageOf({ exposure: 5_000, bakeMs: 0 })] }] }),
    );
    scene.run.effectiveAt = null;
    expect(decide(scene, scene.evidence, scene.now).conditions.map(({ id, met }) => [id, met])).toEqual([
      ['effective', false],
      ['bake', false],
    ]);
  });

  it('takes time in which it stood still from the bake, unless that was before the bake', () => {
    const stood = (stoodMs: number, before: number) => {
      const scene = readyScene(policyOf({ guards: [] }), at(30 * MINUTE));
      Object.assign(scene.run, { stoodMs, stoodBeforeEffectMs: before });
      return decide(scene, scene.evidence, scene.now);
    };
    expect(stood(SECOND, 0)).toMatchObject({ action: 'hold', checkAgainAt: at(30 * MINUTE + SECOND).toISOString() });
    expect(stood(SECOND, SECOND)).toMatchObject({ action: 'advance' });
  });

  it('waits for no units where a stage has no arms', () => {
    const stages = [stageOf({ audience: 'staff', minUnits: 20 })];
    const scene = readyScene(policyOf({ guards: [], path: [{ environment: 'production', stages }] }));
    scene.evidence.entry!.exposed = { treatment: 0, control: 0, to: 3 };
    expect(decide(scene, scene.evidence, scene.now)).toMatchObject({ action: 'finish' });
  });

  it.each([
    ['where nothing is protected', false, 'signed', 'advance'],
    ['not in a protected environment', true, 'signed', 'hold'],
    ['not where nobody vouches for them', false, 'open', 'hold'],
  ] as const)('believes pages how many units there are %s', (_title, isProtected, source, action) => {
    const scene = readyScene(policyOf({ guards: [] }), at(30 * MINUTE));
    Object.assign(scene.run, { isProtected });
    const { entry } = scene.evidence;
    entry!.exposed = { treatment: 0, control: 10, to: 0 };
    const exposed = { treatment: 4_000, control: 4_000, to: 4_000 };
    entry!.pages = { source, newestAt: scene.now.toISOString(), exposed };
    expect(decide(scene, scene.evidence, scene.now).action).toBe(action);
  });

  it('counts units with an event that a stage asks for', () => {
    const stages = [stageOf({ exposure: 100_000, minHits: { event: 'checkout.done', count: 100 } })];
    const scene = readyScene(policyOf({ guards: [], path: [{ environment: 'production', stages }] }));
    expect(decide(scene, scene.evidence, scene.now).reason).toBe('Holds: 0 of 100 units with checkout.done.');
    scene.evidence.entry!.events = { 'checkout.done': 100 };
    expect(decide(scene, scene.evidence, scene.now).action).toBe('finish');
  });

  it.each([
    ['nobody vouches for them', false, 'open', 'hold'],
    ['they are signed and nothing is protected', false, 'signed', 'finish'],
    ['the environment is protected', true, 'signed', 'hold'],
  ] as const)('counts such units of pages as far as they are believed: %s', (_title, isProtected, source, action) => {
    const event = 'checkout.error.event';
    const stages = [stageOf({ exposure: 100_000, minHits: { event, count: 10 } })];
    const scene = readyScene(policyOf({ guards: [], path: [{ environment: 'production', stages }] }));
    Object.assign(scene.run, { isProtected });
    scene.evidence.metrics['checkout.error']!.source = 'client';
    const { entry } = scene.evidence;
    entry!.pages = { source, newestAt: scene.now.toISOString(), exposed: entry!.exposed };
    expect(decide(scene, scene.evidence, scene.now).action).toBe(action);
  });
});
