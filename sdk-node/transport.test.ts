import http, { type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readBody } from './read-body.ts';
import { readUrl, Transport } from './transport.ts';

const servers: http.Server[] = [];
const transports: Transport[] = [];

async function serve(answer: RequestListener): Promise<string> {
  const server = http.createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function transportTo(url: string): Transport {
  const transport = new Transport(readUrl(url), undefined);
  transports.push(transport);
  return transport;
}

const get = (path: string, timeoutMs = 5000) => ({ method: 'GET' as const, path, headers: {}, timeoutMs });

/** What a stream tells, each as a line; `settled` resolves when it is over. */
function follow(transport: Transport, path: string) {
  const told: string[] = [];
  let end = () => {};
  const settled = new Promise<void>((resolve) => {
    end = resolve;
  });
  const stream = transport.open(
    { path, headers: { 'last-event-id': 'x.1' } },
    {
      onHead: (status, headers) => told.push(`head ${status} ${headers['content-type']}`),
      onText: (text) => told.push(`text ${text}`),
      onEnd: (error) => {
        told.push(error === undefined ? 'end' : `end ${(error as Error).message}`);
        end();
      },
    },
  );
  return { stream, told, settled };
}

afterEach(() => {
  for (const transport of transports.splice(0)) transport.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('a plain request', () => {
  it('carries its headers, below the path of the address', async () => {
    const url = await serve((request, response) => {
      response.setHeader('x-seen', request.headers.authorization ?? '');
      response.end(`${request.method} ${request.url}`);
    });
    for (const base of ['', '/', '/turnout', '/turnout/', '/a/b//', '/turnout?x=1#y']) {
      const answer = await transportTo(url + base).send({
        ...get('/sdk/v1/ruleset'),
        headers: { authorization: 'Bearer k' },
      });
      const path = base.replace(/[?#].*$/, '').replace(/\/+$/, '');
      expect(answer).toMatchObject({
        status: 200,
        body: `GET ${path}/sdk/v1/ruleset`,
        headers: { 'x-seen': 'Bearer k' },
      });
    }
  });

  it('sends a body, and reads a packed answer', async () => {
    const url = await serve(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      expect(request.headers['accept-encoding']).toBe('gzip');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(`<${Buffer.concat(pieces)}> grüße`));
    });
    const answer = await transportTo(url).send({ ...get('/r'), method: 'POST', body: 'ä' });
    expect(answer.body).toBe('<ä> grüße');
  });

  it.each<[string, RequestListener]>([
    ['does not come', () => {}],
    ['does not end', (_request, response) => response.write('a')],
    [
      'is cut',
      (_request, response) => {
        response.writeHead(200, { 'content-length': 10 }).write('a', () => response.destroy());
      },
    ],
    [
      'is cut while packed',
      (_request, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        response.write(gzipSync('a'.repeat(1000)).subarray(0, 20), () => response.destroy());
      },
    ],
    ['is broken', (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')],
    ['is packed otherwise', (_request, response) => response.writeHead(200, { 'content-encoding': 'br' }).end('x')],
  ])('rejects when the answer %s', async (_what, answer) => {
    const url = await serve(answer);
    await expect(transportTo(url).send(get('/', 200))).rejects.toThrow();
  });

  it('rejects when the answer is too large, packed or not', async () => {
    const text = 'a'.repeat(100_000);
    const url = await serve((request, response) => {
      if (request.url === '/plain') response.end(text);
      else response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text));
    });
    for (const path of ['/plain', '/packed']) {
      const read = (largest: number) =>
        new Promise<string>((resolve, reject) => {
          http.get(url + path, (response) => readBody(response, largest).then(resolve, reject));
        });
      await expect(read(100_000)).resolves.toBe(text);
      await expect(read(99_999)).rejects.toThrow('larger than 99999 bytes');
    }
  });

  it('rejects when nobody listens, and when the address is none', async () => {
    await expect(transportTo('http://127.0.0.1:1').send(get('/'))).rejects.toThrow('ECONNREFUSED');
    for (const url of ['', 'nowhere', 'ftp://flags.test', undefined as never, 7 as never]) {
      expect(readUrl(url)).toMatch(/^the option `url`/);
      await expect(transportTo(url).send(get('/'))).rejects.toThrow('the option `url`');
    }
  });

  it('rejects when the agent is for another protocol', async () => {
    const agent = new http.Agent();
    const transport = new Transport(new URL('https://127.0.0.1:1'), agent);
    await expect(transport.send(get('/'))).rejects.toThrow(/Protocol/);
    const destroy = vi.spyOn(agent, 'destroy');
    transport.close();
    expect(destroy).not.toHaveBeenCalled();
  });
});

describe('a stream', () => {
  it('tells its head, its text in pieces, and its end', async () => {
    const url = await serve((request, response) => {
      expect(request.headers).toMatchObject({ accept: 'text/event-stream', 'last-event-id': 'x.1' });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const bytes = Buffer.from('data: ü\n\n');
      response.write(bytes.subarray(0, 7));
      setTimeout(() => response.end(bytes.subarray(7)), 20);
    });
    const { told, settled } = follow(transportTo(url), '/stream');
    await settled;
    expect(told[0]).toBe('head 200 text/event-stream');
    expect(
      told
        .slice(1, -1)
        .map((line) => line.slice(5))
        .join(''),
    ).toBe('data: ü\n\n');
    expect(told.at(-1)).toBe('end');
  });

  it('tells no text of a refusal', async () => {
    const url = await serve((_request, response) => response.writeHead(401, { 'content-type': 'a/b' }).end('{}'));
    const { told, settled } = follow(transportTo(url), '/stream');
    await settled;
    expect(told).toEqual(['head 401 a/b', 'end']);
  });

  it('tells why it was cut or never came, after `open` has returned', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'a/b' });
      response.write('x', () => response.destroy());
    });
    const cut = follow(transportTo(url), '/stream');
    await cut.settled;
    expect(cut.told.at(-1)).toMatch(/^end ./);
    for (const nowhere of ['http://127.0.0.1:1', 'nowhere']) {
      const { told, settled } = follow(transportTo(nowhere), '/stream');
      expect(told).toEqual([]);
      await settled;
      expect(told).toEqual([expect.stringMatching(/^end (connect ECONNREFUSED|the option)/)]);
    }
  });

  it('tells nothing after it was closed', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'a/b' }).write('x');
    });
    const { stream, told } = follow(transportTo(url), '/stream');
    await vi.waitFor(() => expect(told).toContain('text x'));
    stream.close();
    const never = follow(transportTo('nowhere'), '/stream');
    never.stream.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(told).toEqual(['head 200 a/b', 'text x']);
    expect(never.told).toEqual([]);
  });
});

describe('the dice', () => {
  it('give numbers from 0 to below 1', () => {
    const transport = transportTo('http://127.0.0.1:1');
    const thrown = Array.from({ length: 200 }, () => transport.random());
    expect(thrown.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(thrown).size).toBe(200);
  });
});
