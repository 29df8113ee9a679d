/** A view that somebody named: what it shows is the query of its address. */
export interface SavedView {
  name: string;
  query: Record<string, string>;
}

const MOST = 50;

/** Where they are kept in this browser, for each project by itself. */
export const placeOfViews = (project: string) => `turnout-views/${project}`;

/** What another version of this screen, or somebody by hand, has kept there is read as far as it makes sense. */
export function parseViews(text: string | null): SavedView[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.filter(isView).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function isView(kept: unknown): kept is SavedView {
  if (typeof kept !== 'object' || kept === null || !('name' in kept) || !('query' in kept)) return false;
  const { name, query } = kept;
  if (typeof name !== 'string' || typeof query !== 'object' || query === null) return false;
  return Object.values(query).every((value) => typeof value === 'string');
}

/** Names are said once: the same name again replaces what it stood for. */
export function withView(views: readonly SavedView[], view: SavedView): SavedView[] {
  const others = views.filter(({ name }) => name !== view.name);
  return [...others, view].sort((a, b) => a.name.localeCompare(b.name)).slice(0, MOST);
}
