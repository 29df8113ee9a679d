import { Api, Refused } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { inPath } from './find-place.ts';

/** One answer of OFREP. */
interface Evaluated {
  key: string;
  value?: unknown;
  variant?: string;
  reason?: string;
  errorCode?: string;
  errorDetails?: string;
}

const FLAGS = '/ofrep/v1/evaluate/flags';

async function readContext({ given, shell }: Asked): Promise<Record<string, unknown>> {
  const text = given.context === '-' ? await shell.readInput() : given.context;
  const user = given.user === undefined ? {} : { targetingKey: given.user };
  if (text === undefined) return user;
  try {
    const context: unknown = JSON.parse(text);
    if (typeof context === 'object' && context !== null && !Array.isArray(context)) return { ...context, ...user };
  } catch {
    // Told below.
  }
  throw new UsageFault('--context must be a JSON object, such as \'{"targetingKey":"user-1","country":"CH"}\'.');
}

/**
 * A key belongs to one environment, so an environment can only be named where the key is to be found by its name: among
 * the demo's.
 */
function demoKeyOf({ given, shell }: Asked): string {
  const { environment, key } = given;
  if (environment === undefined) return 'server';
  if (key !== undefined || shell.env.TURNOUT_KEY) {
    throw new UsageFault('-e names one of the demo’s keys. The key that was given belongs to one environment already.');
  }
  if (!/^\w[\w.-]*$/.test(environment)) throw new UsageFault('-e takes the key of an environment, such as production.');
  return environment === 'production' ? 'server' : `server-${environment}`;
}

async function evaluate(asked: Asked): Promise<Exit> {
  const context = await readContext(asked);
  const api = await Api.open(asked, demoKeyOf(asked));
  const [flag] = asked.words;
  const path = flag === undefined ? FLAGS : `${FLAGS}/${inPath(flag)}`;
  const { body } = await api
    .call<Evaluated & { flags?: Evaluated[] }>('POST', path, { body: { context } })
    .catch(explainKey);
  if (asked.given.json) asked.shell.print(JSON.stringify(body));
  else if (flag === undefined) printAll(asked, body.flags ?? []);
  else for (const line of describe(body)) asked.shell.print(line);
  return EXIT.done;
}

/** Tokens of the admin API read flags and evaluate none: a person may well have one of those at hand. */
function explainKey(error: unknown): never {
  if (error instanceof Refused && error.status === 403) {
    const detail = `${error.message} Keys of environments are made with POST …/environments/<environment>/keys.`;
    throw new Refused(403, { ...error.body, detail });
  }
  throw error;
}

function describe({ value, variant, reason, errorCode, errorDetails }: Evaluated): string[] {
  if (errorCode !== undefined) return [`error    ${errorCode}: ${errorDetails ?? ''}`];
  const shown = value === undefined ? 'the default that is written in the code' : JSON.stringify(value);
  return [`value    ${shown}`, ...(variant === undefined ? [] : [`variant  ${variant}`]), `reason   ${reason ?? ''}`];
}

function printAll({ shell }: Asked, flags: readonly Evaluated[]): void {
  const width = Math.max(0, ...flags.map(({ key }) => key.length));
  for (const flag of flags) {
    const { value, variant, reason, errorCode, errorDetails } = flag;
    const shown = value === undefined ? (errorCode ?? 'coded default') : JSON.stringify(value);
    const why = errorCode === undefined ? [variant, reason].filter(Boolean).join(', ') : errorDetails;
    shell.print(`${flag.key.padEnd(width)}  ${shown}${why ? `  (${why})` : ''}`);
  }
}

export const evalCommand: Command = {
  name: 'eval',
  words: ['[flag]'],
  summary: 'Evaluate a flag, or all of them, as an app would over HTTP',
  teaching:
    'Asks OFREP, so it shows what callers in any language get: value, variant, and the reason. The environment is ' +
    'the one that the key belongs to; it takes a server key or a client key, not a token of the admin API. With the ' +
    'demo’s own keys, -e picks one of its environments; without it it is production.',
  examples: [
    'turnout eval new-checkout --user user-1',
    'turnout eval --context \'{"targetingKey":"user-1","country":"CH"}\'',
    'turnout eval new-checkout --key server.key --json',
  ],
  meanings: { environment: 'The environment of the demo, where no key was given. Default: production.' },
  options: ['environment', 'user', 'context', ...REACH],
  run: evaluate,
};
