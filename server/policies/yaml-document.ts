import { Composer, type Document, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, stringify, visit } from 'yaml';
import { DEPTH_LIMIT } from '../platform/json-body.ts';
import type { FieldFault } from '../platform/problem.ts';

/** Where in a text something stands: both from 1, for people. */
export interface TextPlace {
  line: number;
  column: number;
}

/** A text that was read: what it says, and where each of its fields stands. */
export type ReadYaml =
  | { value: unknown; placeOf(path: string): TextPlace | undefined; fault?: never }
  | { value?: never; fault: FieldFault & Partial<TextPlace> };

/** Ten times what a policy takes that uses everything; each character costs the reader time. */
const MOST_CHARACTERS = 32_768;
/** A list in a list costs the reader a level of its own stack. */
const MOST_NESTED = 4 * DEPTH_LIMIT;

/**
 * Reads YAML 1.2 that says what JSON can: aliases, anchors, tags, merge keys, directives, keys that are no text, the
 * same key twice and a second document are refused, with line and column. JSON is YAML, and is read as such.
 */
export function readYaml(text: string): ReadYaml {
  if (text.length > MOST_CHARACTERS) {
    return refuse('too_large', `at most ${MOST_CHARACTERS} characters; there are ${text.length}`);
  }
  const lines = new LineCounter();
  const at = (offset: number): TextPlace => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const composed = compose(text, lines);
  if ('tooDeepAt' in composed) {
    return refuse('too_deep', 'lists and maps that are nested less deep', at(composed.tooDeepAt));
  }
  const [document, second] = composed.documents;
  if (second !== undefined) {
    return refuse('bad_yaml', 'one document: what follows --- is another', at(second.range[0]));
  }
  if (document === undefined) return refuse('bad_yaml', 'a document: there is nothing here');
  const [error] = document.errors;
  if (error !== undefined) return refuse('bad_yaml', describeError(error.code, error.message), at(error.pos[0]));
  const foreign = findForeign(document);
  if (foreign !== undefined) return refuse('refused_yaml', foreign.expected, at(foreign.offset));
  const value: unknown = document.toJS({ maxAliasCount: 0 });
  return {
    value,
    placeOf: (path) => {
      const offset = offsetOf(document, path);
      return offset === undefined ? undefined : at(offset);
    },
  };
}

/** The library's own parts, put together so that depth is known before anything recurses. */
function compose(text: string, lines: LineCounter): { documents: Document.Parsed[] } | { tooDeepAt: number } {
  const parser = new Parser(lines.addNewLine);
  // Whether keys are unique is looked at below: the library compares each with each.
  const composer = new Composer({
    keepSourceTokens: false,
    merge: false,
    stringKeys: true,
    uniqueKeys: false,
    version: '1.2',
  });
  const documents: Document.Parsed[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > MOST_NESTED) return { tooDeepAt: parser.offset };
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return { documents };
}

/** What is YAML and not JSON: each makes a text mean something else than what it seems to say. */
function findForeign(document: Document.Parsed): { expected: string; offset: number } | undefined {
  let found: { expected: string; offset: number } | undefined;
  const stop = (node: { range?: [number, number, number] | null }, expected: string) => {
    found = { expected, offset: node.range?.[0] ?? 0 };
    return visit.BREAK;
  };
  if (document.directives.yaml.explicit === true) {
    return { expected: 'no directive: it is YAML 1.2', offset: 0 };
  }
  visit(document, {
    Alias: (_key, node) => stop(node, 'no alias (*): write it out'),
    Node: (_key, node) => {
      if (!('anchor' in node) && !('tag' in node)) return undefined;
      if ('anchor' in node && node.anchor !== undefined)
        return stop(node, 'no anchor (&): write it out where it is meant');
      return 'tag' in node && node.tag !== undefined
        ? stop(node, 'no tag (!): text, numbers, true and false are enough')
        : undefined;
    },
    Map: (_key, map) => {
      const seen = new Set<unknown>();
      const twice = map.items.find(({ key }) => isScalar(key) && (seen.has(key.value) || !seen.add(key.value)));
      return twice && isScalar(twice.key) ? stop(twice.key, 'each field once') : undefined;
    },
    Pair: (_key, pair) => {
      if (!isScalar(pair.key)) return undefined;
      if (pair.key.value === '<<') return stop(pair.key, 'no merge key (<<): write the fields out');
      return pair.key.value === '__proto__'
        ? stop(pair.key, 'another name: no field may be called __proto__')
        : undefined;
    },
  });
  return found;
}

/** Where the field of a JSON pointer stands, or what is nearest to it: a field that is missing has no place of its own. */
function offsetOf(document: Document.Parsed, path: string): number | undefined {
  let node: unknown = document.contents;
  let offset = rangeOf(node);
  for (const part of path.split('/').slice(1)) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === name);
      if (pair === undefined) return offset;
      offset = rangeOf(pair.key);
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(name)];
      if (node === undefined) return offset;
      offset = rangeOf(node);
    } else return offset;
  }
  return offset;
}

function rangeOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;
}

const EXPECTED: Partial<Record<string, string>> = {
  NON_STRING_KEY: 'fields that are named by text',
  TAB_AS_INDENT: 'spaces before a field: tabs indent nothing',
  MULTIPLE_DOCS: 'one document',
};

/** The library's sentence quotes the text from its second line on; the place is told beside it. */
function describeError(code: string, message: string): string {
  const [first = 'YAML'] = message.split('\n');
  return EXPECTED[code] ?? `YAML that can be read: ${first.replace(/ at line \d+, column \d+:?$/, '')}`;
}

function refuse(code: string, expected: string, place?: TextPlace): ReadYaml {
  return { fault: { path: '/', code, expected, ...place } };
}

/** A document as people read it: short lists in a line, and no line broken where a value would not be. */
export function writeYaml(document: unknown): string {
  return stringify(document, { lineWidth: 120, aliasDuplicateObjects: false });
}
