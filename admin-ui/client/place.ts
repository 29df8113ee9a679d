import { isProduction, type Me, type MyEnvironment, type MyProject } from './me.ts';

/** The project with this key, as far as the person sees it. */
export function findProject(me: Me, key: string | undefined): MyProject | undefined {
  return me.projects.find((project) => project.key === key);
}

/** The environment that a page shows: the one in the address, else production, for that is where it burns. */
export function chooseEnvironment(
  project: MyProject | undefined,
  wanted: string | undefined,
): MyEnvironment | undefined {
  const { environments = [] } = project ?? {};
  return environments.find(({ key }) => key === wanted) ?? environments.find(isProduction) ?? environments[0];
}

/** The project to begin with: the one looked at last, else the first. */
export function chooseProject(me: Me, last: string | null): MyProject | undefined {
  return me.projects.find(({ key }) => key === last) ?? me.projects[0];
}
