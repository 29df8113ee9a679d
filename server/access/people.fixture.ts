import { commitChange } from '../changes/commit-change.ts';
import { testDoor } from '../changes/door.fixture.ts';
import type { Database } from '../database/connect.ts';
import { Secrets } from '../platform/secrets.ts';
import { findInstallationProject } from './access-store.ts';
import type { CommitAccess } from './commit.ts';
import { PasswordHashing } from './hash-password.ts';
import { type HeldRevocation, HeldRevocations } from './held-revocations.ts';
import { type TestHouse, testHouse } from './house.fixture.ts';
import { keyRoutes } from './key-routes.ts';
import { checkMayChange } from './may-change.ts';
import { memberRoutes } from './member-routes.ts';
import { offerSetup } from './offer-setup.ts';
import type { PeopleParts } from './people-parts.ts';
import { peopleRoutes } from './people-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { SignInDelay } from './sign-in-delay.ts';
import { tokenRoutes } from './token-routes.ts';

export const ADA = { login: 'ada', name: 'Ada Admin', password: 'correct horse battery staple' };
/** A hundredth of the usual work: what passwords cost is held to by the tests of hashing, and by one that asks for it. */
const QUICK = { ln: 10, r: 8, p: 1 };
export const PUBLIC_URL = 'https://turnout.test';

/** What a browser on a page of ours was answered. */
export interface BrowserAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  body: any;
  setCookie: string | null;
}

/** Somebody's browser: it keeps its cookie, and says of each request that a page of ours made it. */
export class Browser {
  cookie: string | undefined;
  readonly #send: (path: string, request: RequestInit) => Response | Promise<Response>;
  readonly #address: string;

  constructor(send: (path: string, request: RequestInit) => Response | Promise<Response>, address = '192.0.2.1') {
    this.#send = send;
    this.#address = address;
  }

  /** `headers` replace what a browser would have said. */
  async ask(method: string, path: string, body?: unknown, headers: Record<string, string | undefined> = {}) {
    const all = {
      host: 'turnout.test',
      'sec-fetch-site': 'same-origin',
      'x-forwarded-for': this.#address,
      'user-agent': 'a test browser',
      cookie: this.cookie,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const given = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined);
    const content = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await this.#send(path, {
      method,
      headers: Object.fromEntries(given),
      ...(body === undefined ? {} : { body: content }),
    });
    const setCookie = response.headers.get('set-cookie');
    const [pair = ''] = setCookie?.split(';') ?? [];
    if (setCookie !== null) this.cookie = pair.endsWith('=') ? undefined : pair;
    const text = await response.text();
    const answer: BrowserAnswer = { status: response.status, body: text === '' ? null : JSON.parse(text), setCookie };
    return answer;
  }

  signIn(login: string, password: string): Promise<BrowserAnswer> {
    return this.ask('POST', '/session', { login, password });
  }
}

/** A house in which people sign in, reached as https://turnout.test. */
export interface PeopleHouse extends TestHouse {
  parts: PeopleParts;
  /** Sign-outs that wait for the database. */
  revocations: HeldRevocations;
  /** A browser at an address of its own. */
  browser(address?: string): Browser;
  /** The token of a new setup link. */
  offer(): Promise<string>;
  /** Makes Ada the first administrator; her browser is signed in. */
  setUp(): Promise<Browser>;
}

export async function peopleHouse(database: Database, over: Partial<PeopleParts> = {}): Promise<PeopleHouse> {
  const door = testDoor(database, [checkMayChange]);
  const commit: CommitAccess = (order, write) => commitChange(door, order, write);
  const house = await testHouse(database, commit);
  const { list, clock, events } = house.house;
  Object.assign(house.house, { publicUrl: PUBLIC_URL, trustProxy: 1 });
  let kept: readonly HeldRevocation[] = [];
  const file = {
    read: async () => [...kept],
    write: async (held: readonly HeldRevocation[]) => {
      kept = held;
    },
  };
  const later: CommitAccess = (order, write) => parts.commit(order, write);
  const revocations = new HeldRevocations({ db: database.db, clock, list, commit: later, file });
  const parts: PeopleParts = {
    ...{ db: database.db, clock, commit, list, events, delay: new SignInDelay(clock) },
    hashing: new PasswordHashing({ cost: QUICK }),
    ...{ installationProject: () => findInstallationProject(database.db), revocations },
    ...over,
  };
  const secrets = Secrets.open({ dataDir: '/nowhere', fromEnv: 'a-secret-of-this-test-that-has-32-bytes' });
  const keys = { db: database.db, clock, commit, list, revocations, secrets };
  const app = house.mount({
    '/': sessionRoutes(parts),
    '/installation': memberRoutes(parts, 'installation'),
    '/accounts': peopleRoutes(parts),
    '/projects/:project': memberRoutes(parts, 'project'),
    '/projects/:project/also': tokenRoutes(keys),
    '/projects/:project/environments/:environment': keyRoutes(keys),
  });
  const browser = (address?: string) => new Browser((path, request) => app.request(path, request), address);
  const offer = async () => {
    const made = await offerSetup(parts);
    if (!made) throw new Error('There is an administrator already.');
    return made.token;
  };
  return {
    ...house,
    ...{ parts, revocations, browser, offer },
    setUp: async () => {
      const ada = browser();
      const { status, body } = await ada.ask('POST', '/setup', { token: await offer(), ...ADA });
      if (status !== 201) throw new Error(`setup answered ${status}: ${JSON.stringify(body)}`);
      return ada;
    },
  };
}
