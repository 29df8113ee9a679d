/** A flag that somebody is about to make, as it is typed. */
export interface FlagDraft {
  key: string;
  type: FlagType;
  /** Of flags that are not boolean: names, and values as they are typed. */
  variants: readonly DraftVariant[];
  name: string;
  description: string;
  kind: string;
  owner: string;
  /** Separated by commas. */
  tags: string;
  clientVisible: boolean;
}

export interface DraftVariant {
  name: string;
  text: string;
}

export type FlagType = 'boolean' | 'string' | 'number' | 'object';

/** What is wrong, in a sentence, by the JSON pointer at which the server would name it. */
export type Faults = Readonly<Record<string, string>>;

export const EMPTY_DRAFT: FlagDraft = {
  ...{ key: '', type: 'boolean', variants: [], name: '', description: '', kind: 'release', owner: '', tags: '' },
  clientVisible: false,
};

/** What a flag of a type begins with: one variant for while it is off, and one for while it is on. */
const FIRST_TEXTS: Record<FlagType, [string, string]> = {
  ...{ boolean: ['false', 'true'], string: ['', ''], number: ['0', '1'], object: ['{}', '{}'] },
};

/** The draft with another type; variants of another type would not be read as this one's. */
export function withType(draft: FlagDraft, type: FlagType): FlagDraft {
  const [off, on] = FIRST_TEXTS[type];
  const variants = [
    { name: 'off', text: off },
    { name: 'on', text: on },
  ];
  return { ...draft, type, variants: type === 'boolean' ? [] : variants };
}

const KEY = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** What is wrong with a key; undefined for one that can be taken. */
export function keyFault(key: string, taken: ReadonlySet<string>): string | undefined {
  if (key === '') return 'A flag needs a key: it is what the code asks for.';
  if (!KEY.test(key) || key === '__proto__') {
    return 'Letters, digits, _ . and - alone, at most 128, beginning with a letter, a digit or _.';
  }
  // A key is taken for good, for old code may still ask for it.
  return taken.has(key) ? 'There is a flag with this key, or was one that is archived.' : undefined;
}

export function findFaults(draft: FlagDraft, taken: ReadonlySet<string>): Faults {
  const faults: Record<string, string> = {};
  const key = keyFault(draft.key, taken);
  if (key !== undefined) faults['/key'] = key;
  if (draft.type === 'boolean') return faults;
  if (draft.variants.length === 0) faults['/variants'] = 'A flag needs at least one variant.';
  draft.variants.forEach(({ name, text }, at) => {
    const twice = draft.variants.findIndex((other) => other.name === name) < at;
    const nameless = name === '' ? 'A variant needs a name.' : twice ? 'There is a variant with this name.' : undefined;
    const fault = nameless ?? valueFault(draft.type, text);
    if (fault !== undefined) faults[`/variants/${at}`] = fault;
  });
  return faults;
}

const EXPECTED: Record<FlagType, string> = {
  ...{ boolean: 'true or false.', string: '', number: 'A number, such as 12 or 0.5.' },
  object: 'A JSON object, such as {"rows": 2}.',
};

function valueFault(type: FlagType, text: string): string | undefined {
  const value = readValue(type, text);
  if (type === 'string') return undefined;
  const fits =
    type === 'number'
      ? typeof value === 'number' && Number.isFinite(value)
      : typeof value === 'object' && value !== null && !Array.isArray(value);
  return fits ? undefined : EXPECTED[type];
}

/** Strings are typed as they are; everything else is JSON. */
function readValue(type: FlagType, text: string): unknown {
  if (type === 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is sent to make the flag. */
export function writeDraft(draft: FlagDraft, reason: string): Record<string, unknown> {
  const { type, variants, name, description, kind, owner, clientVisible } = draft;
  const values = variants.map(({ name: variant, text }) => [variant, readValue(type, text)]);
  return {
    ...{ key: draft.key, type, name, description, kind, owner, clientVisible, tags: readTags(draft.tags) },
    ...(type === 'boolean' ? {} : { variants: Object.fromEntries(values) }),
    ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
  };
}

function readTags(text: string): string[] {
  const tags = text.split(',').map((tag) => tag.trim());
  return [...new Set(tags.filter((tag) => tag !== ''))];
}
