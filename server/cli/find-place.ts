import { type Api, Refused } from './api.ts';
import { type Asked, type OptionName, UsageFault } from './command.ts';

/** A project, or an environment of one, as a path of the admin API. */
export const API = '/api/v1';

export function projectPath(project: string): string {
  return `${API}/projects/${encodeURIComponent(project)}`;
}

export function environmentPath(project: string, environment: string): string {
  return `${projectPath(project)}/environments/${encodeURIComponent(environment)}`;
}

/** The project that was named, or the only one that the key sees. */
export async function findProject(api: Api, asked: Asked): Promise<string> {
  return asked.given.project ?? onlyOne(await listKeys(api, `${API}/projects`, 'project'), 'project', '-p');
}

/** The environment that was named, or the only one of the project that the key sees. */
export async function findEnvironment(api: Api, asked: Asked, project: string): Promise<string> {
  if (asked.given.environment !== undefined) return asked.given.environment;
  const keys = await listKeys(api, `${projectPath(project)}/environments`, 'environment');
  return onlyOne(keys, 'environment', '-e');
}

interface Listed {
  items: { key: string }[];
  next: string | null;
}

/** The keys of the projects or environments that the secret sees. */
export async function listKeys(api: Api, path: string, what: OptionName): Promise<string[]> {
  const keys: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const query = cursor === undefined ? '?limit=200' : `?limit=200&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await api.call<Listed>('GET', `${path}${query}`).catch((error: unknown) => {
      if (!(error instanceof Refused) || error.status === 401) throw error;
      throw new UsageFault(`Name the ${what}: this key cannot be asked which it sees now (${error.message})`);
    });
    keys.push(...body.items.map(({ key }) => key));
    cursor = body.next;
  }
  return keys;
}

function onlyOne(keys: readonly string[], what: string, option: string): string {
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return only;
  if (only === undefined) throw new UsageFault(`There is no ${what} that this key sees.`);
  throw new UsageFault(`Which ${what}? Name it with ${option}: ${keys.join(', ')}`);
}
