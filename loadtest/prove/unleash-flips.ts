import { Turnout } from '@turnout/sdk-node';
import { importPeer, silence } from '../peers/peer.ts';
import { quantile } from './evidence.ts';
import type { HouseProcess } from './house-process.ts';
import type { UnleashServer } from './unleash-server.ts';

/** An app on one of the two SDKs, and how to flip the flag that it looks at. */
export interface FlipSubject {
  isOn(): boolean;
  flip(isOn: boolean): Promise<unknown>;
  /** Calls back whenever the SDK has something new. */
  watch(listener: () => void): void;
  close(): void | Promise<void>;
}

const KEY = 'switch';
const POLL_MS = 1_000;
const WITHIN_MS = 30_000;
const BOOLEAN = { key: KEY, type: 'boolean', variants: { on: true, off: false } } as const;

export async function ourSubject(house: HouseProcess, secret: string): Promise<FlipSubject> {
  await house.call('POST', '/projects/proof/flags', { key: KEY, type: 'boolean' });
  const app = new Turnout({ url: house.url, key: secret, logger: false });
  await app.ready();
  return {
    isOn: () => app.boolean(KEY, false, {}),
    flip: (isOn) => house.call('POST', `/projects/proof/environments/production/flags/${KEY}/${isOn ? 'on' : 'off'}`),
    watch: (listener) => void app.watch(KEY, false, {}, listener),
    close: () => app.close(),
  };
}

interface UnleashClient {
  on(event: string, listener: () => void): void;
  start(): Promise<void>;
  isEnabled(key: string, context: { userId: string }): boolean;
  destroy(): void;
}

/** unleash-client at its best: by a stream where its server has one, else asking every second. */
export async function unleashSubject(server: UnleashServer): Promise<FlipSubject & { setting: string }> {
  await server.author({ ...BOOLEAN, offVariant: 'off', on: false, rules: [], rest: { variant: 'on' } });
  const { Unleash } = await importPeer<{ Unleash: new (options: object) => UnleashClient }>('unleash-client');
  const hasStream = await offersStream(server);
  const client = new Unleash({
    appName: 'proof',
    url: `${server.url}/api`,
    customHeaders: { Authorization: server.backendToken },
    disableMetrics: true,
    disableAutoStart: true,
    refreshInterval: POLL_MS,
    logger: silence,
    ...(hasStream ? { experimentalMode: { type: 'streaming' } } : {}),
  });
  client.on('error', () => {});
  client.on('warn', () => {});
  const synchronized = new Promise<void>((resolve) => client.on('synchronized', resolve));
  void client.start();
  await synchronized;
  return {
    setting: hasStream ? 'streaming' : `refreshInterval ${POLL_MS} ms; the server offers no stream`,
    isOn: () => client.isEnabled(KEY, { userId: 'user-1' }),
    flip: (isOn) => server.flip(KEY, isOn),
    watch: (listener) => client.on('changed', listener),
    close: () => client.destroy(),
  };
}

async function offersStream(server: UnleashServer): Promise<boolean> {
  const abort = new AbortController();
  const headers = { authorization: server.backendToken, accept: 'text/event-stream' };
  try {
    const { ok } = await fetch(`${server.url}/api/client/streaming`, { headers, signal: abort.signal });
    return ok;
  } finally {
    abort.abort();
  }
}

/** Flips one after another, at moments that no clock of the other side shares; answers the median in ms. */
export async function flipMany(subject: FlipSubject, count: number, restMs: number): Promise<number> {
  const times: number[] = [];
  let heard: () => void = () => {};
  subject.watch(() => heard());
  for (let flip = 0; flip < count; flip++) {
    await new Promise((resolve) => setTimeout(resolve, restMs * ((flip * 0.618) % 1)));
    const wanted = !subject.isOn();
    const seen = new Promise<number>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the app was never told of a flip')), WITHIN_MS);
      heard = () => {
        if (subject.isOn() !== wanted) return;
        clearTimeout(late);
        resolve(performance.now());
      };
    });
    const from = performance.now();
    const answered = subject.flip(wanted);
    times.push((await seen) - from);
    await answered;
  }
  return quantile(
    times.sort((a, b) => a - b),
    0.5,
  );
}
