import { defineConfig } from 'vitest/config';

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
      testTimeout: 60_000,
      hookTimeout: 180_000,
    },
  };
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
    globalSetup: ['server/database/postgres.fixture.ts', 'server/journeys/once-a-run.fixture.ts'],
  },
});
