import type { KeyAnswer } from '@turnout/server/contracts';

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
}

const SECRET_OF: Record<KeyAnswer['kind'], string> = {
  server: 'TURNOUT_KEY',
  client: 'TURNOUT_CLIENT_KEY',
  kill: 'TURNOUT_KILL_KEY',
};

/** How one uses a key of a kind: what is shown beside it at any time. */
export function writeSnippets(kind: KeyAnswer['kind'], place: SnippetPlace): Snippet[] {
  if (kind === 'server') return [forNode(place), forCurl('server', place, [])];
  if (kind === 'client') return [forPage(place), forCurl('client', place, ["  -H 'Origin: https://shop.example'"])];
  return [forRunbook(place)];
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

const forCurl = (kind: 'server' | 'client', { url, flag }: SnippetPlace, more: string[]): Snippet => ({
  caption: 'By hand',
  text: [
    `curl -s ${url}/ofrep/v1/evaluate/flags/${flag}`,
    `  -H "Authorization: Bearer $${SECRET_OF[kind]}"`,
    ...more,
    "  -H 'Content-Type: application/json'",
    `  -d '{"context": {"targetingKey": "user-1"}}'`,
  ].join(' \\\n'),
});

const forPage = ({ url, flag }: SnippetPlace): Snippet => ({
  caption: 'In a page (any OFREP client works the same way)',
  text: `const answer = await fetch('${url}/ofrep/v1/evaluate/flags/${flag}', {
  method: 'POST',
  headers: {
    Authorization: \`Bearer \${TURNOUT_CLIENT_KEY}\`, // anybody can read it
    'Content-Type': 'application/json',
  },
  body: JSON.stringify({ context: { targetingKey: visitor } }),
});
const { value } = await answer.json();`,
});

const forRunbook = ({ url, project, environment, flag }: SnippetPlace): Snippet => ({
  caption: 'For a runbook: it works while the database is down',
  text: [
    `curl -fsS -X POST ${url}/api/v1/projects/${project}/environments/${environment}/flags/${flag}/kill`,
    '  -H "Authorization: Bearer $TURNOUT_KILL_KEY"',
    "  -H 'Content-Type: application/json'",
    `  -d '{"reason": "what is wrong, for the log"}'`,
  ].join(' \\\n'),
});
