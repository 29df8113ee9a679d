/** The pages, by the paths that lead to them. `:name` is one segment of the path. */
export const PAGES = {
  'sign-in': '/sign-in',
  setup: '/setup',
  invitation: '/invitation',
  projects: '/projects',
  flags: '/p/:project/flags',
  flag: '/p/:project/flags/:flag',
  segments: '/p/:project/segments',
  segment: '/p/:project/segments/:segment',
  rollouts: '/p/:project/rollouts',
  rollout: '/p/:project/rollouts/:rollout',
  departures: '/p/:project/departures',
  departure: '/p/:project/departures/:train/:number',
  releases: '/p/:project/releases',
  release: '/p/:project/releases/:release',
  compare: '/p/:project/compare-releases',
  policies: '/p/:project/policies',
  'new-policy': '/p/:project/new-policy',
  policy: '/p/:project/policies/:policy',
  kill: '/p/:project/kill',
  requests: '/p/:project/requests',
  request: '/p/:project/requests/:request',
  incidents: '/p/:project/incidents',
  incident: '/p/:project/incidents/:incident',
  freezes: '/p/:project/freezes',
  activity: '/p/:project/activity',
  change: '/p/:project/activity/:change',
  fleet: '/p/:project/fleet',
  settings: '/p/:project/settings/:section',
  account: '/account',
} as const;
export type PageName = keyof typeof PAGES;

/** Where the screen is: everything that a link can say. */
export interface Route {
  page: PageName;
  params: Record<string, string>;
  query: Record<string, string>;
}

/** Reads a path and a query; undefined where no page is. */
export function readRoute(path: string, search: string): Route | undefined {
  const asked = path.split('/').filter((part) => part !== '');
  for (const [page, pattern] of Object.entries(PAGES) as [PageName, string][]) {
    const params = matchPath(pattern, asked);
    if (params !== undefined) return { page, params, query: Object.fromEntries(new URLSearchParams(search)) };
  }
  return undefined;
}

function matchPath(pattern: string, asked: readonly string[]): Record<string, string> | undefined {
  const wanted = pattern.split('/').filter((part) => part !== '');
  if (wanted.length !== asked.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, part] of wanted.entries()) {
    const given = decode(asked[at] ?? '');
    if (given === undefined) return undefined;
    if (part.startsWith(':')) params[part.slice(1)] = given;
    else if (part !== given) return undefined;
  }
  return params;
}

function decode(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Writes the address of a page. What is empty in the query is left out. */
export function writeRoute(page: PageName, params: Record<string, string> = {}, query: Record<string, string> = {}) {
  const path = PAGES[page].replaceAll(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ''));
  const named = Object.entries(query).filter(([, value]) => value !== '');
  return named.length === 0 ? path : `${path}?${new URLSearchParams(named)}`;
}
