import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { seedProject, setState } from '../changes/seed.fixture.ts';
import { type databaseKinds, openTestDatabase, type TestDatabase } from '../database/test-database.ts';
import type { FlagPlace } from './kill-right.ts';
import { type NodeOptions, openNode, type TestNode } from './test-node.fixture.ts';

/** A project of which an environment has two flags, and the nodes that serve it; made anew for each test. */
export interface NodeWorld {
  database: TestDatabase;
  projectId: number;
  environmentId: number;
  /** The first node: its flag `a` is on, and it holds the environment. */
  here: TestNode;
  /** One more, on a folder of its own unless it is given one. */
  node(options?: NodeOptions): Promise<TestNode>;
  place(flag: string): FlagPlace;
  /** What a node serves of the flag. */
  isKilled(at: TestNode, flag?: string): boolean;
}

/** To be called inside of `describe`; what it answers is filled before each test. */
export function nodeWorld(kind: (typeof databaseKinds)[number]): NodeWorld {
  let nodes: TestNode[] = [];
  const world = {
    node: async (options: NodeOptions = {}) => {
      const opened = await openNode(world.database, options);
      nodes.push(opened);
      return opened;
    },
    place: (flag: string) => {
      const { projectId, environmentId } = world;
      return { projectId, environment: { id: environmentId, key: 'production' }, flag };
    },
    isKilled: (at: TestNode, flag = 'a') =>
      at.rulesets.served(world.environmentId)?.compiled.ruleset.flags[flag]?.killed === true,
  } as NodeWorld;
  beforeAll(async () => {
    world.database = await openTestDatabase(kind);
  });
  beforeEach(async () => {
    await world.database.reset();
    const seeded = await seedProject(world.database.db, 'p', ['production'], ['a', 'b']);
    world.projectId = seeded.projectId;
    world.environmentId = seeded.environmentIds[0] ?? 0;
    world.here = await world.node();
    await setState(world.here.door, world.projectId, [world.environmentId], 'a', 'on');
    await world.here.rulesets.load(world.environmentId);
  });
  afterEach(async () => {
    for (const one of nodes) await one.remove();
    nodes = [];
  });
  afterAll(() => world.database.close());
  return world;
}
