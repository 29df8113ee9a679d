import { expect, test } from 'vitest';
import { readPolicy } from '../../../server/policies/read-policy.ts';
import { sampleGround } from '../../../server/policies/sample.fixture.ts';
import { readYaml } from '../../../server/policies/yaml-document.ts';
import { SAMPLE_COMMENTS, samplePolicy } from './policy-sample.ts';
import { writePolicyText } from './policy-text.ts';
import type { ProjectGround } from './read-project-ground.ts';

const server = sampleGround();

function groundOf(over: { guarded?: boolean; metrics?: boolean; sources?: boolean } = {}): ProjectGround {
  const { guarded = true, metrics = true, sources = true } = over;
  return {
    // Production comes first here, and last in a policy.
    environments: [
      { key: 'production', name: 'Production', production: true, guarded, segments: ['staff', 'beta'] },
      { key: 'staging', name: 'Staging', production: false, guarded: false, segments: [] },
    ],
    metrics: metrics ? server.metrics : [],
    sources: sources ? server.sources : [],
    policies: [],
    events: metrics ? ['checkout.error'] : [],
  };
}

test.each([
  ['a project with everything', {}],
  ['one whose environments are open', { guarded: false }],
  ['one without metrics', { metrics: false }],
  ['one without sources', { sources: false }],
  ['one with nothing at all', { guarded: false, metrics: false, sources: false }],
])('what a new policy begins with is sound in %s', (_name, over) => {
  const ground = groundOf(over);
  const text = writePolicyText(samplePolicy('web-standard', ground), SAMPLE_COMMENTS);
  const environments = server.environments.map((one) => ({
    ...one,
    protected: ground.environments.some(({ key, guarded }) => key === one.key && guarded),
  }));
  const { faults, policy } = readPolicy(readYaml(text).value, { ...server, environments });
  expect(faults).toBeUndefined();
  expect(policy?.path.map(({ environment }) => environment)).toEqual(['staging', 'production']);
  expect(policy?.path[1]?.stages.map(({ exposure }) => exposure)).toEqual([undefined, 5000, 20_000, 50_000, 100_000]);
  for (const comment of Object.values(SAMPLE_COMMENTS)) expect(text).toContain(`#${comment}`);
});
