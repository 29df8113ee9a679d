/** What narrows the table. Values of one facet are alternatives; of tags, a flag must have them all. */
export const FACETS = ['state', 'life', 'kind', 'type', 'owner', 'tag', 'archived'] as const;
export type Facet = (typeof FACETS)[number];

export const CHOICES = {
  state: ['on', 'off', 'killed'],
  life: ['new', 'live', 'fully on', 'stale'],
  kind: ['release', 'experiment', 'ops', 'permission'],
  type: ['boolean', 'string', 'number', 'object'],
  archived: ['too', 'only'],
} as const;

/** What the table shows, and in which order: everything of it that an address says. */
export interface View {
  text: string;
  facets: Record<Facet, readonly string[]>;
  /** A column, with a `-` before it where the highest comes first; empty is by key, or best match first. */
  sort: string;
}

type Query = Readonly<Record<string, string>>;

/** Reads a view from the query of an address; what it does not know it leaves out. */
export function readView(query: Query): View {
  const read = (facet: Facet) => readValues(facet, query[facet] ?? '');
  const facets = {
    ...{ state: read('state'), life: read('life'), kind: read('kind'), type: read('type') },
    ...{ owner: read('owner'), tag: read('tag'), archived: read('archived') },
  };
  return { text: query.q ?? '', facets, sort: query.sort ?? '' };
}

/** Commas separate values, so one within a value is written as in addresses. */
function readValues(facet: Facet, text: string): string[] {
  const values = text
    .split(',')
    .filter((part) => part !== '')
    .map(decode);
  const known: readonly string[] | undefined = facet === 'owner' || facet === 'tag' ? undefined : CHOICES[facet];
  return [...new Set(values)].filter((value) => known === undefined || known.includes(value));
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A view as a query, with an empty text for all that it does not narrow: so that it replaces another one whole. */
export function writeView({ text, facets, sort }: View): Record<string, string> {
  const written = FACETS.map((facet) => [facet, facets[facet].map(encodeURIComponent).join(',')]);
  return { q: text, ...Object.fromEntries(written), sort };
}

export function isNarrowed({ text, facets }: View): boolean {
  return text.trim() !== '' || FACETS.some((facet) => facets[facet].length > 0);
}

export function addFilter(view: View, facet: Facet, value: string): View {
  // Archived flags are shown too, or alone; never both.
  const others = facet === 'archived' ? [] : view.facets[facet].filter((one) => one !== value);
  return { ...view, facets: { ...view.facets, [facet]: [...others, value] } };
}

export function removeFilter(view: View, facet: Facet, value: string): View {
  return { ...view, facets: { ...view.facets, [facet]: view.facets[facet].filter((one) => one !== value) } };
}

export function clearFilters(view: View): View {
  return { ...readView({}), sort: view.sort };
}

/** The order after a click on a column's head: up, down, and as it was. */
export function nextSort(sort: string, column: string): string {
  if (sort === column) return `-${column}`;
  return sort === `-${column}` ? '' : column;
}
