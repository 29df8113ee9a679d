import type { Counts } from './counts.ts';
import { makeId, type PagePorts, type Whom } from './transport.ts';

const PATH = 'reports';
/** How far apart reports are, give or take a fifth, so that pages which were opened together do not report together. */
const EVERY_MS = 10_000;
const TIMEOUT_MS = 10_000;
/** So many batches wait for a server; the oldest is given up for a newer one. */
const MOST_WAITING = 4;

interface Batch {
  told: Record<string, unknown>;
  token: Whom['token'];
  ended: number;
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

/** `whose` says whose evaluations are counted, and `position` by which flags. */
export function makeReports(
  ports: PagePorts,
  counts: Counts,
  whose: { readonly visitor: Whom },
  position: () => string | null,
): Reports {
  let begun = ports.now();
  let own = whose.visitor;
  let waiting: Batch[] = [];
  let sending = Promise.resolve();

  const cut = () => {
    const ended = ports.now();
    const counted = counts.take();
    if (counted) {
      const { token, context } = own;
      const told = { batchId: makeId(), context, position: position(), ...counted, durationMs: ended - begun };
      waiting = [...waiting.slice(1 - MOST_WAITING), { told, token, ended }];
    }
    begun = ended;
    own = whose.visitor;
  };

  const write = ({ told, ended }: Batch) => ({ ...told, ageMs: ports.now() - ended });

  const send = async () => {
    try {
      for (const batch of waiting) {
        // Where a browser cannot bound it, it bounds a request by itself.
        const init = { keepalive: true, signal: AbortSignal.timeout?.(TIMEOUT_MS) };
        const { token } = batch;
        // Who was here before brings no other token.
        const { status } = await ports.post(PATH, write(batch), token, init, token !== whose.visitor.token);
        // What is refused for what it holds, or for whom, is refused again however often it comes.
        if (status >= 500 || status === 429) return;
        waiting = waiting.filter((other) => other !== batch);
      }
    } catch {}
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
      waiting = waiting.filter((batch) => !ports.hand(PATH, write(batch), batch.token));
    },
    end: () => clearInterval(timer),
  };
}
