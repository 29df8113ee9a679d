import type { FlagType, JsonValue } from '@turnout/core';

/** What is to be known of a flag to write its type down. */
export interface TypedFlag {
  key: string;
  type: FlagType;
  variants: Record<string, JsonValue>;
  /** What it is about, for whoever reads the file. */
  about?: string;
  archived?: boolean;
  /** Whether pages get it, where that is known. */
  clientVisible?: boolean;
  /** The variant that holds when it is off, where that is known. */
  offVariant?: string | null;
}

/** What the file is written for: a client of ours, or OpenFeature's, on servers or in pages. */
export type TypesFor = 'node' | 'browser' | 'react' | 'openfeature' | 'openfeature-web';

/**
 * OpenFeature's own way to name its keys, which every client and hook then goes by. The compiler takes it for a second
 * definition, here and, without `skipLibCheck`, in OpenFeature's package too.
 */
const OPENFEATURE_KEYS = `
type KeysOf<V> = { [K in keyof Flags]: Flags[K] extends V ? K : never }[keyof Flags];

/** The only keys that OpenFeature's clients and hooks take from here on. Needs \`skipLibCheck\`. */
declare module '@openfeature/core' {
  // @ts-ignore OpenFeature defines it too, to be replaced like this.
  export type BooleanFlagKey = KeysOf<boolean>;
  // @ts-ignore
  export type StringFlagKey = KeysOf<string>;
  // @ts-ignore
  export type NumberFlagKey = KeysOf<number>;
  // @ts-ignore
  export type ObjectFlagKey = KeysOf<object>;
}
`;

const REACT_FLAGS = `
/** The flags that hooks know from here on. */
declare module '@turnout/sdk-browser/react' {
  interface Registered {
    flags: Flags;
  }
}
`;

/** What differs from one client to another. */
interface Words {
  /** Where the type of any JSON comes from. */
  json: string;
  flags: string;
  coded: string;
  /** What stands at the end. */
  end: string;
}

const TURNOUT = {
  flags: 'The flags and what their values are: `new Turnout<Flags>(…)`.',
  coded: 'What holds while there is no answer: `turnout.boolean(key, coded[key])`.',
  end: '',
};
const OPENFEATURE: Words = {
  json: '@openfeature/core',
  flags: 'The flags and what their values are.',
  coded: 'What holds while there is no answer: `client.getBooleanValue(key, coded[key])`.',
  end: OPENFEATURE_KEYS,
};
const WORDS: Record<TypesFor, Words> = {
  node: { json: '@turnout/sdk-node', ...TURNOUT },
  browser: { json: '@turnout/sdk-browser', ...TURNOUT },
  react: { json: '@turnout/sdk-browser', ...TURNOUT, end: REACT_FLAGS },
  openfeature: OPENFEATURE,
  'openfeature-web': OPENFEATURE,
};
const FOR_SERVERS: readonly TypesFor[] = ['node', 'openfeature'];

/** Flags that pages get no value of: a file for pages leaves them out, so that asking one does not compile. */
export function hiddenFrom(client: TypesFor, flag: TypedFlag): boolean {
  return !FOR_SERVERS.includes(client) && flag.clientVisible === false;
}

/** A text this long is written for people, not chosen from: its flag is a string like any other. */
const LONGEST_CHOICE = 100;
const LONGEST_NOTE = 200;
/** Objects of more shapes than these are a dictionary. */
const MOST_SHAPES = 8;
const ANYTHING = 'JsonValue';
const DICTIONARY = `{ [key: string]: ${ANYTHING} }`;

/**
 * The source of a TypeScript module: the type of each flag, and its coded default. The same flags give the same bytes,
 * in whatever order they and their variants come. `whose` says where they are from, `client` for which client it is.
 */
export function writeFlagTypes(flags: readonly TypedFlag[], whose: string, client: TypesFor = 'node'): string {
  const words = WORDS[client];
  const command = client === 'node' ? 'turnout codegen' : `turnout codegen --for ${client}`;
  const sorted = [...flags].sort((a, b) => compare(a.key, b.key));
  const types = sorted.map((flag) => `${noteOf(flag)}  ${nameOf(flag.key)}: ${typeOf(flag)};\n`).join('');
  const values = sorted.map((flag) => `  ${memberOf(flag.key)}: ${writeValue(defaultOf(flag), '  ')},\n`).join('');
  const needsJson = types.includes(ANYTHING);
  return [
    `// Made by \`${command}\` from ${oneLine(whose)}. Make it again rather than editing it.`,
    ...(words === OPENFEATURE ? ['/* eslint-disable */'] : []),
    ...(needsJson ? [`import type { ${ANYTHING} } from '${words.json}';`] : []),
    '',
    `/** ${words.flags} */`,
    `export type Flags = {${types === '' ? '' : `\n${types}`}};`,
    '',
    `/** ${words.coded} */`,
    `export const coded: Flags = {${values === '' ? '' : `\n${values}`}};`,
    words.end,
  ].join('\n');
}

