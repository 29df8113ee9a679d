import { type Asked, UsageFault } from './command.ts';
import { findKey } from './find-key.ts';

/** The server said no. `body` is its problem, or OFREP's failure. */
export class Refused extends Error {
  readonly status: number;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    super(textOf(body.detail) ?? textOf(body.errorDetails) ?? `The server answered ${status}.`);
    this.name = 'Refused';
    this.status = status;
    this.body = body;
  }
}

const ADVICE =
  'Is the server running? Start one with: turnout start. Or name the right address with --url or TURNOUT_URL.';

/** No server answered. `otherwise` is what else can be done. */
export class Unreachable extends Error {
  readonly failures: readonly string[];

  constructor(failures: readonly string[], otherwise: readonly string[] = []) {
    super([...failures, ADVICE, ...otherwise].join('\n'));
    this.failures = failures;
    this.name = 'Unreachable';
  }
}

export interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
  /** How long the answer may take; 15 s unless given. */
  timeoutMs?: number | undefined;
}

/** What a server answered, in the shape that the caller expects of it. */
export interface Answered<T> {
  status: number;
  body: T;
}

/** Answers of which only a few fields are looked at. */
export type Fields = Record<string, unknown>;

const WAIT_MS = 15_000;
const DEFAULT_ADDRESS = 'http://127.0.0.1:8420';

/** The servers that a command was pointed at, and the secret for them. */
export class Api {
  readonly addresses: readonly string[];
  readonly #secret: string;

  private constructor(addresses: readonly string[], secret: string) {
    this.addresses = addresses;
    this.#secret = secret;
  }

  /** `demoKey` is which of the demo's keys is good for this, where no other key was given. */
  static async open(asked: Asked, demoKey = 'admin'): Promise<Api> {
    const addresses = findAddresses(asked);
    return new Api(addresses, await findKey(asked, addresses, demoKey));
  }

  /** Asks the first server that can be reached. `path` begins with `/`. Throws `Refused` or `Unreachable`. */
  async call<T = Fields>(method: string, path: string, options: CallOptions = {}): Promise<Answered<T>> {
    const failures: string[] = [];
    for (const address of this.addresses) {
      try {
        return await this.callAt<T>(address, method, path, options);
      } catch (error) {
        if (error instanceof Refused) throw error;
        failures.push(describeFailure(address, error));
      }
    }
    throw new Unreachable(failures);
  }

  /** Asks one server. Throws `Refused`, or whatever kept an answer from coming. */
  async callAt<T = Fields>(
    address: string,
    method: string,
    path: string,
    { body, headers, timeoutMs = WAIT_MS }: CallOptions,
  ): Promise<Answered<T>> {
    const response = await fetch(`${address}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#secret}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    const text = await response.text();
    const parsed = parse(text);
    if (!response.ok) throw new Refused(response.status, parsed);
    return { status: response.status, body: parsed as T };
  }
}

/** The addresses of `--url`, of TURNOUT_URL, or of this machine. */
function findAddresses(asked: Asked): string[] {
  const named = asked.given.url ?? asked.shell.env.TURNOUT_URL?.split(',') ?? [];
  const addresses = named.map((address) => address.trim().replace(/\/+$/, '')).filter((address) => address !== '');
  for (const address of addresses) {
    if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
      throw new UsageFault(`${address} is no address: it must look like ${DEFAULT_ADDRESS}`);
    }
  }
  return addresses.length > 0 ? addresses : [DEFAULT_ADDRESS];
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = text === '' ? {} : JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new Error('what answers there is not Turnout');
}

export function describeFailure(address: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const late = cause instanceof Error && cause.name === 'TimeoutError';
  const why = late
    ? `no answer within ${WAIT_MS / 1_000} s`
    : (code ?? (cause instanceof Error ? cause.message : 'it failed'));
  return `${address} cannot be reached: ${why}.`;
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
