import { expect, it } from 'vitest';
import { parsePolicy } from './document-contract.ts';
import { findUnits } from './find-units.ts';
import { sampleGround } from './sample.fixture.ts';

const guards = Array.from({ length: 10 }, (_, at) => ({
  ...{ id: `g${at}`, metric: 'checkout.error', kind: 'versus-control', margin: `${20 + at}%`, onFail: 'hold' },
}));
const { document } = parsePolicy({ key: 'web', path: [{ environment: 'staging', stages: [{ exposure: 5 }] }], guards });

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
  const rates = [{ environment: 'staging', metric: 'checkout.error', rate: 0.01, hours: 100 }];
  if (document === undefined) throw new Error('this sample is sound');
  await findUnits(document, { metrics: sampleGround().metrics, rates, unitsNeeded });
  stopped = true;
  expect(asked).toHaveLength(20);
  expect(new Set(asked).size).toBe(20);
});
