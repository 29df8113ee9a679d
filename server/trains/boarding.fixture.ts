import { type Caller, openRequests, type RequestWorld } from '../requests/requests.fixture.ts';
import { aboardOf } from './aboard-of.ts';
import { databaseNow } from './departure-store.ts';
import { trainRoutes } from './routes.ts';
import { trainTeller } from './tell-train.ts';

/** A project `shop` in which production is protected, people in it, and clocks that tests move: the door's and the cut-off's. */
export interface BoardingWorld extends RequestWorld {
  ed: Caller;
  rita: Caller;
  rob: Caller;
  viola: Caller;
  /** What the cut-off is held against instead of the database's clock; undefined for that clock. */
  cutOff: { now?: Date };
  /** Makes a train for production as Rita, who is a release manager. */
  train(key: string, over?: object): Promise<{ leavesAt: string; closesAt: string }>;
  /** Boards a new request that turns a flag on in production. */
  board(who: Caller, train: string, flag: string, over?: object): ReturnType<RequestWorld['ask']>;
}

export const onItem = (flag: string) => ({ method: 'POST', path: `/environments/production/flags/${flag}/on` });

/** Leaves each hour, closes half an hour before. */
export const HOURLY = { velocity: { kind: 'train', rule: '0 * * * *', zone: 'UTC' }, cutOff: '30m' };

export async function openBoardingWorld(flags: string[]): Promise<BoardingWorld> {
  const cutOff: BoardingWorld['cutOff'] = {};
  const world = await openRequests(flags, (door, { list, kinds }) => ({
    kinds: [],
    tellers: [trainTeller],
    routes: [
      trainRoutes({
        ...{ door, list, kinds, wake: () => undefined, isActing: async () => true },
        databaseNow: async (tx) => cutOff.now ?? databaseNow(tx),
      }),
    ],
    aboardOf,
  }));
  return {
    ...{ ...world, cutOff },
    ed: await world.person('Ed', ['editor']),
    rita: await world.person('Rita', ['release-manager']),
    rob: await world.person('Rob', ['release-manager']),
    viola: await world.person('Viola', ['viewer']),
    train: async (key, over = {}) => {
      const made = await world.ask(world.root, 'POST', '/trains', {
        key,
        environment: 'production',
        ...HOURLY,
        ...over,
      });
      if (made.status !== 201) throw new Error(JSON.stringify(made.body));
      const { items } = (await world.ask(world.root, 'GET', `/trains/${key}/departures`)).body;
      return items[0];
    },
    board: (who, train, flag, over = {}) =>
      world.ask(who, 'POST', `/trains/${train}/board`, {
        ...{ title: `${flag} for everybody`, items: [onItem(flag)], reason: 'It is time', ...over },
      }),
  };
}
