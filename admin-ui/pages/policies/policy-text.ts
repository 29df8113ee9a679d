import { type Document, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { sameValue } from '../../parts/same-value.ts';
import { isFields } from './document-tree.ts';

const WIDTH = 120;
/** What is longer, without its spaces and quotes, does not fit into a line at its place in the text. */
const LINE = 92;
const READING = { merge: false, stringKeys: true, version: '1.2' } as const;

/** What a text says as data; undefined where it cannot be read. Where that is so, and why, the server says. */
export function readPolicyText(text: string): unknown {
  const document = parseDocument(text, READING);
  if (document.errors.length > 0) return undefined;
  try {
    // An alias is refused by the server; expanded here it could be a million times as large.
    return document.toJS({ maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

/** A document as a text: what is a list of things has each in a line of its own. Comments stand before their fields. */
export function writePolicyText(data: unknown, comments: Record<string, string> = {}): string {
  const document = parseDocument('', READING);
  const contents = makeNode(document, data, 0);
  if (isMap(contents)) {
    for (const { key } of contents.items) {
      if (isScalar(key) && Object.hasOwn(comments, String(key.value)))
        key.commentBefore = comments[String(key.value)] ?? null;
    }
  }
  document.contents = contents as never;
  return print(document);
}

/** A text that says something else, and whether what its author wrote beside the data is still in it. */
export interface EditedText {
  text: string;
  lost: boolean;
}

/**
 * A text in which only what is different was written anew, so that comments stay where they are. Where that cannot be
 * done it is written from the beginning, without them.
 */
export function editPolicyText(text: string, data: unknown): EditedText {
  const document = parseDocument(text, READING);
  if (document.errors.length === 0 && document.contents !== null) {
    document.contents = bring(document, document.contents as Node, data, 0) as never;
    const edited = print(document);
    if (sameValue(readPolicyText(edited), data)) return { text: edited, lost: false };
  }
  return { text: writePolicyText(data), lost: /(^|\s)#/.test(text) };
}

const print = (document: Document) => document.toString({ lineWidth: WIDTH, flowCollectionPadding: true });

/** Things in lists are short enough for a line: stages, guards, gates. */
function makeNode(document: Document, data: unknown, depth: number): Node {
  if (Array.isArray(data)) {
    const list = document.createNode([]) as YAMLSeq;
    list.items = data.map((one) => makeNode(document, one, depth + 1));
    list.flow = data.length === 0 || data.every((one) => typeof one !== 'object');
    return list;
  }
  if (!isFields(data)) return document.createNode(data) as Node;
  const map = document.createNode({}) as YAMLMap;
  for (const [name, value] of Object.entries(data)) {
    if (value !== undefined) map.add(document.createPair(name, makeNode(document, value, depth + 1)) as never);
  }
  map.flow = depth > 0 && !holdsThings(data) && JSON.stringify(data).replaceAll('"', '').length <= LINE;
  return map;
}

/** A step of the path holds stages, and would be no line. */
const holdsThings = (data: Record<string, unknown>) =>
  Object.values(data).some((value) => Array.isArray(value) && value.some((one) => isFields(one) && 'bake' in one));

/** A node that says `data`: the one that is there, as far as it can stay. */
function bring(document: Document, node: Node | null | undefined, data: unknown, depth: number): Node {
  if (isFields(data) && isMap(node)) return bringMap(document, node as YAMLMap, data, depth);
  if (Array.isArray(data) && isSeq(node)) return bringList(document, node as YAMLSeq, data, depth);
  if (isScalar(node) && sameValue(node.value, data)) return node;
  const made = makeNode(document, data, depth);
  // What was said beside a value is said of the next one, too.
  if (isScalar(node) && isScalar(made))
    Object.assign(made, { comment: node.comment, commentBefore: node.commentBefore });
  return made;
}

function bringMap(document: Document, map: YAMLMap, data: Record<string, unknown>, depth: number): Node {
  const nameOf = (key: unknown) => String(isScalar(key) ? key.value : key);
  map.items = map.items.filter(({ key }) => data[nameOf(key)] !== undefined);
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    const pair = map.items.find(({ key }) => nameOf(key) === name);
    if (pair === undefined) map.add(document.createPair(name, makeNode(document, value, depth + 1)) as never);
    else pair.value = bring(document, pair.value as Node, value, depth + 1);
  }
  return map;
}

/** Entries that are the same stay the same nodes, wherever they stand now; the others are brought in their order. */
function bringList(document: Document, list: YAMLSeq, data: readonly unknown[], depth: number): Node {
  const before = list.items.map((node) => ({ node: node as Node, value: (node as Node | null)?.toJS(document) }));
  const left = [...before];
  const kept = data.map((one) => {
    const at = left.findIndex(({ value }) => sameValue(value, one));
    return at === -1 ? undefined : left.splice(at, 1)[0]?.node;
  });
  list.items = data.map((one, at) => kept[at] ?? bring(document, left.shift()?.node, one, depth + 1));
  if (list.items.length > 0 && before.length === 0) list.flow = data.every((one) => typeof one !== 'object');
  return list;
}
