import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerProblem } from './answer-problem.ts';
import { jsonBody } from './json-body.ts';

/** On a real socket, where a request that has no body still has a stream for one. */
describe('a body over a socket', () => {
  let server: Server;
  let url = '';
  beforeAll(async () => {
    const app = new OpenAPIHono();
    app.onError((error) => answerProblem(error));
    const schema = z.strictObject({ reason: z.string().optional() });
    for (const method of ['delete', 'patch', 'post'] as const) {
      app.openapi(
        createRoute({
          ...{ method, path: '/', middleware: jsonBody() },
          request: { body: { content: { 'application/json': { schema } } } },
          responses: { 200: { description: 'What came', content: { 'application/json': { schema } } } },
        }),
        (c) => c.json(c.req.valid('json'), 200),
      );
    }
    server = createServer(getRequestListener(app.fetch));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function send(method: string, body?: string, type?: string): Promise<[number, unknown]> {
    const response = await fetch(url, {
      method,
      ...(body === undefined ? {} : { body }),
      headers: type === undefined ? {} : { 'content-type': type },
    });
    return [response.status, await response.json()];
  }

  it.each(['POST', 'PATCH', 'DELETE'])('a %s may say nothing, with or without a type for it', async (method) => {
    expect(await send(method)).toEqual([200, {}]);
    expect(await send(method, undefined, 'application/json')).toEqual([200, {}]);
    expect(await send(method, '', 'application/json')).toEqual([200, {}]);
  });

  it('what is said must be JSON by its type, and RFC 7396 has one of its own', async () => {
    const said = '{"reason":"it burns"}';
    expect(await send('POST', said, 'application/json; charset=utf-8')).toEqual([200, { reason: 'it burns' }]);
    expect(await send('PATCH', said, 'application/merge-patch+json')).toEqual([200, { reason: 'it burns' }]);
    for (const type of [undefined, 'text/plain', 'application/json; charset=latin1']) {
      expect(await send('POST', said, type)).toMatchObject([415, { code: 'bad_media_type' }]);
    }
    expect(await send('POST', ' ', 'application/json')).toMatchObject([400, { code: 'bad_json' }]);
  });
});
