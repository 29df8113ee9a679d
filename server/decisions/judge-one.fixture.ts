import type { EntryEvidence } from '../metrics/evidence.ts';
import type { Guard } from '../policies/policy.ts';
import { policyOf, readyScene, type Scene, stageOf } from './decide.fixture.ts';
import { decide } from './decide.ts';

export type Happens = (scene: Scene) => void;

/** What one guard alone is found to be at the end of a stage in which all is well, but for what happens. */
export function judge(guard: Guard, happens: Happens = () => {}) {
  const scene = readyScene(policyOf({ guards: [guard] }));
  happens(scene);
  const { rollout, run, policy, evidence, now } = scene;
  const decision = decide({ rollout, run, policy }, evidence, now);
  return { ...decision.guards[0]!, action: decision.action, reason: decision.reason, page: decision.page };
}

export const entry =
  (change: (entry: EntryEvidence) => void): Happens =>
  (scene) =>
    change(scene.evidence.entry!);
export const hits = (key: string, treatment: number, control: number) =>
  entry(({ metrics }) => Object.assign(metrics[key]!.hits, { treatment, control }));
/** A stage for its audience alone. */
export const withoutControl: Happens = ({ policy, run }) => {
  policy.path[0]!.stages[0] = stageOf({ audience: 'staff' });
  run.minUnits = null;
};
