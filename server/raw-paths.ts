import { askedValuesSchema } from './evaluation/values-contract.ts';
import { clientReportSchema } from './metrics/client-report-contract.ts';
import { reportSchema } from './metrics/contract.ts';
import type { ApiDescription, Operation, OperationRight } from './openapi.ts';
import { deliverySchemas } from './signals/delivery-contract.ts';

const json = (description: string, schema: object = { type: 'object' }) => ({
  description,
  content: { 'application/json': { schema } },
});
const events = (description: string) => ({
  description,
  content: { 'text/event-stream': { schema: { type: 'string' } } },
});
const fromHeader = (name: string, description: string) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
});
const fromQuery = (name: string, description: string, required = false) => ({
  name,
  in: 'query',
  required,
  description,
  schema: { type: 'string' },
});

const FAILURE = json('What is wrong, in the words of OFREP', {
  type: 'object',
  required: ['errorCode', 'errorDetails'],
  properties: { key: { type: 'string' }, errorCode: { type: 'string' }, errorDetails: { type: 'string' } },
});
const REFUSED = { 401: FAILURE, 403: FAILURE, 429: FAILURE, 503: FAILURE };
const CONTEXT = {
  required: false,
  content: { 'application/json': { schema: { type: 'object', properties: { context: { type: 'object' } } } } },
};
const CONTEXT_TOKEN = fromHeader(
  'Turnout-Context',
  'With a client key whose contexts are signed: the JWT that says who asks. A 401 says in its header ' +
    'Turnout-Context-Error what is wrong with it: missing, expired (bring a fresh one) or invalid',
);
const PROBLEM = {
  description: 'A problem: what is wrong, and what to do (RFC 9457)',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function operation(tag: string, summary: string, right: OperationRight, rest: object): Operation {
  return { tags: [tag], summary, 'x-right': right, ...rest, ...(right === 'none' ? { security: [] } : {}) };
}

const SDK_HEADERS = [
  fromHeader('Turnout-Instance', '128 random bits in hex, made once at the start of the process'),
  fromHeader('Turnout-Sdk', 'Name and version of the SDK'),
  fromHeader('Turnout-Host', 'Where the process runs'),
  fromHeader('Turnout-Schema', 'The newest schema of rulesets that the SDK understands'),
  fromHeader('Turnout-Overlay', 'Ids of the overlay entries that the SDK holds, separated by commas'),
];

const RECEIPT = {
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: {
          position: { type: ['string', 'null'], description: 'Where its base is' },
          overlays: { type: 'array', items: { type: 'string' }, description: 'Ids of the kills that lie over it' },
          unsupported: { type: 'array', items: { type: 'string' }, description: 'Flags that it does not understand' },
          appliedAt: { type: 'string', format: 'date-time', description: 'By its own clock; no figure is made of it' },
          goodbye: { const: true, description: 'It ends: nobody waits for it any more' },
        },
      },
    },
  },
};

