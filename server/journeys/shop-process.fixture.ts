// A shop in a process of its own: visitors come, get what the flag says, and some orders fail. It begins when its parent
// says with what, tells when each thing was served first, answers counts, and ends with its parent.
import { Turnout } from '@turnout/sdk-node';
import type { ShopCounts, ShopOrder } from './shop.fixture.ts';

const TICK_MS = 20;

/** A small generator with a seed: the same visitors fail in every run that is seeded alike. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const now = () => performance.timeOrigin + performance.now();

class Shop {
  readonly #order: ShopOrder;
  readonly #client: Turnout;
  readonly #random: () => number;
  #visitors = 0;
  #served: ShopCounts['served'] = { on: 0, off: 0 };
  readonly #orders: ShopCounts['orders'] = { on: 0, off: 0 };
  readonly #failed: ShopCounts['failed'] = { on: 0, off: 0 };
  #firstOn: number | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(order: ShopOrder) {
    this.#order = order;
    this.#random = generator(order.seed);
    const { url, key, host } = order;
    this.#client = new Turnout({ url, key, host, logger: false });
  }

  async open(): Promise<void> {
    await this.#client.ready({ timeoutMs: 60_000 });
    const perTick = (this.#order.visitorsPerSecond * TICK_MS) / 1_000;
    let owed = 0;
    this.#timer = setInterval(() => {
      for (owed += perTick; owed >= 1; owed--) this.#visit();
    }, TICK_MS);
  }

  /** One visitor, who comes once. */
  #visit(): void {
    const { flag, seed, failRate, staffEvery } = this.#order;
    const number = this.#visitors++;
    const context = { targetingKey: `visitor-${seed}-${number}`, staff: number % staffEvery === 0 };
    const got = this.#client.boolean(flag, false, context) ? 'on' : 'off';
    this.#served[got]++;
    this.#orders[got]++;
    if (got === 'on') this.#firstOn ??= now();
    this.#client.track('checkout.done', { context, value: 80 + 40 * this.#random() });
    if (this.#random() >= failRate[got]) return;
    this.#failed[got]++;
    this.#client.track('checkout.error', { context });
  }

  counts(): ShopCounts {
    const [orders, failed] = [this.#orders, this.#failed];
    const counts = { visitors: this.#visitors, served: this.#served, orders, failed, firstOn: this.#firstOn };
    this.#served = { on: 0, off: 0 };
    return counts;
  }

  /** Nobody comes any more; what was seen is sent. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#client.close();
  }

  flush(): Promise<void> {
    return this.#client.flush();
  }
}

let shop: Shop | undefined;
process.on('message', async (order: ShopOrder | 'count' | 'flush' | 'close') => {
  if (order === 'count') process.send?.(shop?.counts());
  else if (order === 'flush') process.send?.({ flushed: await shop?.flush() });
  else if (order === 'close') process.send?.({ closed: await shop?.close() });
  else {
    shop = new Shop(order);
    await shop.open();
    process.send?.({ open: true });
  }
});
process.once('disconnect', () => process.exit(0));
