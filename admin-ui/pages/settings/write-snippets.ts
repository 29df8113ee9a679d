import type { FlagAnswer, KeyAnswer } from '@turnout/server/contracts';
import type { SignedContext } from './context-words.ts';

/** Lines that use a key. Its secret has a place in them, and is never in them. */
export interface Snippet {
  caption: string;
  text: string;
}

export interface SnippetPlace {
  /** Where the server is, as the browser sees it. */
  url: string;
  project: string;
  environment: string;
  /** A flag to ask for, of which the project has one where it can be. */
  flag: string;
  /** How a client key wants to be told who asks. */
  context?: KeyAnswer['context'];
  /** Whose pages may come with a client key. */
  origins?: KeyAnswer['origins'];
}

const SECRET_OF: Record<KeyAnswer['kind'], string> = {
  server: 'TURNOUT_KEY',
  client: 'TURNOUT_CLIENT_KEY',
  kill: 'TURNOUT_KILL_KEY',
};

/** The flag to ask for: one that is answered to a key of that kind and, as the lines ask for a boolean, rather one of these. */
export function pickFlag(
  kind: KeyAnswer['kind'],
  flags: readonly Pick<FlagAnswer, 'key' | 'type' | 'archived' | 'clientVisible'>[],
): string | undefined {
  const answered = flags.filter(({ archived, clientVisible }) => !archived && (kind !== 'client' || clientVisible));
  return (answered.find(({ type }) => type === 'boolean') ?? answered[0])?.key;
}

/** How one uses a key of a kind: what is shown beside it at any time. */
export function writeSnippets(kind: KeyAnswer['kind'], place: SnippetPlace): Snippet[] {
  if (kind === 'server') return [forNode(place), forCurl('server', place, [])];
  if (kind === 'client') return forPages(place);
  return [forRunbook(place)];
}

function forPages(place: SnippetPlace): Snippet[] {
  const { context, origins } = place;
  const listed = origins?.find((one) => one !== '*') ?? 'https://shop.example';
  const origin = `  -H 'Origin: ${listed}'`;
  if (context?.mode !== 'signed') return [forPage(place, []), forOfrep(place), forCurl('client', place, [origin])];
  const token = [
    '  // Your own server says who is signed in. It is asked again when the token has expired.',
    "  contextToken: () => fetch('/flags-token').then((answer) => answer.text()),",
  ];
  const header = '  -H "Turnout-Context: $CONTEXT_TOKEN"';
  return [forPage(place, token), forSigner(context), forCurl('client', place, [origin, header])];
}

const forNode = ({ url, flag }: SnippetPlace): Snippet => ({
  caption: 'In a Node app',
  text: `import { Turnout } from '@turnout/sdk-node';

const turnout = new Turnout({
  url: '${url}',
  key: process.env.TURNOUT_KEY, // the secret
});
await turnout.ready();
turnout.boolean('${flag}', false, { targetingKey: 'user-1' });`,
});

const forCurl = (kind: 'server' | 'client', { url, flag, context }: SnippetPlace, more: string[]): Snippet => ({
  caption: 'By hand',
  text: [
    `curl -s ${url}/ofrep/v1/evaluate/flags/${flag}`,
    `  -H "Authorization: Bearer $${SECRET_OF[kind]}"`,
    ...more,
    "  -H 'Content-Type: application/json'",
    context?.mode === 'signed' ? "  -d '{}'" : `  -d '{"context": {"targetingKey": "user-1"}}'`,
  ].join(' \\\n'),
});

const forPage = ({ url, flag, context }: SnippetPlace, more: string[]): Snippet => ({
  caption: 'In a page',
  text: [
    "import { Turnout } from '@turnout/sdk-browser';",
    '',
    'const turnout = new Turnout({',
    `  url: '${url}',`,
    '  key: TURNOUT_CLIENT_KEY, // anybody can read it',
    ...(context?.mode === 'signed' ? [] : ['  context: { targetingKey: visitor },']),
    ...more,
    '});',
    'await turnout.ready();',
    `turnout.boolean('${flag}', false);`,
  ].join('\n'),
});

const forOfrep = ({ url, flag }: SnippetPlace): Snippet => ({
  caption: 'Without a library (any OFREP client works the same way)',
  text: `const answer = await fetch('${url}/ofrep/v1/evaluate/flags/${flag}', {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${TURNOUT_CLIENT_KEY}\`,
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({ context: { targetingKey: visitor } }),
});
const { value } = await answer.json();`,
});

/** Where the token comes from: who signs is known, and how they keep what they sign with is not. */
const forSigner = ({ issuer, audience, algorithms }: SignedContext): Snippet => ({
  caption: 'On your own server, for whoever is signed in there',
  text: `import { SignJWT } from 'jose';

const token = await new SignJWT({ plan: user.plan }) // more attributes of theirs
  .setProtectedHeader({ alg: '${algorithms[0]}'${algorithms[0] === 'HS256' ? '' : ', kid: KEY_ID'} })
  .setIssuer(${quote(issuer)})
  .setAudience(${quote(audience)})
  .setSubject(user.id) // the targetingKey
  .setExpirationTime('10m')
  .sign(${algorithms[0] === 'HS256' ? 'new TextEncoder().encode(process.env.CONTEXT_SECRET)' : 'privateKey'});`,
});

/** A text as it stands in a program. */
function quote(text: string): string {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}

const forRunbook = ({ url, project, environment, flag }: SnippetPlace): Snippet => ({
  caption: 'For a runbook: it works while the database is down',
  text: [
    `curl -fsS -X POST ${url}/api/v1/projects/${project}/environments/${environment}/flags/${flag}/kill`,
    '  -H "Authorization: Bearer $TURNOUT_KILL_KEY"',
    "  -H 'Content-Type: application/json'",
    `  -d '{"reason": "what is wrong, for the log"}'`,
  ].join(' \\\n'),
});
