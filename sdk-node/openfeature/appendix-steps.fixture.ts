import assert from 'node:assert/strict';
import type { EvaluationContext, EvaluationDetails, JsonValue, Provider } from '@openfeature/server-sdk';
import { ServerSdk } from './appendix-sdk.fixture.ts';
import type { Pickle, Step } from './gherkin.fixture.ts';

export type ProviderState = 'stable' | 'not ready' | 'error' | 'fatal' | 'stale';

/** What the scenarios are played on. */
export interface Stage<P> {
  /** A provider that comes into this state once it is registered. */
  provider(state: ProviderState): P;
  /** The context that the provider was last asked with, as far as it went. */
  seen?(): object | undefined;
}

export type FlagKind = 'boolean' | 'string' | 'integer' | 'float' | 'object';
export type Details = EvaluationDetails<JsonValue>;

/** A hook that does nothing later. */
export interface PlainHook {
  before?(): EvaluationContext | undefined;
  after?(hook: unknown, details?: unknown): void;
  error?(hook: unknown): void;
  finally?(hook: unknown, details?: unknown): void;
}

/** What is asked of a client of OpenFeature. */
export interface Question {
  kind: FlagKind;
  key: string;
  coded: JsonValue;
  context: EvaluationContext;
  /** What lies under the context, where the SDK knows of transactions. */
  transaction: EvaluationContext;
  hooks: PlainHook[];
}

/** The SDK of OpenFeature that a scenario goes through. */
export interface Sdk<P> {
  /** Registers this provider alone. Answers with what that failed. */
  register(provider: P): Promise<unknown>;
  status(): string;
  addHook(hook: PlainHook): void;
  ask(question: Question): Promise<Details>;
  /** Adds an entry to the context of the API, or of the client where it has one of its own. */
  addContext(level: 'API' | 'Client', entry: EvaluationContext): void;
  end(): Promise<void>;
}

const STATUS = { stable: 'READY', 'not ready': 'NOT_READY', error: 'ERROR', fatal: 'FATAL', stale: 'STALE' };

/** What a scenario has come to. */
class Play {
  readonly sdk: Sdk<unknown>;
  readonly stage: Stage<unknown>;
  kind: FlagKind = 'boolean';
  key = '';
  coded: JsonValue = null;
  context: EvaluationContext = {};
  hooks: PlainHook[] = [];
  details: Details | undefined;
  /** The stages of hooks that were run, with what they were told. */
  readonly heard: { by: string; details?: Details }[] = [];
  levels: string[] = [];
  transaction: EvaluationContext = {};
  before: EvaluationContext = {};

  constructor(stage: Stage<unknown>, sdk: Sdk<unknown>) {
    this.stage = stage;
    this.sdk = sdk;
  }

  async register(state: ProviderState): Promise<void> {
    const failed = this.sdk.register(this.stage.provider(state));
    if (state === 'stable' || state === 'stale') assert.equal(await failed, undefined);
    if (state === 'error' || state === 'fatal') assert.notEqual(await failed, undefined);
    const until = Date.now() + 20_000;
    while (this.sdk.status() !== STATUS[state] && Date.now() < until) await pause();
    assert.equal(this.sdk.status(), STATUS[state]);
  }

  ask(kind: string, key: string, coded: JsonValue): void {
    this.kind = kind.toLowerCase() as FlagKind;
    this.key = key;
    this.coded = coded;
  }

  async evaluate(): Promise<void> {
    this.details = await this.sdk.ask(this);
  }

  get found(): Details {
    return this.details ?? assert.fail('nothing was evaluated');
  }

  listen(by: string): PlainHook {
    const told = (stage: string) => (_: unknown, details?: unknown) => {
      this.heard.push({ by: `${by}${stage}`, details: details as Details });
    };
    return {
      before: () => void this.heard.push({ by: `${by}before` }),
      after: told('after'),
      error: () => void this.heard.push({ by: `${by}error` }),
      finally: told('finally'),
    };
  }

