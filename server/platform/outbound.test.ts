import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OutboundParts, openOutbound } from './outbound.ts';

const servers: TcpServer[] = [];
const heard: string[] = [];

async function listen<T extends TcpServer>(server: T): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const answers: Record<string, RequestListener> = {
  '/plain': (_request, response) => response.end('hello'),
  '/no': (_request, response) => response.writeHead(503).end('a secret of the inside'),
  '/away': (_request, response) => response.writeHead(302, { location: '/plain' }).end(),
  '/silent': () => undefined,
  '/drip': (_request, response) => {
    response.writeHead(200).write('a');
    const drip = setInterval(() => response.write('a'), 20);
    response.on('close', () => clearInterval(drip));
  },
  '/huge': (_request, response) => {
    response.on('error', () => undefined);
    const more = () => {
      while (response.write(Buffer.alloc(65_536))) if (response.destroyed) return;
      response.once('drain', more);
    };
    more();
  },
  '/packed': (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('hello')),
  '/headers': (request, response) => response.end(JSON.stringify(request.headers)),
};

describe('the outbound door', () => {
  let port = 0;
  beforeAll(async () => {
    const server: Server = createServer((request, response) => {
      heard.push(`${request.method} ${request.headers.host}${request.url}`);
      answers[request.url ?? '']?.(request, response);
    });
    port = await listen(server);
  });
  afterAll(() => {
    for (const server of servers) {
      if ('closeAllConnections' in server) (server as Server).closeAllConnections();
      server.close();
    }
  });

  /** What comes of a call to the local server: its status and body, or why there is none. */
  async function ask(
    path: string,
    over: Partial<OutboundParts> = {},
    host = '127.0.0.1',
    method: 'GET' | 'HEAD' = 'GET',
  ) {
    const outbound = openOutbound({ allowed: [{ host, port }], ...over });
    const url = path.startsWith('/') ? `http://${host}:${port}${path}` : path;
    return outbound.ask({ method, url }).then(
      ({ status, body }) => [status, body.toString()],
      ({ code, message }: { code: string; message: string }) => [code, message],
    );
  }

  it('asks what the operator allowed, and answers whatever the status is', async () => {
    expect(await ask('/plain')).toEqual([200, 'hello']);
    expect(await ask('/plain', {}, '127.0.0.1', 'HEAD')).toEqual([200, '']);
    expect((await ask('/no'))[0]).toBe(503);
  });

  it('an address that is not public is refused however it is written, and nobody is connected to', async () => {
    const before = heard.length;
    const written = [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
    ];
    for (const host of [...written, 'localhost', 'localhost.', '[::1]', '[64:ff9b::7f00:1]', '0.0.0.0']) {
      const [code, message] = await ask(`http://${host}:${port}/plain`, { allowed: [] });
      expect([host, code]).toEqual([host, 'refused-address']);
      expect(message).toContain('OUTBOUND_ALLOW=');
    }
    // Allowed on another port is not allowed.
    expect((await ask('/plain', { allowed: [{ host: '127.0.0.1', port: port + 1 }] }))[0]).toBe('refused-address');
    expect(heard.length).toBe(before);
  });

  it('what would be refused by how it is written is told beforehand, and nobody is asked', () => {
    const { whyRefused } = openOutbound({ allowed: [{ host: '127.0.0.1', port: 9090 }] });
    expect(whyRefused('http://[::1]:80/healthz')).toContain('OUTBOUND_ALLOW=[::1]:80');
    for (const url of ['http://10.1.2.3', 'http://localhost:8080/x', 'https://2130706433/']) {
      expect([url, whyRefused(url)]).toEqual([url, expect.stringContaining('OUTBOUND_ALLOW=')]);
    }
    for (const url of [
      'http://127.0.0.1:9090/x',
      'http://localhost:9090',
      'https://8.8.8.8',
      'https://shop.example',
      '/x',
    ]) {
      expect([url, whyRefused(url)]).toEqual([url, undefined]);
    }
  });

  it('every address of a name is checked: one that is not public refuses the name', async () => {
    const resolve = async () => ['8.8.8.8', '127.0.0.1'];
    expect((await ask(`http://shop.example:${port}/plain`, { allowed: [], resolve }))[0]).toBe('refused-address');
    expect((await ask('http://nowhere.example', { allowed: [], resolve: async () => [] }))[0]).toBe('unknown-host');
    const fails = async () => Promise.reject(new Error('the resolver is away'));
    expect((await ask('http://nowhere.example', { allowed: [], resolve: fails }))[0]).toBe('unknown-host');
  });

  it('a name is resolved once, and the connection goes to the address that was checked', async () => {
    let asked = 0;
    // The second answer would be one that nobody allowed.
    const resolve = async () => [['127.0.0.1'], ['169.254.169.254']][asked++] ?? [];
    const [status] = await ask('/plain', { resolve, allowed: [{ host: '127.0.0.1', port }] }, 'rebind.invalid');
    expect([status, asked]).toEqual([200, 1]);
    expect(heard.at(-1)).toBe(`GET rebind.invalid:${port}/plain`);
  });

  it('a redirect is an answer and is not followed', async () => {
    const before = heard.length;
    expect(await ask('/away')).toEqual([302, '']);
    expect(heard.slice(before)).toEqual([`GET 127.0.0.1:${port}/away`]);
  });

  it('the whole call ends in time: a look-up, a silent server, a body that drips', async () => {
    const withinMs = 250;
    const hangs = () => new Promise<string[]>(() => undefined);
    expect((await ask('http://slow.example', { withinMs, resolve: hangs }))[0]).toBe('too-late');
    expect((await ask('/silent', { withinMs }))[0]).toBe('too-late');
    expect((await ask('/drip', { withinMs }))[0]).toBe('too-late');
  });

  it('no more is read than may be, and nothing that is packed', async () => {
    expect((await ask('/huge'))[0]).toBe('too-large');
    expect((await ask('/packed'))[0]).toBe('unreadable');
  });

  it('what does not speak HTTP, does not listen, or is no address is told without what was found there', async () => {
    const other = await listen(createTcpServer((socket) => socket.end('SSH-2.0-a-secret-of-the-inside\r\n')));
    const [code, message] = await ask(`http://127.0.0.1:${other}/`, { allowed: [{ host: '127.0.0.1', port: other }] });
    expect(code).toBe('unreadable');
    expect(message).not.toContain('secret');
    const closed = await listen(createTcpServer());
    await new Promise((resolve) => servers.at(-1)?.close(resolve));
    const refused = await ask(`http://127.0.0.1:${closed}/`, { allowed: [{ host: '127.0.0.1', port: closed }] });
    expect(refused).toEqual(['unreachable', '127.0.0.1 cannot be reached (ECONNREFUSED).']);
    const tls = await ask(`https://127.0.0.1:${port}/`);
    expect(tls[0]).toBe('unreachable');
    for (const url of ['file:///etc/passwd', 'http://me:secret@127.0.0.1/', 'nothing']) {
      expect((await ask(url))[0]).toBe('bad-address');
    }
  });

  it('sends what it was given and nothing of its own but how it is called', async () => {
    const outbound = openOutbound({ allowed: [{ host: '127.0.0.1', port }] });
    const url = `http://127.0.0.1:${port}/headers`;
    const { body } = await outbound.ask({ method: 'GET', url, headers: { authorization: 'Bearer theirs' } });
    expect(JSON.parse(body.toString())).toEqual({
      ...{ authorization: 'Bearer theirs', 'user-agent': 'Turnout', 'accept-encoding': 'identity' },
      ...{ host: `127.0.0.1:${port}`, connection: 'close' },
    });
  });
});
