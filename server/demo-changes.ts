import { ask, type CallApi, PROJECT } from './demo.ts';

const PRODUCTION = `${PROJECT}/environments/production`;
const DEVELOPMENT = `${PROJECT}/environments/development`;

/** Who works on the demo's shop: tokens of the project, whose secrets nobody keeps. */
const AUTHORS = {
  bot: { name: 'Deploy bot', roles: ['editor'] },
  payments: { name: 'Payments team', roles: ['editor'] },
  night: { name: 'On call', roles: ['killer'] },
};
type Author = keyof typeof AUTHORS;
const DAY_MS = 86_400_000;

interface DemoChange {
  by: Author;
  method: 'POST' | 'PATCH';
  path: string;
  body: object;
}

/** What they do on the first day: a bit of everything that the log can hold, and nothing to flags that documents name. */
const CHANGES: readonly DemoChange[] = [
  post('bot', `${PRODUCTION}/flags/orders-by-queue/on`, { reason: 'Release 2.31 is out' }),
  {
    ...{ by: 'payments', method: 'PATCH', path: `${PRODUCTION}/flags/free-delivery` },
    body: { fallthrough: { split: { weights: { on: 25_000, off: 75_000 } } }, reason: 'The margin holds at 10 %' },
  },
  post('night', `${DEVELOPMENT}/flags/express-pay/kill`, { reason: 'The sandbox of the bank is down' }),
  post('payments', `${PRODUCTION}/segments/loyal-customers/members`, {
    included: { add: ['user-77', 'user-512'] },
    reason: 'Support asked for them',
  }),
  post('payments', `${DEVELOPMENT}/flags/express-pay/restore`, { reason: 'The sandbox is back' }),
  post('bot', `${PROJECT}/flags/summer-sale/archive`, { reason: 'Over until next year' }),
  post('bot', `${DEVELOPMENT}/flags/mail-digest/serve`, { variant: 'weekly', reason: 'To look at the weekly mail' }),
  post('night', `${DEVELOPMENT}/flags/fraud-check-v2/kill`, { reason: 'The model does not load' }),
];

/**
 * Makes them now, through the one door: what the log of the demo says has happened, and when it says. Each author is a
 * token that ends in a day.
 */
export async function makeChanges(call: CallApi, now: Date): Promise<void> {
  const secrets = new Map<Author, string>();
  for (const { by, method, path, body } of CHANGES) {
    const secret = secrets.get(by) ?? (await employ(call, by, now));
    secrets.set(by, secret);
    await ask(call, { method, path, body, as: secret });
  }
}

async function employ(call: CallApi, author: Author, now: Date): Promise<string> {
  const expiresAt = new Date(now.getTime() + DAY_MS).toISOString();
  const wanted = { ...AUTHORS[author], expiresAt };
  const { body } = await ask(call, { method: 'POST', path: `${PROJECT}/tokens`, body: wanted });
  if (!body.secret) throw new Error(`The demo has nobody to be ${AUTHORS[author].name}.`);
  return body.secret;
}

function post(by: Author, path: string, body: object): DemoChange {
  return { by, method: 'POST', path, body };
}
