import { statSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Packages resolve to their sources, in tests as in `npm start`: what is tested is what is read.
const conditions = ['turnout-src', 'node', 'import', 'module', 'default'];

/** One project per room, so that a failing room is named in the output. */
function room(name: string) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: conditions } },
    test: {
      name,
      root: name === 'house' ? '.' : name,
      include: name === 'house' ? ['*.test.ts'] : ['**/*.test.ts'],
      // Files of a room share their process: to begin one and to read the sources again takes longer than most tests.
      isolate: name === 'migrations',
      testTimeout: 60_000,
      hookTimeout: 180_000,
      // What is looked for until it is there: a machine that is busy is no reason to fail.
      expect: { poll: { timeout: 15_000 } },
    },
  };
}

/** The longest kinds first and of each the larger files, so that the end does not wait for one worker. */
class LongestFirst extends BaseSequencer {
  override async sort(specs: TestSpecification[]): Promise<TestSpecification[]> {
    const kindOf = ({ moduleId }: TestSpecification) =>
      ['.e2e.test.ts', '.db.test.ts', '.test.ts'].findIndex((ending) => moduleId.endsWith(ending));
    const known = specs.map((spec) => ({ spec, kind: kindOf(spec), size: statSync(spec.moduleId).size }));
    const isPure = (kind: number) => kind === 2;
    return known
      .sort((a, b) => {
        if (a.kind !== b.kind) return a.kind - b.kind;
        // A process goes from file to file of one room.
        const [roomA, roomB] = [a.spec.project.name, b.spec.project.name];
        if (isPure(a.kind) && roomA !== roomB) return roomA < roomB ? -1 : 1;
        return b.size - a.size;
      })
      .map(({ spec }) => spec);
  }
}

export default defineConfig({
  test: {
    projects: [
      room('house'),
      room('core'),
      room('migrations'),
      room('server'),
      room('sdk-node'),
      room('sdk-browser'),
      room('admin-ui'),
      room('loadtest'),
    ],
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    globalSetup: ['server/database/postgres.fixture.ts', 'server/journeys/once-a-run.fixture.ts'],
  },
});