/** What is taken as raw requests, described by hand: the rest of the description is made of the routes' contracts. */
export const RAW_PATHS: ApiDescription['paths'] = {
  '/livez': {
    get: operation('Health', 'Whether the process is alive; depends on nothing outside', 'none', {
      responses: { 200: json('It is') },
    }),
  },
  '/readyz': {
    get: operation('Health', 'Whether this node can serve rulesets, and what is degraded', 'none', {
      responses: { 200: json('It can'), 503: json('Not yet, or not any more') },
    }),
  },
  '/metrics': {
    get: operation('Health', 'Figures of this node for Prometheus', 'admin', {
      responses: {
        200: { description: 'Figures', content: { 'text/plain': { schema: { type: 'string' } } } },
        default: PROBLEM,
      },
    }),
  },
  '/sdk/v1/ruleset': {
    get: operation('SDK', 'The ruleset, the overlay and what is settled', 'ruleset', {
      parameters: [...SDK_HEADERS, fromHeader('If-None-Match', 'The ETag of what the SDK holds')],
      responses: { 200: json('The snapshot'), 304: { description: 'Nothing has changed' }, default: PROBLEM },
    }),
  },
  '/sdk/v1/stream': {
    get: operation('SDK', 'The stream of patches, kills and heartbeats', 'ruleset', {
      parameters: [...SDK_HEADERS, fromHeader('Last-Event-ID', 'The position to go on from')],
      responses: { 200: events('hello, overlay, ruleset or patch, heartbeat, goodbye, revoked'), default: PROBLEM },
    }),
  },
  '/sdk/v1/receipts': {
    post: operation('SDK', 'What the SDK has put in force, of its own open stream', 'ruleset', {
      parameters: [...SDK_HEADERS, fromHeader('Turnout-Receipt', 'The receiptToken of the stream’s hello')],
      requestBody: RECEIPT,
      responses: { 204: { description: 'Noted' }, default: PROBLEM },
    }),
  },
  '/sdk/v1/reports': {
    post: operation('SDK', 'What was evaluated: a batch counts once, however often it is sent', 'ruleset', {
      parameters: SDK_HEADERS.slice(0, -1),
      requestBody: { required: true, content: { 'application/json': { schema: reportSchema } } },
      responses: { 202: { description: 'It is stored, now or before' }, default: PROBLEM },
    }),
  },
  '/sdk/v1/bootstrap': {
    post: operation('SDK', 'The values of one visitor, to be sent with a page: flags that clients may see', 'ruleset', {
      requestBody: { ...CONTEXT, required: true },
      responses: {
        200: json('`{v: 1, position, contextHash, flags: {key: {value, variant, reason}}}`'),
        default: PROBLEM,
      },
    }),
  },
  '/client/v1/reports': {
    post: operation('SDK', 'What a page has shown: a batch counts once, apart from what apps report', 'evaluate', {
      description:
        'With a client key, as `key` of the body (a beacon has no headers) or as `Authorization: Bearer`. As text/plain it ' +
        'needs no preflight. Flags that are not for clients are taken and not counted.',
      requestBody: {
        required: true,
        content: { 'text/plain': { schema: clientReportSchema }, 'application/json': { schema: clientReportSchema } },
      },
      responses: { 202: { description: 'It is stored, now or before' }, default: PROBLEM },
    }),
  },
  '/client/v1/values': {
    post: operation('SDK', 'The values of one visitor, and then what changes in them', 'evaluate', {
      description:
        'With a client key, as `key` of the body or as `Authorization: Bearer`. As text/plain it needs no preflight. The ' +
        'first event `values` is of who asks: all flags with a `tag`, or none where `from` and `tag` say that the client ' +
        'has them. Each later one is of a step: what became the same for everybody, and `refetchMs` where other flags may ' +
        'answer otherwise as well: ask again at a moment drawn from so many ms. `held` is what kills that are not recorded ' +
        'yet make flags answer, by their ids; it lies over everything until its id is `settled`.',
      requestBody: {
        required: true,
        content: { 'text/plain': { schema: askedValuesSchema }, 'application/json': { schema: askedValuesSchema } },
      },
      responses: { 200: events('values, goodbye, revoked'), default: PROBLEM },
    }),
  },
  '/hooks/v1/{source}/{id}': {
    post: operation(
      'Hooks',
      'Signals from outside, each taken once: the path and the secret of a hook',
      'hook-secret',
      {
        description:
          'Alertmanager’s webhook, version 4, with `Authorization: Bearer <token>`; or signals of any sender, signed by ' +
          '`X-Turnout-Signature: t=<seconds>,v1=<HMAC-SHA-256 of "<seconds>.<body>" in hex>`, within five minutes. 503 ' +
          'means: send it again.',
        parameters: [
          {
            ...{ name: 'source', in: 'path', required: true, description: 'Who sends' },
            schema: { type: 'string', enum: ['alertmanager', 'generic'] },
          },
          { name: 'id', in: 'path', required: true, description: 'The id of a hook', schema: { type: 'string' } },
          fromHeader('X-Turnout-Signature', 'Of hooks that are signed for'),
        ],
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { anyOf: deliverySchemas.bodies } } },
        },
        responses: { 200: json('What came of it', deliverySchemas.answer), default: PROBLEM },
      },
    ),
  },
  '/ofrep/v1/evaluate/flags/{key}': {
    post: operation('OFREP', 'Evaluate one flag', 'evaluate', {
      parameters: [
        { name: 'key', in: 'path', required: true, description: 'The key of a flag', schema: { type: 'string' } },
        CONTEXT_TOKEN,
      ],
      requestBody: CONTEXT,
      responses: { 200: json('The evaluation'), 400: FAILURE, 404: FAILURE, ...REFUSED },
    }),
  },
  '/ofrep/v1/evaluate/flags': {
    post: operation('OFREP', 'Evaluate all flags', 'evaluate', {
      parameters: [
        fromHeader('If-None-Match', 'The ETag of an earlier answer to the same context'),
        fromHeader('Turnout-Sdk', 'Name and version of the SDK, which cannot set User-Agent in a page'),
        CONTEXT_TOKEN,
        fromQuery('flagConfigEtag', 'Wait up to 250 ms for this state of the flags'),
      ],
      requestBody: CONTEXT,
      responses: { 200: json('The evaluations'), 304: { description: 'They are the same' }, 400: FAILURE, ...REFUSED },
    }),
  },
  '/ofrep/v1/stream': {
    get: operation('OFREP', 'Says when flags are to be evaluated again', 'stream-token', {
      parameters: [fromQuery('token', 'The signed token of the address in eventStreams', true)],
      security: [],
      responses: { 200: events('refetchEvaluation'), ...REFUSED },
    }),
  },
};
