import type { RequestSummary } from '@turnout/server/contracts';
import { type ChangeNews, live } from './live.ts';
import { lookAgain } from './look-again.ts';
import { readAllPages } from './read-all-pages.ts';
import { Store } from './store.ts';

/** How many requests of a project wait for whoever looks; undefined until that is known. */
export const inbox = new Store<{ project: string; waiting: number | undefined }>({ project: '', waiting: undefined });

const GATHER_MS = 400;
/** A rollout asks for approvals by itself, and what was asked for expires: neither is a change of a request. */
const AGAIN_MS = 30_000;
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Begins to count for a project; does nothing where it is counted already. */
export function keepInbox(project: string): void {
  if (project === inbox.value.project) return;
  inbox.value = { project, waiting: undefined };
  void count();
}

/** A count that cannot be read is not shown: the page of requests says why. */
async function count(): Promise<void> {
  const { project } = inbox.value;
  if (project === '') return;
  const path = `/projects/${encodeURIComponent(project)}/requests`;
  const open = await readAllPages<RequestSummary>(path, undefined, { inbox: 'true' }).catch(() => undefined);
  const found = open?.length;
  if (project === inbox.value.project && found !== inbox.value.waiting) inbox.value = { project, waiting: found };
}

function countSoon(): void {
  if (waiting !== undefined) return;
  waiting = setTimeout(() => {
    waiting = undefined;
    void count();
  }, GATHER_MS);
}

/** Whether a change may be one of requests, or of who may approve them. */
export function isOfRequests({ subject, action, actor }: Pick<ChangeNews, 'subject' | 'action' | 'actor'>): boolean {
  return (
    /^(request|rollout|member|freeze|environment)\//.test(subject) ||
    /^(request|rollout)\./.test(action) ||
    actor.startsWith('rollout:')
  );
}

live.on('change', (news) => isOfRequests(news) && countSoon());
live.on('reset', countSoon);
live.on('revoked', countSoon);
lookAgain(countSoon, AGAIN_MS);
