import type { Here } from '../../client/here.ts';
import { Store } from '../../client/store.ts';
import { goTo } from '../../shell/navigation.ts';
import { tell } from '../../shell/notices.ts';

/** What was said when a rollout was started here, by its id: it stands on its page until somebody has read it. */
export const startWarnings = new Store<ReadonlyMap<string, readonly string[]>>(new Map());

export function keepWarnings(id: string, warnings: readonly string[]): void {
  if (warnings.length > 0) startWarnings.value = new Map([...startWarnings.value, [id, warnings]]);
}

export function dropWarnings(id: string): void {
  startWarnings.value = new Map([...startWarnings.value].filter(([key]) => key !== id));
}

/** Asks what is to be rolled out, starts it, and goes to it. */
export async function startFlow({ project, environment }: Here, flag = ''): Promise<void> {
  await import('./start-form.ts');
  const form = document.createElement('t-start-rollout');
  Object.assign(form, { project, flag });
  const started = await form.open();
  if (started === undefined) return;
  const { rollout, begins, warnings } = started;
  keepWarnings(rollout.id, warnings);
  tell(`${rollout.flag} is started. ${begins}`);
  goTo('rollout', { project: project.key, rollout: rollout.id }, { env: environment.key });
}
