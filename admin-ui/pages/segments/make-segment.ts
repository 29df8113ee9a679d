import type { Here } from '../../client/here.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';
import './segment-form.ts';

/** Asks for a new segment, makes it and goes to it. True where it was made. */
export async function makeSegment({ project, environment }: Here, key = ''): Promise<boolean> {
  const form = document.createElement('t-segment-form');
  Object.assign(form, { project: project.key, environment, key });
  const made = await form.open();
  if (made === undefined) return false;
  tell(`${made.key} is made in ${environment.name}. Say now who is in it.`);
  goTo('segment', { project: project.key, segment: made.key }, { env: environment.key });
  return true;
}
