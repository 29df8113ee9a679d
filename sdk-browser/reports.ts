import { type Context, type Evaluation, MOST_VALUE } from '@turnout/core';
import type { ContextToken } from './context-token.ts';
import { makeId, type PagePorts } from './transport.ts';

const PATH = '/client/v1/reports';
/** How far apart reports are, give or take a fifth, so that pages which were opened together do not report together. */
const EVERY_MS = 10_000;
const TIMEOUT_MS = 10_000;
/** So many batches wait for a server; the oldest is given up for a newer one. */
const MOST_WAITING = 4;
/** Names stand in code; names made of data are a mistake, and must not make a batch without bounds. */
const MOST_EVENTS = 200;
const MOST_FLAGS = 1000;

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
  whose(): Whose;
}

/** Counts what was asked and tracked, and reports it: how often, never each time. Nothing of it throws. */
export interface Reports {
  count(answer: Pick<Evaluation, 'key' | 'variant'>): void;
  /** A value that is no number, or beyond what is summed, counts as none. */
  track(event: string, value: unknown): void;
  /** Ends a batch: from now on somebody else is asked for, or by other flags. */
  cut(): void;
  /** Sends what there is, one batch after the other; what does not arrive is sent again later, and counts once. */
  flush(): Promise<void>;
  /** Hands what there is to the browser, which sends it although the page goes. What it does not take is sent later. */
  hand(): void;
  end(): void;
}

export function makeReports({ ports, now, url, key, whose }: ReportParts): Reports {
  const flags = new Map<string, { flag: string; variants: Record<string, number>; coded: number }>();
  const events = new Map<string, { event: string; count: number; valued: number; sum: number }>();
  let begun = now();
  let waiting: Batch[] = [];
  let sending = Promise.resolve();
  let end: () => void;

  const write = ({ token, ended, ...batch }: Batch, contextToken = token.text) =>
    JSON.stringify({ key, ...batch, contextToken, ageMs: Math.round(now() - ended) });

  const cut = () => {
    const ended = now();
    if (flags.size + events.size > 0) {
      const counted = { flags: [...flags.values()], events: [...events.values()] };
      const durationMs = Math.round(ended - begun);
      waiting = [...waiting.slice(1 - MOST_WAITING), { batchId: makeId(), ...whose(), durationMs, ...counted, ended }];
      flags.clear();
      events.clear();
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

  const begin = () => {
    end = ports.sleep(EVERY_MS * (0.8 + 0.4 * ports.random()), () => {
      void flush();
      begin();
    });
  };
  begin();

  return {
    count({ key, variant }) {
      const found = flags.get(key) ?? { flag: key, variants: {}, coded: 0 };
      if (flags.size < MOST_FLAGS) flags.set(key, found);
      if (variant === undefined) found.coded++;
      else found.variants[variant] = (found.variants[variant] ?? 0) + 1;
    },
    track(event, value) {
      const name = `${event}`.length > 128 ? '' : `${event}`;
      const found = events.get(name) ?? { event: name, count: 0, valued: 0, sum: 0 };
      if (events.size < MOST_EVENTS) events.set(name, found);
      found.count++;
      if (typeof value !== 'number' || !(Math.abs(value) <= MOST_VALUE)) return;
      found.valued++;
      found.sum += value;
    },
    cut,
    flush,
    hand() {
      cut();
      waiting = waiting.filter((batch) => !globalThis.navigator?.sendBeacon?.(url + PATH, write(batch)));
    },
    end: () => end(),
  };
}
