import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { type Finding, type House, roomOf } from './house.ts';
import type { Source } from './read-source.ts';

const SCOPE = '@turnout/';

/** Who may import whom: between rooms by package name, inside a room by relative paths, in the server only backwards. */
export function checkImports(source: Source, house: House): Finding[] {
  const findings: Finding[] = placeBreach(source, house);
  for (const { from, line } of source.imports) {
    const rule = from.startsWith('.') ? relativeBreach(source, from, house) : packageBreach(source, from, house);
    if (rule !== undefined) findings.push({ path: source.path, line, ...rule });
  }
  return findings;
}

type Breach = Pick<Finding, 'rule' | 'what'>;

/** Every file lies in a room that was drawn, whatever it imports. */
function placeBreach({ path, kind }: Source, house: House): Finding[] {
  const room = roomOf(path);
  const at = { path, line: 1 };
  if (house.edges[room] === undefined) return [{ ...at, rule: 'edges', what: `${room} is no room of the house` }];
  const [, inside = ''] = path.split('/');
  if (room !== 'server' || kind !== 'product' || isAbove(path, house) || house.order.includes(inside)) return [];
  return [{ ...at, rule: 'order', what: `${inside} is no room of the server: ${house.order.join(', ')}` }];
}

function isAbove(path: string, house: House): boolean {
  return house.above.some((above) => (above.endsWith('/') ? path.startsWith(above) : path === above));
}

function isProduct(source: Source, house: House): boolean {
  const tools = house.edges[roomOf(source.path)]?.tools ?? [];
  return source.kind === 'product' && !tools.some((tool) => source.path.startsWith(tool));
}

function packageBreach(source: Source, from: string, house: House): Breach | undefined {
  const edges = house.edges[roomOf(source.path)];
  if (edges === undefined) return undefined;
  const product = isProduct(source, house);
  if (isBuiltin(from)) {
    if (!from.startsWith('node:')) return { rule: 'edges', what: `write node:${from}` };
    return edges.node || !product ? undefined : { rule: 'edges', what: `${from}: this room reaches nothing outside` };
  }
  if (product && from.endsWith('/fixtures')) return { rule: 'edges', what: `${from}: products import no fixtures` };
  const name = packageName(from);
  const allowed = product ? edges.products : [...edges.products, ...edges.tests];
  if (allowed.includes(name)) return undefined;
  if (!name.startsWith(SCOPE) && allowed.includes('*')) return undefined;
  return { rule: 'edges', what: `${from} is not among what ${roomOf(source.path)} may import (${allowed.join(', ')})` };
}

/** `@turnout/core/conformance` → `@turnout/core`; `vitest/config` → `vitest`. */
function packageName(from: string): string {
  const [first = '', second = ''] = from.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function relativeBreach(source: Source, from: string, house: House): Breach | undefined {
  if (!/\.(ts|json|css)$/.test(from)) return { rule: 'edges', what: `${from}: imports end in .ts` };
  const target = posix.normalize(posix.join(posix.dirname(source.path), from));
  const room = roomOf(source.path);
  if (roomOf(target) !== room) {
    return room === '' || !isProduct(source, house)
      ? undefined
      : { rule: 'edges', what: `${from} leaves the room: import another room by its package name` };
  }
  if (isProduct(source, house) && /\.(test|fixture)\.ts$/.test(target)) {
    return { rule: 'edges', what: `${from}: products import no tests and no fixtures` };
  }
  if (room !== 'server') return undefined;
  return source.kind === 'product' ? orderBreach(source.path, target, house) : undefined;
}

function orderBreach(path: string, target: string, house: House): Breach | undefined {
  if (isAbove(path, house)) return undefined;
  const [here, there] = [path, target].map((file) => file.split('/')[1] ?? '') as [string, string];
  // The map of the database gathers the rooms' tables, and tables point at each other.
  const tables = (file: string) => file.endsWith('/tables.ts');
  if (tables(path) && tables(target)) return undefined;
  if (isAbove(target, house))
    return { rule: 'order', what: `${target} stands above all rooms: nobody there imports it` };
  const [from, to] = [house.order.indexOf(here), house.order.indexOf(there)];
  // A file that lies in no room is told of already.
  if (from === -1) return undefined;
  if (to === -1) return { rule: 'order', what: `${there} is no room of the server: ${house.order.join(', ')}` };
  return to <= from ? undefined : { rule: 'order', what: `${here} comes before ${there}: imports point backwards` };
}

/** Which files may name Drizzle, or hold the tables in their hands rather than their types. */
export function checkDrizzle(source: Source, house: House): Finding[] {
  if (source.kind !== 'product' || house.mayTouchDrizzle.some((allowed) => allowed.test(source.path))) return [];
  return source.imports
    .filter(({ from, typeOnly }) => !typeOnly && (/^drizzle-(orm|kit)\b/.test(from) || from.endsWith('/tables.ts')))
    .map(({ from, line }) => {
      const what = `${from}: SQL lives in store files, the one door and the migrations`;
      return { path: source.path, line, rule: 'drizzle', what };
    });
}

/** Which files of the server's rooms may speak HTTP: contracts say what it takes and gives, routes answer. */
export function checkRoutes(source: Source, house: House): Finding[] {
  const { path, kind, imports } = source;
  if (!path.startsWith('server/') || kind !== 'product' || isAbove(path, house)) return [];
  if (house.mayTouchHttp.some((allowed) => allowed.test(path))) return [];
  return imports
    .filter(({ from, typeOnly }) => !typeOnly && /^(@?hono|zod)\b/.test(from))
    .map(({ from, line }) => {
      const what = `${from}: a room speaks HTTP in its contract and its routes`;
      return { path, line, rule: 'routes', what };
    });
}
