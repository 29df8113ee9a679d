import { expect, it } from 'vitest';
import { parsePolicy } from './document-contract.ts';
import { findUnits } from './find-units.ts';
import { readPolicy } from './read-policy.ts';
import { sampleGround } from './sample.fixture.ts';

function documentWith(count: number, over: object = {}) {
  const guard = { metric: 'checkout.error', kind: 'versus-control', onFail: 'hold', ...over };
  const guards = Array.from({ length: count }, (_, at) => ({ id: `g${at}`, margin: `${20 + at}%`, ...guard }));
  const path = [{ environment: 'staging', stages: [{ exposure: 5 }] }];
  const { document } = parsePolicy({ key: 'web', path, guards });
  if (document === undefined) throw new Error('this sample is sound');
  return document;
}

const rates = [{ environment: 'staging', metric: 'checkout.error', rate: 0.01, hours: 100 }];

it('lets others have their turn between any two numbers of units that a check of a policy needs', async () => {
  let turn = 0;
  let stopped = false;
  const next = () => {
    turn += 1;
    if (!stopped) setImmediate(next);
  };
  setImmediate(next);
  const asked: number[] = [];
  const unitsNeeded = () => asked.push(turn);
  await findUnits(documentWith(10), { metrics: sampleGround().metrics, rates, unitsNeeded });
  stopped = true;
  expect(asked).toHaveLength(20);
  expect(new Set(asked).size).toBe(20);
});

it.each([
  ['more guards than a policy may have', documentWith(21, { mustSee: '3x' })],
  ['guards that only watch, of which nothing is told', documentWith(10, { mode: 'shadow' })],
])('asks for nothing with %s', async (_what, document) => {
  const asked: object[] = [];
  const unitsNeeded = (ask: object) => asked.push(ask);
  const ground = sampleGround({ rates, unitsNeeded });
  await findUnits(document, ground);
  readPolicy(document, ground);
  expect(asked).toEqual([]);
});
