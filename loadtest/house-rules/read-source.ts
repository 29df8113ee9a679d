import { parseAst } from 'rolldown/parseAst';

/** What somebody imports, from where, and whether it vanishes when types are stripped. */
export interface Import {
  from: string;
  line: number;
  typeOnly: boolean;
}

/** One TypeScript file, as far as the rules of the house ask about it. */
export interface Source {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
  /** Tests and fixtures may do what products may not. */
  kind: 'product' | 'test' | 'fixture';
  lines: number;
  imports: Import[];
  functions: { name: string; line: number; lines: number }[];
  /** Names of classes, interfaces, types and functions that are declared here. */
  declared: { name: string; line: number }[];
  /**
   * Uses of the outer world's names: `Date.now`, `new Date`, `Math.random`, free identifiers such as `fetch`, and
   * `all of Date` where not one member is named.
   */
  uses: { name: string; line: number }[];
  /** Property and identifier names of every kind, for words that nobody may use at all. */
  words: Map<string, number>;
  /** Lines with the type `any`, and lines with `as unknown as`. */
  anys: number[];
  doubleCasts: number[];
}

interface Node {
  type: string;
  start: number;
  end: number;
  [field: string]: unknown;
}

/** Parses a file with a real parser; throws where the text is not TypeScript. */
export function readSource(path: string, text: string): Source {
  const starts = lineStarts(text);
  const source: Source = {
    path,
    text,
    kind: kindOf(path),
    lines: text.endsWith('\n') ? starts.length - 1 : starts.length,
    imports: [],
    functions: [],
    declared: [],
    uses: [],
    words: new Map(),
    anys: [],
    doubleCasts: [],
  };
  const lineOf = (offset: number) => findLine(starts, offset);
  const program = parseAst(text, { lang: 'ts' }, path) as unknown as Node;
  walk(program, undefined, '', (node, parent, field) => {
    noteImport(source, node, lineOf);
    noteFunction(source, node, parent, lineOf);
    noteType(source, node, lineOf);
    noteUse(source, node, parent, field, lineOf);
  });
  return source;
}

function kindOf(path: string): Source['kind'] {
  if (path.endsWith('.test.ts')) return 'test';
  return path.endsWith('.fixture.ts') ? 'fixture' : 'product';
}

type Visit = (node: Node, parent: Node | undefined, field: string) => void;

function walk(node: Node, parent: Node | undefined, field: string, visit: Visit): void {
  visit(node, parent, field);
  for (const [name, value] of Object.entries(node)) {
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) walk(item, node, name, visit);
    } else if (isNode(value)) {
      walk(value, node, name, visit);
    }
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

type LineOf = (offset: number) => number;

function noteImport(source: Source, node: Node, lineOf: LineOf): void {
  const [literal, typeOnly] = importedBy(source, node);
  const from = isNode(literal) ? literal.value : undefined;
  if (typeof from === 'string') source.imports.push({ from, line: lineOf(node.start), typeOnly });
}

/** The literal that names a module, if this node imports one, and whether only types come from there. */
function importedBy(source: Source, node: Node): [unknown, boolean] {
  switch (node.type) {
    case 'ImportDeclaration':
      return [node.source, node.importKind === 'type'];
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return [node.source, node.exportKind === 'type'];
    case 'ImportExpression':
      return [node.source, false];
    case 'TSImportType':
      return [node.source, true];
    case 'CallExpression':
      // `require('x')`, and `require.resolve('x')`.
      return [/^require\b/.test(textOf(source, node.callee)) ? (node.arguments as unknown[])[0] : undefined, false];
    default:
      return [undefined, false];
  }
}

function textOf(source: Source, node: unknown): string {
  return isNode(node) ? source.text.slice(node.start, node.end) : '';
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

function noteFunction(source: Source, node: Node, parent: Node | undefined, lineOf: LineOf): void {
  if (!FUNCTIONS.has(node.type)) return;
  const own = textOf(source, node.id);
  const given = parent === undefined ? '' : textOf(source, parent.id ?? parent.key);
  const line = lineOf(node.start);
  source.functions.push({ name: own || given || 'a function', line, lines: lineOf(node.end - 1) - line + 1 });
}

const DECLARATIONS = new Set([
  'ClassDeclaration',
  'FunctionDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
]);

function noteType(source: Source, node: Node, lineOf: LineOf): void {
  if (DECLARATIONS.has(node.type)) source.declared.push({ name: textOf(source, node.id), line: lineOf(node.start) });
  if (node.type === 'TSAnyKeyword') source.anys.push(lineOf(node.start));
  const inner = node.expression;
  if (node.type !== 'TSAsExpression' || !isNode(inner) || inner.type !== 'TSAsExpression') return;
  if ((inner.typeAnnotation as Node).type === 'TSUnknownKeyword') source.doubleCasts.push(lineOf(node.start));
}

function noteUse(source: Source, node: Node, parent: Node | undefined, field: string, lineOf: LineOf): void {
  const line = lineOf(node.start);
  if (node.type === 'NewExpression') {
    const name = `new ${textOf(source, node.callee)}`;
    source.uses.push({ name, line }, ...(isMadeOfNothing(node) ? [{ name: `${name}()`, line }] : []));
  }
  if (node.type === 'MemberExpression' && node.computed === false) {
    source.uses.push({ name: textOf(source, node).replace(/\s+|\?(?=\.)/g, ''), line });
  }
  if (node.type !== 'Identifier' || typeof node.name !== 'string') return;
  if (!source.words.has(node.name)) source.words.set(node.name, line);
  if (parent === undefined || !isReference(parent, field)) return;
  source.uses.push({ name: node.name, line });
  if (isTakenWhole(parent, field)) source.uses.push({ name: `all of ${node.name}`, line });
}

/** True where nothing is surely handed over: a date made of nothing is the present one. */
function isMadeOfNothing(node: Node): boolean {
  const [first] = Array.isArray(node.arguments) ? node.arguments : [];
  return !isNode(first) || first.type === 'SpreadElement';
}

/** True unless it is asked for one named member or made a new one of: `const { now } = Date` gets at all of them. */
function isTakenWhole(parent: Node, field: string): boolean {
  if (parent.type === 'MemberExpression' && field === 'object') return parent.computed === true;
  return !(parent.type === 'NewExpression' && field === 'callee');
}

/** True where an identifier stands for a value, and is not the name of a property, a label or a type's member. */
function isReference(parent: Node, field: string): boolean {
  if (field === 'property') return parent.computed === true;
  if (field === 'key') return parent.computed === true || parent.shorthand === true;
  if (parent.type.startsWith('TS') && parent.type !== 'TSAsExpression' && parent.type !== 'TSNonNullExpression') {
    return parent.type === 'TSSatisfiesExpression';
  }
  return field !== 'label' && field !== 'imported' && field !== 'exported' && field !== 'local';
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function findLine(starts: number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
