import { setTimeout as sleep } from 'node:timers/promises';
import { type Api, type Fields, Refused, Unreachable } from './api.ts';
import { type Asked, EXIT, type Exit } from './command.ts';
import { describeState, isLive, type ShownRollout } from './print-rollout.ts';

interface Decided {
  id: number;
  at: string;
  environment: string;
  action: string;
  reason: string;
}

const EVERY_MS = 1_000;

/**
 * Prints what is decided until the rollout is over and in force everywhere, or the person stops watching, which is no end of
 * it: a script that goes on at 0 would take it for finished. A server that goes away is waited for: what was decided
 * meanwhile is told then.
 */
export async function watchRollout({ shell, given }: Asked, api: Api, path: string): Promise<Exit> {
  let last = 0;
  let told = '';
  while (!shell.stopped.aborted) {
    try {
      const { items } = (await api.call<{ items: Decided[] }>('GET', `${path}/decisions?limit=200`)).body;
      for (const one of items.filter(({ id }) => id > last).reverse()) {
        last = one.id;
        const word = `${one.environment} ${one.action} ${one.reason}`;
        // Of what holds for the same reason still, something else was found that the sentence does not tell.
        if (given.json || word !== told) shell.print(given.json ? JSON.stringify(one) : describe(one));
        told = word;
      }
      const { body } = await api.call<ShownRollout & Fields>('GET', path);
      if (isOver(body)) {
        if (!given.json) shell.print(`${body.flag}: ${describeState(body.state)}`);
        return body.state === 'finished' ? EXIT.done : EXIT.refused;
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    await sleep(EVERY_MS, undefined, { signal: shell.stopped }).catch(() => undefined);
  }
  return EXIT.interrupted;
}

/** Over, and what it wrote last is in force in every app, or is known not to come. */
function isOver({ state, path }: ShownRollout): boolean {
  return !isLive(state) && path.every(({ run }) => run?.reach?.state !== 'pending');
}

function describe({ at, environment, action, reason }: Decided): string {
  return `${at.slice(0, 19).replace('T', ' ')}Z  ${environment}  ${action}  ${reason}`;
}

/** What goes over by itself: no answer, or a server that is busy or without its database. */
function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && (error.status === 503 || error.status === 429));
}