/** By code units, so that no machine's language changes the order. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function typeOf({ type, variants }: TypedFlag): string {
  const values = Object.values(variants);
  if (type === 'boolean' || type === 'number') return type;
  if (type === 'object') return typeOfAll(values);
  const texts = [...new Set(values.filter((value) => typeof value === 'string'))].sort(compare);
  if (texts.length === 0 || texts.some((text) => text.length > LONGEST_CHOICE)) return 'string';
  return texts.map(writeText).join(' | ');
}

/** The one type that all of these values have. What differs from one to another within a shape may be anything. */
function typeOfAll(values: readonly JsonValue[]): string {
  const present = values.filter((value) => value !== null);
  if (present.length === 0) return values.length === 0 ? ANYTHING : 'null';
  const kinds = new Set(present.map((value) => (Array.isArray(value) ? 'list' : typeof value)));
  const [kind = ''] = kinds;
  if (kinds.size > 1) return ANYTHING;
  const type = kind === 'list' ? listType(present) : kind === 'object' ? objectType(present) : kind;
  return present.length === values.length || type === ANYTHING ? type : `${type} | null`;
}

function listType(lists: readonly JsonValue[]): string {
  const type = typeOfAll(lists.flatMap((list) => (Array.isArray(list) ? list : [])));
  return type.includes(' | ') ? `(${type})[]` : `${type}[]`;
}

/** A union of shapes, one for each set of members. */
function objectType(objects: readonly JsonValue[]): string {
  const shapes = new Map<string, Record<string, JsonValue>[]>();
  for (const value of objects) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) continue;
    const shape = JSON.stringify(Object.keys(value).sort(compare));
    shapes.set(shape, [...(shapes.get(shape) ?? []), value]);
  }
  if (shapes.size > MOST_SHAPES) return DICTIONARY;
  return [...shapes.values()].map(shapeType).sort(compare).join(' | ');
}

function shapeType(alike: readonly Record<string, JsonValue>[]): string {
  const names = Object.keys(alike[0] ?? {}).sort(compare);
  if (names.length === 0) return 'Record<string, never>';
  const members = names.map((name) => {
    const values = alike.map((one) => new Map(Object.entries(one)).get(name) ?? null);
    return `${nameOf(name)}: ${typeOfAll(values)}`;
  });
  return `{ ${members.join('; ')} }`;
}

/** The off variant; else the variant of that name; else false, or the first variant by name. */
function defaultOf({ type, variants, offVariant }: TypedFlag): JsonValue {
  const named = new Map(Object.entries(variants));
  const off = named.get(offVariant ?? 'off');
  if (off !== undefined) return off;
  if (type === 'boolean') return false;
  const [first = ''] = [...named.keys()].sort(compare);
  return named.get(first) ?? null;
}

function noteOf({ about = '', archived = false }: TypedFlag): string {
  // A note that began with @ would be read as a tag, and one that held its end would end.
  const text = [...oneLine(about).replaceAll('*/', '* /').replace(/^@+/, '')].slice(0, LONGEST_NOTE).join('').trim();
  const note = archived ? `@deprecated The flag is archived and answers no more. ${text}`.trim() : text;
  return note === '' ? '' : `  /** ${note} */\n`;
}

/** Half a surrogate pair is taken away too: it would not be read back as it was written. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

const WORD = /^[A-Za-z_$][\w$]*$/;

/** A member's name in a type. */
function nameOf(name: string): string {
  return WORD.test(name) ? name : writeText(name);
}

/** A member's name in a value, where `__proto__` written plainly would be no member. */
function memberOf(name: string): string {
  return name === '__proto__' ? "['__proto__']" : nameOf(name);
}

function writeValue(value: JsonValue, indent: string): string {
  if (typeof value === 'string') return writeText(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  const members = Array.isArray(value)
    ? value.map((one) => writeValue(one, deeper))
    : Object.entries(value)
        .sort(([a], [b]) => compare(a, b))
        .map(([name, one]) => `${memberOf(name)}: ${writeValue(one, deeper)}`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  if (members.length === 0) return `${open}${close}`;
  return `${open}\n${members.map((member) => `${deeper}${member},\n`).join('')}${indent}${close}`;
}

/** A text between single quotes; JSON's escapes are JavaScript's, and what ends a line in some places is escaped too. */
function writeText(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${inside.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}
