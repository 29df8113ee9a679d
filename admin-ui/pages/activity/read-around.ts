import type { ChangeItem, WholeChange } from '@turnout/server/contracts';
import { send } from '../../client/send-request.ts';

/** What stands around a change in the log. */
export interface Around {
  earlier: ChangeItem | undefined;
  later: ChangeItem | undefined;
  earlierOfSubject: ChangeItem | undefined;
  laterOfSubject: ChangeItem | undefined;
  undoneBy: ChangeItem | undefined;
}

/** Several changes may be of one moment; so many are looked at to find the one before. */
const OF_ONE_MOMENT = 20;
const MOST_LATER = 200;

/** Reads the neighbours of a change, of the project and of its subject, and the change that undid it. */
export async function readAround(project: string, change: WholeChange): Promise<Around> {
  const { id, seq, at, subject } = change;
  const list = async (query: Record<string, string | number>) => {
    const path = `/projects/${encodeURIComponent(project)}/changes`;
    return (await send<{ items: ChangeItem[] }>(path, { query })).items;
  };
  const until = new Date(Date.parse(at) + 1).toISOString();
  const before = { until, limit: OF_ONE_MOMENT };
  const [earlier, later, earlierOfSubject, laterOfSubject] = await Promise.all([
    list(before),
    list({ after: seq, limit: 1 }),
    list({ ...before, subject }),
    list({ after: seq, limit: MOST_LATER, subject }),
  ]);
  return {
    earlier: earlier.find((one) => one.seq < seq),
    later: later[0],
    earlierOfSubject: earlierOfSubject.find((one) => one.seq < seq),
    laterOfSubject: laterOfSubject[0],
    undoneBy: laterOfSubject.find((one) => one.undoes === id),
  };
}