  /** Adds an entry to one of the levels that are merged. */
  add(level: string, key: string, value: JsonValue): void {
    const entry = { [key]: value };
    if (level === 'API' || level === 'Client') this.sdk.addContext(level, entry);
    else if (level === 'Transaction') this.transaction = { ...this.transaction, ...entry };
    else if (level === 'Invocation') this.context = { ...this.context, ...entry };
    else if (level === 'Before Hooks') this.before = { ...this.before, ...entry };
    else assert.fail(`no level that is known here: ${level}`);
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
const plain = (text: string) => text.replaceAll('\\"', '"');

function read(kind: string, text: string): JsonValue {
  switch (kind.toLowerCase()) {
    case 'boolean':
      return text === 'true';
    case 'integer':
    case 'float':
    case 'number':
      return Number(text);
    case 'object':
      return JSON.parse(plain(text));
    default:
      return text === 'null' ? null : text;
  }
}

/** What a step means: its words, and what is done or looked at. */
type Meaning = [RegExp, (play: Play, found: string[], table: string[][]) => Promise<void> | void];

const GIVEN: Meaning[] = [
  [/^a (stable|not ready|error|fatal|stale) provider$/, (play, [state]) => play.register(state as ProviderState)],
  [/^a stable provider with retrievable context is registered$/, (play) => play.register('stable')],
  [
    /^an? (\w+)-flag with key "(.*?)" and a fallback value "(.*)"$/,
    (play, [kind = '', key = '', coded = '']) => play.ask(kind, key, read(kind, coded)),
  ],
  [
    /^a context containing a key "(.*?)", with type "(.*?)" and with value "(.*)"$/,
    (play, [key = '', kind = '', value = '']) => play.add('Invocation', key, read(kind, value)),
  ],
  [/^a context containing a key "(.*?)" with null value$/, (play, [key = '']) => play.add('Invocation', key, null)],
  [/^a client with added hook$/, (play) => play.sdk.addHook(play.listen(''))],
  [
    /^evaluation options containing specific hooks$/,
    (play) => {
      play.hooks = [play.listen('1 '), play.listen('2 ')];
    },
  ],
  [/^an evaluation context with modifiable data$/, (play) => play.add('Invocation', 'list', [{ a: 1 }, 'b'])],
  [
    /^A context entry with key "(.*?)" and value "(.*?)" is added to the "(.*?)" level$/,
    (play, [key = '', value = '', level = '']) => play.add(level, key, value),
  ],
  [
    /^A table with levels of increasing precedence$/,
    (play, _, table) => {
      play.levels = table.flat();
    },
  ],
  [
    /^Context entries for each level from API level down to the "(.*?)" level, with key "(.*?)" and value "(.*?)"$/,
    (play, [last = '', key = '']) => {
      for (const level of play.levels.slice(0, play.levels.indexOf(last) + 1)) play.add(level, key, level);
    },
  ],
];

const WHEN: Meaning[] = [
  [
    /^the flag was evaluated with details(?: asynchronously| using the evaluation options)?$/,
    (play) => play.evaluate(),
  ],
  [
    /^Some flag was evaluated$/,
    (play) => {
      play.sdk.addHook({ before: () => play.before });
      play.ask('boolean', 'boolean-flag', false);
      return play.evaluate();
    },
  ],
  [
    /^an? (?:non-existent )?(\w+) flag with key "(.*?)" is evaluated with (?:details and )?(?:a )?(null )?(?:default|fallback) value ?"?(.*?)"?$/,
    (play, [kind = '', key = '', none, coded = '']) => {
      play.ask(kind, key, none ? null : read(kind, coded));
      return play.evaluate();
    },
  ],
  [
    /^a string flag with key "(.*?)" is evaluated as an integer, with details and a fallback value (\d+)$/,
    (play, [key = '', coded]) => {
      play.ask('integer', key, Number(coded));
      return play.evaluate();
    },
  ],
];

const PICTURE = { showImages: true, title: 'Check out these pics!', imagesPerPage: 100 };

const THEN: Meaning[] = [
  [
    /^the resolved details value should be "(.*)"$/,
    (play, [value = '']) => assert.deepEqual(play.found.value, read(play.kind, value)),
  ],
  [
    /^the resolved \w+ value should be "?([^"]*)"?$/,
    (play, [value = '']) => assert.deepEqual(play.found.value, read(play.kind, value)),
  ],
  [
    /^the resolved \w+ details value should be "?([^",]*)"?, the variant should be "(.*?)", and the reason should be "(.*?)"$/,
    (play, [value = '', variant, reason]) => {
      assert.deepEqual(play.found.value, read(play.kind, value));
      assert.deepEqual([play.found.variant, play.found.reason], [variant, reason]);
    },
  ],
  [
    /^the resolved object (?:details )?value should be contain fields "showImages", "title", and "imagesPerPage", with values "true", "Check out these pics!" and 100, respectively$/,
    (play) => assert.deepEqual(play.found.value, PICTURE),
  ],
  [
    /^the variant should be "(.*?)", and the reason should be "(.*?)"$/,
    (play, found) => assert.deepEqual([play.found.variant, play.found.reason], found),
  ],
  [/^the default \w+ value should be returned$/, (play) => assert.deepEqual(play.found.value, play.coded)],
  [
    /^the reason should indicate an error and the error code should indicate .* with "(.*?)"$/,
    (play, [code]) => assert.deepEqual([play.found.reason, play.found.errorCode], ['ERROR', code]),
  ],
  [/^the reason should be "(.*?)"$/, (play, [reason]) => assert.equal(play.found.reason, reason)],
  [/^the variant should be "(.*?)"$/, (play, [variant]) => assert.equal(play.found.variant, variant)],
  [/^the error-code should be "(.*?)"$/, (play, [code]) => assert.equal(play.found.errorCode, code)],
  [/^the flag key should be "(.*?)"$/, (play, [key]) => assert.equal(play.found.flagKey, key)],
  [
    /^the resolved metadata should contain$/,
    (play, _, [, ...rows]) => {
      const expected = rows.map(([key = '', kind = '', value = '']) => [key, read(kind, value)]);
      assert.deepEqual(play.found.flagMetadata, Object.fromEntries(expected));
    },
  ],
  [/^the resolved metadata is empty$/, (play) => assert.deepEqual(play.found.flagMetadata, {})],
  [/^the provider status should be "(.*?)"$/, (play, [status]) => assert.equal(play.sdk.status(), status)],
  [
    /^the specified hooks should execute during evaluation$/,
    (play) => assert.equal(play.heard.filter(({ by }) => by.startsWith('1 ')).length, 3),
  ],
  [
    /^the hook order should be maintained$/,
    (play) =>
      assert.deepEqual(
        play.heard.map(({ by }) => by),
        ['1 before', '2 before', '2 after', '1 after', '2 finally', '1 finally'],
      ),
  ],
  [
    /^the "(.*?)" hook should have been executed$/,
    (play, [stage]) => assert.equal(play.heard.filter(({ by }) => by === stage).length, 1),
  ],
  [
    /^the "(.*?)" hooks should be called with evaluation details$/,
    (play, [stages = ''], [, ...rows]) => {
      for (const stage of stages.split(', ')) {
        const { details } = play.heard.find(({ by }) => by === stage) ?? {};
        for (const [kind = '', name = '', value = ''] of rows) {
          const member = name.replace(/_(\w)/, (_, letter) => letter.toUpperCase()) as keyof Details;
          assert.deepEqual(details?.[member] ?? null, read(kind, value), `${stage}: ${name}`);
        }
      }
    },
  ],
  [
    /^the original evaluation context should remain unmodified$/,
    (play) => assert.deepEqual(play.context, { list: [{ a: 1 }, 'b'] }),
  ],
  [/^the evaluation details should be immutable$/, (play) => assert.ok(Object.isFrozen(play.found.flagMetadata))],
  [/^the evaluation should complete without blocking$/, (play) => assert.ok(play.found)],
  [
    /^The merged context contains an entry with key "(.*?)" and value "(.*?)"$/,
    (play, [key = '', value]) => assert.equal(new Map(Object.entries(play.stage.seen?.() ?? {})).get(key), value),
  ],
];

