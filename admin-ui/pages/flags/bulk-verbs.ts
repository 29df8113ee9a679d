import type { FlagAnswer } from '@turnout/server/contracts';
import { refreshFlag } from '../../client/flag-index.ts';
import { type Flipped, flip, undoChange } from '../../client/flip.ts';
import type { Here } from '../../client/here.ts';
import type { May } from '../../client/me.ts';
import { Refusal } from '../../client/problem.ts';
import { send } from '../../client/send-request.ts';

export type BulkVerb = 'on' | 'off' | 'kill' | 'archive' | 'unarchive' | 'tag' | 'untag';

const UNDONE = 'taken back at once';
const FORBIDDEN: May = { yes: false, why: 'This changes the whole project: it needs an editor of it.' };

/** Whether a verb may be used here; the server has the last word on each flag. */
export function mayBulk(here: Here, verb: BulkVerb): May {
  const { project, environment } = here;
  if (verb === 'on') return environment.may.grow;
  if (verb === 'off') return environment.may.safe;
  if (verb === 'kill') return environment.may.kill;
  if (verb === 'tag' || verb === 'untag') return project.rights.includes('change') ? { yes: true } : FORBIDDEN;
  return mayEverywhere(here);
}

/** A flag that comes or goes changes what apps get in every environment, so it takes the right to grow in each. */
export function mayEverywhere({ project }: Here): May {
  const strict = project.environments.find(({ may }) => !may.grow.yes);
  if (strict !== undefined) return { yes: false, why: `In ${strict.name}: ${strict.may.grow.why ?? 'you may not.'}` };
  return project.rights.includes('change') ? { yes: true } : FORBIDDEN;
}

/** A change of the whole project is one of each of its environments; the strictest of them says whether it asks why. */
export function asksWhy({ project, environment }: Here, verb: BulkVerb): boolean {
  if (verb === 'tag' || verb === 'untag' || verb === 'kill') return false;
  if (verb === 'on' || verb === 'off') return environment.reasonRequired;
  return project.environments.some(({ reasonRequired }) => reasonRequired);
}

interface Doing {
  verb: BulkVerb;
  reason: string | undefined;
  /** The tag to add or to take away. */
  tag: string;
}

/** Does it to one flag; answers what takes it back, or undefined where nothing had to be done. */
export async function doTo(flag: FlagAnswer, { project, environment }: Here, doing: Doing) {
  const place = { project: project.key, environment: environment.key, flag: flag.key };
  const { verb, reason } = doing;
  if (verb === 'on' || verb === 'off' || verb === 'kill') {
    const flipped = await flip(place, verb, reason);
    if (verb === 'kill') return () => flip(place, 'restore', UNDONE);
    return undoOf(place.project, flipped);
  }
  const changed = await (verb === 'tag' || verb === 'untag'
    ? changeTags(project.key, flag, doing)
    : send<Flipped>(`${pathOf(project.key, flag.key)}/${verb}`, { method: 'POST', body: withReason({}, reason) }));
  void refreshFlag(project.key, flag.key).catch(() => undefined);
  return undoOf(project.key, changed);
}

function undoOf(project: string, { change }: Flipped) {
  return change === undefined ? undefined : () => undoChange(project, change.id, UNDONE);
}

const pathOf = (project: string, key: string) => `/projects/${project}/flags/${encodeURIComponent(key)}`;

function withReason(body: Record<string, unknown>, reason: string | undefined): Record<string, unknown> {
  return reason === undefined ? body : { ...body, reason };
}

/** Another's change of the same flag is kept: its tags are read again, and the one tag is added to those, or taken. */
async function changeTags(project: string, flag: FlagAnswer, doing: Doing): Promise<Flipped> {
  const path = pathOf(project, flag.key);
  try {
    return await sendTags(path, flag, doing);
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 412) throw error;
    return sendTags(path, await send<FlagAnswer>(path), doing);
  }
}

async function sendTags(path: string, { tags, version }: FlagAnswer, { verb, tag, reason }: Doing): Promise<Flipped> {
  const next = tagsAfter(tags, verb, tag);
  if (next.length === tags.length) return { changed: false };
  return send<Flipped>(path, { method: 'PATCH', version, body: withReason({ tags: next }, reason) });
}

export function tagsAfter(tags: readonly string[], verb: BulkVerb, tag: string): string[] {
  const others = tags.filter((one) => one !== tag);
  if (verb === 'untag') return others;
  return tags.includes(tag) ? [...tags] : [...others, tag];
}
