/** A place in a document: names of fields, and numbers in lists. */
export type Path = readonly (string | number)[];

export type Fields = Record<string, unknown>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The list with this name; empty where there is none, or where something else stands there. */
export function listIn(value: unknown, name: string): readonly unknown[] {
  const found = isFields(value) ? value[name] : undefined;
  return Array.isArray(found) ? found : [];
}

export function textIn(value: unknown, name: string): string {
  const found = isFields(value) ? value[name] : undefined;
  return typeof found === 'string' ? found : '';
}

/** What stands at a place; undefined where nothing does. */
export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return at[Number(step)];
    return isFields(at) && Object.hasOwn(at, String(step)) ? at[String(step)] : undefined;
  }, document);
}

/**
 * The document with something else at a place; undefined takes away what is there. Fields around it that are empty then
 * go with it: `minHits` without its event and its count is no `minHits`. Entries of lists stay, empty or not.
 */
export function withValueAt(document: unknown, [step, ...rest]: Path, value: unknown): unknown {
  if (step === undefined) return value;
  if (typeof step === 'number' || Array.isArray(document)) {
    const list = Array.isArray(document) ? [...document] : [];
    list[Number(step)] = withValueAt(list[Number(step)], rest, value) ?? {};
    return list;
  }
  const fields: Fields = isFields(document) ? { ...document } : {};
  const next = withValueAt(fields[step], rest, value);
  if (next === undefined || (rest.length > 0 && isEmpty(next))) delete fields[step];
  else fields[step] = next;
  return fields;
}

const isEmpty = (value: unknown) => isFields(value) && Object.keys(value).length === 0;

/** Takes an entry out of a list. A list that is empty then stays, for it may be asked for. */
export function withoutEntry(list: readonly unknown[], at: number): unknown[] {
  return list.filter((_entry, index) => index !== at);
}

export function withMoved(list: readonly unknown[], from: number, to: number): unknown[] {
  const moved = [...list];
  if (from < 0 || from >= list.length || to < 0 || to >= list.length) return moved;
  moved.splice(to, 0, ...moved.splice(from, 1));
  return moved;
}

/** As a JSON pointer: how the server names the place of a fault. */
export function pointerOf(path: Path): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') || '/';
}
