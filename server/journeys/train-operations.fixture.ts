import type { AsRoot, Operation, Place, Sample } from './operations.fixture.ts';

let count = 0;
const P = '/api/v1/projects/{project}';
const ONE = `${P}/trains/{train}`;
const reason = { reason: 'sample' };

/** One that is there in the sample's environment, and leaves too late to disturb anybody. */
async function newTrain(root: AsRoot, { project, environment }: Place): Promise<string> {
  const key = `t${++count}`;
  await root('POST', `/projects/${project}/trains`, { key, ...trainIn(environment) });
  return key;
}

const trainIn = (environment: string) => ({
  environment,
  velocity: { kind: 'critical-mass', changes: 50, longestWait: null },
});

/** A change of a flag that is there, to what it never was. */
const boarding = ({ environment }: Place) => ({
  title: 'sample',
  ...reason,
  items: [
    {
      ...{ method: 'PATCH', path: `/environments/${environment}/flags/seen` },
      body: { maxStalenessMs: 100_000 + ++count },
    },
  ],
});

const withTrain =
  (bodyOf: (place: Place) => unknown = () => undefined) =>
  async (root: AsRoot, place: Place): Promise<Sample> => ({
    params: { train: await newTrain(root, place), number: '1' },
    body: bodyOf(place),
  });

/** A train with something aboard. */
async function withCar(root: AsRoot, place: Place): Promise<Sample> {
  const train = await newTrain(root, place);
  const { car } = await root('POST', `/projects/${place.project}/trains/${train}/board`, boarding(place));
  return { params: { train, number: '1', car: car.id }, body: reason };
}

/** Trains, and what boards them. */
export const TRAIN_OPERATIONS: Record<string, Operation> = {
  [`get ${P}/board`]: { need: 'look', of: 'project' },
  [`get ${P}/trains`]: { need: 'look', of: 'project' },
  [`post ${P}/trains`]: {
    ...{ need: 'admin', of: 'environment' },
    sample: async (_root, { environment }) => ({ body: { key: `t${++count}`, ...trainIn(environment) } }),
  },
  [`get ${ONE}`]: { need: 'read', of: 'environment', sample: withTrain() },
  [`patch ${ONE}`]: { need: 'admin', of: 'environment', sample: withTrain(() => ({ name: 'renamed' })) },
  [`post ${ONE}/archive`]: { need: 'admin', of: 'environment', sample: withTrain(() => reason) },
  [`post ${ONE}/stop`]: { need: 'read', of: 'environment', sample: withTrain(() => reason) },
  // A release manager starts it again, who is none of the callers.
  [`post ${ONE}/start`]: { need: 'root', of: 'environment', onlyRefusals: true, sample: withTrain(() => reason) },
  [`get ${ONE}/departures`]: { need: 'read', of: 'environment', sample: withTrain() },
  [`get ${ONE}/departures/{number}`]: { need: 'read', of: 'environment', sample: withTrain() },
  [`post ${ONE}/board`]: { need: 'ask', of: 'environment', sample: withTrain(boarding) },
  [`post ${ONE}/departures/{number}/cars/{car}/withdraw`]: { need: 'ask', of: 'environment', sample: withCar },
  // What has not left yet is taken off the manifest; what has is tried with the trains.
  [`post ${ONE}/departures/{number}/cars/{car}/eject`]: {
    ...{ need: 'safe', of: 'environment', servesTheSame: true, sample: withCar },
  },
  // Nothing has left, so that there is nothing to recall, and nothing owes a postmortem.
  [`post ${ONE}/departures/{number}/recall`]: {
    ...{ need: 'safe', of: 'environment', onlyRefusals: true, sample: withTrain(() => reason) },
  },
  [`post ${ONE}/departures/{number}/postmortem`]: {
    ...{ need: 'safe', of: 'environment', onlyRefusals: true, sample: withTrain(() => ({ text: 'What happened' })) },
  },
  [`post ${ONE}/departures/{number}/depart`]: {
    ...{ need: 'root', of: 'environment', onlyRefusals: true, sample: withTrain(() => reason) },
  },
  [`post ${ONE}/chemspill`]: {
    ...{ need: 'root', of: 'environment', onlyRefusals: true, sample: withTrain((place) => ({ ...boarding(place) })) },
  },
};
