import type { Compiled } from '@turnout/core';
import { type CallApi, demoKeyPath, isUnfinished, makeFlags, makeSegments, markFinished } from './demo.ts';
import { makeChanges } from './demo-changes.ts';
import { OTHER_FLAGS } from './demo-flags.ts';
import { imaginePast, type Past } from './demo-past.ts';
import { DEMO_ENVIRONMENTS, DEMO_SEGMENTS } from './demo-project.ts';
import { makeRollout } from './demo-rollout.ts';
import { DemoTraffic } from './demo-traffic.ts';
import { makeTrain } from './demo-train.ts';
import type { Logger } from './platform/logger.ts';
import { readPrivateFile } from './platform/private-file.ts';

export interface DemoLifeParts {
  call: CallApi;
  dataDir: string;
  /** Where the house itself listens; empty where it has no port, and then no app runs. */
  url: string;
  /** What an environment of the demo serves now; undefined where it is gone. */
  compiled(environment: string): Promise<Compiled | undefined>;
  storePast(environment: string, past: Past): Promise<void>;
  now(): Date;
  /** False for a demo without running apps and without a past. */
  lively: boolean;
  log: Pick<Logger, 'error'>;
}

/** What the demo does once the house is open: nobody's start waits for it. */
export interface DemoLife {
  /** Resolves when everything that the demo has is made, or could not be; never rejects. */
  whole: Promise<void>;
  close(): Promise<void>;
}

export function beginDemoLife(parts: DemoLifeParts): DemoLife {
  let isClosed = false;
  let traffic: DemoTraffic | undefined;
  const unlessClosed = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isClosed) throw new Error('The house ends.');
    return work();
  };
  const whole = complete({
    ...parts,
    call: (...asked) => unlessClosed(() => parts.call(...asked)),
    compiled: (environment) => unlessClosed(() => parts.compiled(environment)),
    storePast: (environment, past) => unlessClosed(() => parts.storePast(environment, past)),
  })
    .catch((error: unknown) => {
      // What a start does not come to, the next one makes.
      if (!isClosed) parts.log.error({ error }, 'the demo could not be made whole');
    })
    .then(() => {
      if (!parts.lively || parts.url === '' || isClosed) return;
      traffic = new DemoTraffic({ url: parts.url, keys: keysOf(parts.dataDir), now: parts.now });
      traffic.start();
    });
  return {
    whole,
    close: async () => {
      isClosed = true;
      await whole;
      await traffic?.close();
    },
  };
}

/** Makes what was left for later; again from the beginning where an earlier start did not come to its end. */
async function complete(parts: DemoLifeParts): Promise<void> {
  const { call, dataDir } = parts;
  if (!isUnfinished(dataDir)) return;
  await makeSegments(call, DEMO_SEGMENTS.slice(1));
  await makeFlags(call, OTHER_FLAGS);
  if (parts.lively) {
    // The past first: it knows the flags as they were before anybody changed them.
    for (const { key } of DEMO_ENVIRONMENTS) await makePast(parts, key);
    await makeChanges(call, parts.now());
    await makeRollout(call);
    await makeTrain(call);
  }
  markFinished(dataDir);
}

async function makePast({ compiled, storePast, now }: DemoLifeParts, environment: string): Promise<void> {
  const served = await compiled(environment);
  if (served) await storePast(environment, await imaginePast(served, environment, now()));
}

function keysOf(dataDir: string): Record<string, string> {
  const production = readPrivateFile(demoKeyPath(dataDir, 'server'));
  const development = readPrivateFile(demoKeyPath(dataDir, 'server-development'));
  return { ...(production ? { production } : {}), ...(development ? { development } : {}) };
}
