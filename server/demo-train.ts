import { ask, type CallApi, PROJECT } from './demo.ts';

const TRAIN = {
  ...{
    key: 'weekly',
    name: 'Every Wednesday',
    environment: 'production',
    cutOff: '4h',
    onItemFail: 'eject',
    mostCars: 5,
  },
  velocity: { kind: 'train', rule: '0 10 * * 3', zone: 'Europe/Zurich' },
  reason: 'So that nobody has to ask when',
};

const IN_PRODUCTION = '/environments/production/flags/review-photos';

/** What leaves next, and a release to look at: a train with one change aboard, as a team has it in the middle of a week. */
export async function makeTrain(call: CallApi): Promise<void> {
  await ask(call, {
    ...{ method: 'POST', path: `${PROJECT}/environments/production/releases` },
    body: { tag: 'opening', note: 'As the shop opened', reason: 'To have something to go back to' },
  });
  await ask(call, { method: 'POST', path: `${PROJECT}/trains`, body: TRAIN });
  await ask(call, {
    ...{ method: 'POST', path: `${PROJECT}/trains/weekly/board` },
    body: {
      title: 'Photos in reviews',
      reason: 'The community has asked for it',
      items: [
        { method: 'PATCH', path: IN_PRODUCTION, body: { state: 'on', fallthrough: { variant: 'off' } } },
        { method: 'POST', path: `${IN_PRODUCTION}/rollout`, body: { from: 'off', to: 'on', policy: 'step-by-step' } },
      ],
    },
  });
}
