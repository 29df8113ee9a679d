import { type CallApi, demoKeyPath, isUnfinished, makeFlags, makeSegments, markFinished } from './demo.ts';
import { OTHER_FLAGS } from './demo-flags.ts';
import { DEMO_SEGMENTS } from './demo-project.ts';
import { DemoTraffic } from './demo-traffic.ts';
import type { Logger } from './platform/logger.ts';
import { readPrivateFile } from './platform/private-file.ts';

export interface DemoLifeParts {
  call: CallApi;
  dataDir: string;
  /** Where the house itself listens; empty where it has no port, and then no app runs. */
  url: string;
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
  const whole = complete(parts)
    .catch((error: unknown) => parts.log.error({ error }, 'the demo could not be made whole'))
    .then(() => {
      if (!parts.lively || parts.url === '' || isClosed) return;
      traffic = new DemoTraffic({ url: parts.url, keys: keysOf(parts.dataDir), now: () => new Date() });
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
async function complete({ call, dataDir }: DemoLifeParts): Promise<void> {
  if (!isUnfinished(dataDir)) return;
  await makeSegments(call, DEMO_SEGMENTS.slice(1));
  await makeFlags(call, OTHER_FLAGS);
  markFinished(dataDir);
}

function keysOf(dataDir: string): Record<string, string> {
  const production = readPrivateFile(demoKeyPath(dataDir, 'server'));
  const development = readPrivateFile(demoKeyPath(dataDir, 'server-development'));
  return { ...(production ? { production } : {}), ...(development ? { development } : {}) };
}