const MEANINGS = [...GIVEN, ...WHEN, ...THEN];

async function take(play: Play, { text, table }: Step): Promise<void> {
  for (const [words, act] of MEANINGS) {
    const found = words.exec(text);
    if (found !== null) return act(play, found.slice(1), table);
  }
  assert.fail(`no step that is known here: ${text}`);
}

/** Plays a scenario; rejects where it does not come out as it is written. Through OpenFeature's SDK for servers. */
export function play(pickle: Pickle, stage: Stage<Provider>): Promise<void> {
  return playThrough(new ServerSdk(), pickle, stage);
}

export async function playThrough<P>(sdk: Sdk<P>, pickle: Pickle, stage: Stage<P>): Promise<void> {
  // What one makes the other takes: which providers these are is no matter of the steps.
  const playing = new Play(stage, sdk as Sdk<unknown>);
  try {
    for (const step of pickle.steps) await take(playing, step);
  } finally {
    await sdk.end();
  }
}

/** A feature, a scenario or a tag that is not played, and why. */
interface LeftOut {
  name: string;
  because: string;
}

/** Takes out what is named; each is counted, so that one that takes nothing out is noticed. */
export function leaveOut(
  pickles: Pickle[],
  names: LeftOut[],
): { left: Pickle[]; out: (LeftOut & { count: number })[] } {
  const isNamed = ({ feature, name, tags }: Pickle, out: string) => [feature, name, ...tags].includes(out);
  return {
    left: pickles.filter((pickle) => !names.some(({ name }) => isNamed(pickle, name))),
    out: names.map((one) => ({ ...one, count: pickles.filter((pickle) => isNamed(pickle, one.name)).length })),
  };
}

export function titled(pickles: Pickle[]): [title: string, pickle: Pickle][] {
  return pickles.map((pickle) => [`${pickle.feature}: ${pickle.name}`, pickle]);
}
