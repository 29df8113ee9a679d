import type { HouseProcess } from './house-process.ts';

const STAGES = { staging: [20, 100], production: [5, 50, 100] };
const FLAGS = ['f1', 'f2', 'f3', 'f4'];
const ANSWER_MS = 2_000;

const step = (environment: keyof typeof STAGES) => ({
  environment,
  stages: STAGES[environment].map((exposure) => ({ exposure, bake: '1s' })),
});
const DOCUMENT = { key: 'short', path: [step('staging'), step('production')], guards: [] };

/** What is decided of a rollout that finishes: `environment entry stage action`, in this order. */
export const WHOLE_WAY = Object.entries(STAGES).flatMap(([environment, stages]) => [
  ...stages.map((_, stage) => `${environment} ${stage} ${stage - 1} advance`),
  `${environment} ${stages.length} ${stages.length - 1} finish`,
]);

/** A project with flags that are on in both environments, and a policy of short stages. */
export async function prepareRollouts(house: HouseProcess): Promise<void> {
  await house.call('POST', '/projects', { key: 'proof', name: 'Proof' });
  const at = '/projects/proof';
  for (const key of Object.keys(STAGES)) await house.call('POST', `${at}/environments`, { key, name: key });
  for (const key of FLAGS) {
    await house.call('POST', `${at}/flags`, { key, type: 'boolean' });
    for (const environment of Object.keys(STAGES)) {
      await house.call('POST', `${at}/environments/${environment}/flags/${key}/serve`, { variant: 'off' });
    }
  }
  await house.put(`${at}/policies/short`, { document: DOCUMENT, reason: 'made beforehand' });
}

/** Starts the next rollout of each flag as soon as the last one is finished; answers how to stop. */
export function keepRolling(nodes: readonly HouseProcess[]): () => Promise<void> {
  let isOver = false;
  const going = Promise.all(
    FLAGS.map(async (flag) => {
      for (let turn = 0; !isOver; turn++) {
        const node = nodes[turn % nodes.length] as HouseProcess;
        // A node that was just ended, or is frozen, is asked again at its next turn.
        await startNext(node, flag).catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    }),
  );
  return async () => {
    isOver = true;
    await going;
  };
}

async function startNext(node: HouseProcess, flag: string): Promise<void> {
  const ask = (method: string, path: string, body?: unknown) =>
    Promise.race([node.call(method, `/projects/proof${path}`, body), late()]);
  const listed = (await ask('GET', `/rollouts?flag=${flag}&limit=1`)) as { items?: { state: string; to: string }[] };
  const { state, to: from } = listed.items?.[0] ?? { state: 'finished', to: 'off' };
  if (['waiting', 'running', 'paused'].includes(state)) return;
  // There and back: nothing is edited between two of them, so an answer that came too late does no harm.
  const to = from === 'on' ? 'off' : 'on';
  await ask('POST', '/rollouts', { flag, from, to, policy: 'short', reason: 'the next one' });
}

function late(): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error('no answer in time')), ANSWER_MS).unref();
  });
}
