import { lookup } from 'node:dns/promises';

export type Resolve = (host: string) => Promise<string[]>;

/**
 * The system's look-ups run on the few threads on which files are written too: a resolver that hangs must leave some of
 * them, or a kill could not be written into the journal meanwhile.
 */
const MOST_AT_ONCE = 2;

/** All addresses of a name, as the system knows it. */
export async function resolveBySystem(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true });
  return found.map(({ address }) => address);
}

/** Lets two look-ups run at once; the others wait their turn. Those who ask for the same name meanwhile share one. */
export function fewAtOnce(resolve: Resolve): Resolve {
  const running = new Map<string, Promise<string[]>>();
  const waiting: (() => void)[] = [];
  let count = 0;
  const takeTurn = async () => {
    if (count >= MOST_AT_ONCE) await new Promise<void>((go) => waiting.push(go));
    else count++;
  };
  // Whoever waits takes the place over, so the count stays.
  const giveTurn = () => {
    const next = waiting.shift();
    if (next === undefined) count--;
    else next();
  };
  const lookUp = async (host: string) => {
    await takeTurn();
    try {
      return await resolve(host);
    } finally {
      giveTurn();
      running.delete(host);
    }
  };
  return (host) => {
    const known = running.get(host);
    if (known !== undefined) return known;
    const looking = lookUp(host);
    running.set(host, looking);
    return looking;
  };
}
