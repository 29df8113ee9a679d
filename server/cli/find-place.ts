import { type Api, Refused } from './api.ts';
import { type Asked, UsageFault } from './command.ts';
import { listAll } from './read-pages.ts';

/** A project, or an environment of one, as a path of the admin API. */
export const API = '/api/v1';

/** A key as a part of a path. Of these no encoding keeps an address from losing its last part. */
export function inPath(key: string): string {
  if (key === '.' || key === '..' || key === '') {
    throw new UsageFault(`"${key}" is no key: one begins with a letter, a digit or _.`);
  }
  return encodeURIComponent(key);
}

export function projectPath(project: string): string {
  return `${API}/projects/${inPath(project)}`;
}

export function environmentPath(project: string, environment: string): string {
  return `${projectPath(project)}/environments/${inPath(environment)}`;
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

/** Where something is done. */
export interface Place {
  project: string;
  environment: string;
}

export async function findPlace(api: Api, asked: Asked): Promise<Place> {
  const project = await findProject(api, asked);
  return { project, environment: await findEnvironment(api, asked, project) };
}

/**
 * Where to kill. What was not named is asked of the node's memory: the database may be away, and a kill key may read
 * nothing else.
 */
export async function findKillPlace(api: Api, { given }: Asked): Promise<Place> {
  if (given.project !== undefined && given.environment !== undefined) {
    return { project: given.project, environment: given.environment };
  }
  const { places } = (await api.call<{ places: KillPlaces[] }>('GET', `${API}/places`)).body;
  const project = given.project ?? onlyOne(keysOf(places), 'project', '-p');
  const place = places.find((one) => one.project === project);
  if (place === undefined)
    throw new UsageFault(`This key sees no project ${project}. It sees: ${keysOf(places).join(', ')}`);
  return { project, environment: given.environment ?? onlyOne(place.environments, 'environment', '-e') };
}

interface KillPlaces {
  project: string;
  environments: string[];
}

function keysOf(places: readonly KillPlaces[]): string[] {
  return places.map(({ project }) => project);
}

const SHORT = { project: '-p', environment: '-e' } as const;

/** The keys of the projects or environments that the secret sees. */
export async function listKeys(api: Api, path: string, what: keyof typeof SHORT): Promise<string[]> {
  const items = await listAll<{ key: string }>(api, path).catch((error: unknown) => {
    if (!(error instanceof Refused) || error.status === 401) throw error;
    throw new UsageFault(`Name the ${what} with ${SHORT[what]}, for it cannot be looked up now. ${error.message}`);
  });
  return items.map(({ key }) => key);
}

function onlyOne(keys: readonly string[], what: string, option: string): string {
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return only;
  if (only === undefined) throw new UsageFault(`There is no ${what} that this key sees.`);
  throw new UsageFault(`Which ${what}? Name it with ${option}: ${keys.join(', ')}`);
}
