import type { Context } from '@turnout/core';
import type { ContextToken } from './context-token.ts';
import type { Counts } from './counts.ts';
import { makeId, type PagePorts } from './transport.ts';

const PATH = '/client/v1/reports';
/** How far apart reports are, give or take a fifth, so that pages which were opened together do not report together. */
const EVERY_MS = 10_000;
const TIMEOUT_MS = 10_000;
/** So many batches wait for a server; the oldest is given up for a newer one. */
const MOST_WAITING = 4;
/** Whose evaluations these are, and by which flags. */
export interface Whose {
  context: Context;
  token: ContextToken;
  position: string | null;
}

interface Batch extends Whose {
  batchId: string;
  durationMs: number;
  flags: object[];
  events: object[];
  ended: number;
}

export interface ReportParts {
  ports: PagePorts;
  now(): number;
  url: string;
  key: string;
  counts: Counts;
  whose(): Whose;
}

/** Reports what was counted: how often, never each time. Nothing of it throws. */
export interface Reports {
  /** Ends a batch: from now on somebody else is asked for, or by other flags. */
  cut(): void;
  /** Sends what there is, one batch after the other; what does not arrive is sent again later, and counts once. */
  flush(): Promise<void>;
  /** Hands what there is to the browser, which sends it although the page goes. What it does not take is sent later. */
  hand(): void;
  end(): void;
}

export function makeReports({ ports, now, url, key, counts, whose }: ReportParts): Reports {
  let begun = now();
  let waiting: Batch[] = [];
  let sending = Promise.resolve();

  const write = ({ token, ended, ...batch }: Batch, contextToken = token.text) =>
    JSON.stringify({ key, ...batch, contextToken, ageMs: now() - ended });

  const cut = () => {
    const ended = now();
    const counted = counts.take();
    if (counted) {
      const batch = { batchId: makeId(), ...whose(), ...counted, durationMs: ended - begun, ended };
      waiting = [...waiting.slice(1 - MOST_WAITING), batch];
    }
    begun = ended;
  };

  const isDone = async (batch: Batch) => {
    // Who was here before brings no other token, and what theirs does not prove is dropped.
    const isPast = batch.token !== whose().token;
    const request = { method: 'POST', path: PATH, headers: {}, timeoutMs: TIMEOUT_MS, keepalive: true } as const;
    try {
      const { status } = await batch.token.send((text) => ports.send({ ...request, body: write(batch, text) }), isPast);
      // Refused for what it holds, it is refused again however often it comes.
      return status < 500 && status !== 429 && (isPast || (status !== 401 && status !== 403));
    } catch {
      return false;
    }
  };

  const send = async () => {
    for (const batch of waiting) {
      if (!(await isDone(batch))) return;
      waiting = waiting.filter((other) => other !== batch);
    }
  };

  const flush = () => {
    cut();
    sending = sending.then(send);
    return sending;
  };
  const timer = setInterval(flush, EVERY_MS * (0.8 + 0.4 * ports.random()));

  return {
    cut,
    flush,
    hand() {
      cut();
      waiting = waiting.filter((batch) => !navigator.sendBeacon?.(url + PATH, write(batch)));
    },
    end: () => clearInterval(timer),
  };
}
