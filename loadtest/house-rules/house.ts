/** What the house allows: the tables of ARCHITECTURE.md, as data. architecture.test.ts holds the real one. */
export interface House {
  /** What the products of each room may import by package name: other rooms, or packages of others. */
  edges: Record<string, Edges>;
  /** The server's feature rooms: each may import those before it, and itself. */
  order: readonly string[];
  /** Files of the server that stand above all rooms and may import any of them (a folder ends in `/`). */
  above: readonly string[];
  /** Files that may name Drizzle or the tables' values. */
  mayTouchDrizzle: readonly RegExp[];
  /** Files of the server's rooms that may name hono or zod: contracts, routes, and what all routes share. */
  mayTouchHttp: readonly RegExp[];
  /** Files that only compute (a folder ends in `/`): they import nothing that does IO and ask no clock. */
  pure: readonly string[];
  /** Free of the limit on files: tables, contracts, what a program wrote. */
  unlimitedFiles: readonly RegExp[];
  /** Breaches that are allowed, by `path: rule`, with the reason. */
  exceptions: Record<string, string>;
}

export interface Edges {
  /** Packages that products may import; `*` is any that is not a room of the house. */
  products: readonly string[];
  /** What tests, fixtures and tools may import besides. */
  tests: readonly string[];
  /** Files that are neither shipped nor tests, but build or prove: they may import what tests may. */
  tools?: readonly string[];
  /** False where even Node's own modules are out of reach. */
  node: boolean;
}

/** A breach, with the words that a person needs to mend it. */
export interface Finding {
  path: string;
  line: number;
  /** The rule's short name, for exceptions. */
  rule: string;
  what: string;
}

/** `path:line rule: what`, one to a line. */
export function printFindings(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, rule, what }) => `${path}:${line} (${rule}) ${what}`);
}

/** Takes away what the house excepts; an exception that excepts nothing is a finding itself. */
export function withoutExceptions(findings: readonly Finding[], house: House): Finding[] {
  const used = new Set<string>();
  const left = findings.filter(({ path, rule }) => {
    const key = `${path}: ${rule}`;
    if (!Object.hasOwn(house.exceptions, key)) return true;
    used.add(key);
    return false;
  });
  for (const key of Object.keys(house.exceptions)) {
    if (used.has(key)) continue;
    const what = 'excepts nothing any more: take the line away';
    left.push({ path: key.split(': ')[0] ?? key, line: 1, rule: 'exceptions', what });
  }
  return left;
}

/** The room that a path lies in: its first folder, or '' at the top. */
export function roomOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? '') : '';
}
