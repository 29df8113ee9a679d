import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { FrontDoor } from './front-door.ts';

let door: FrontDoor | undefined;
afterEach(() => door?.close(0));

async function listen(): Promise<{ door: FrontDoor; url: string }> {
  door = new FrontDoor();
  return { door, url: await door.listen(0, '127.0.0.1') };
}

/** Sends bytes as they are and gives the first that come back. */
function speak(url: string, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(bytes.toString());
    });
    socket.once('error', reject);
  });
}

describe('the front door before the house is open', () => {
  it('is alive, is not ready, and says so', async () => {
    const { url } = await listen();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'starting' });
  });

  it('asks callers to come back, each in the words of its protocol', async () => {
    const { url } = await listen();
    const api = await fetch(`${url}/api/v1/projects`);
    expect(api.status).toBe(503);
    expect(api.headers.get('retry-after')).toBe('1');
    expect(api.headers.get('content-type')).toBe('application/problem+json');
    expect(await api.json()).toMatchObject({ code: 'unavailable', status: 503 });
    const ofrep = await fetch(`${url}//ofrep/v1/evaluate/flags/x`, { method: 'POST', body: '{}' });
    expect(ofrep.status).toBe(503);
    expect(ofrep.headers.get('retry-after')).toBe('1');
    expect(await ofrep.json()).toMatchObject({ key: 'x', errorCode: 'GENERAL', errorDetails: expect.any(String) });
  });
});

describe('the front door of an open house', () => {
  it('asks the takers in order, and gives what none of them takes to the rest', async () => {
    const { door, url } = await listen();
    const taker = (name: string, path: string) => ({
      handle: (request: { url?: string | undefined }, response: { end(text: string): unknown }) => {
        if (request.url !== path) return false;
        response.end(name);
        return true;
      },
    });
    door.open({
      takers: [taker('first', '/a'), taker('second', '/a'), taker('third', '/b')],
      rest: (_request, response) => response.end('rest'),
    });
    const answers = await Promise.all(['/a', '/b', '/c'].map(async (path) => (await fetch(url + path)).text()));
    expect(answers).toEqual(['first', 'third', 'rest']);
  });

  it('answers clients that ask for h2c as if they had not', async () => {
    const { door, url } = await listen();
    door.open({ takers: [], rest: (_request, response) => response.end('here') });
    const upgrade = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA';
    const answer = await speak(url, `GET / HTTP/1.1\r\nHost: x\r\n${upgrade}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('lets running requests finish and ends their connections when it closes', async () => {
    const { door, url } = await listen();
    let finish: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      door.open({
        takers: [],
        rest: (_request, response) => {
          finish = () => response.end('finished');
          resolve();
        },
      });
    });
    const answer = fetch(url);
    await begun;
    const closed = door.close(10_000);
    finish();
    expect(await (await answer).text()).toBe('finished');
    await closed;
    await expect(fetch(url)).rejects.toThrow();
  });

  it('cuts what does not finish in time', async () => {
    const { door, url } = await listen();
    const begun = new Promise<void>((resolve) => door.open({ takers: [], rest: () => resolve() }));
    const answer = fetch(url).catch(() => 'cut');
    await begun;
    await door.close(20);
    expect(await answer).toBe('cut');
  });
});

describe('a slow sender', () => {
  /** Sends one text and then nothing; answers what came back until the other side ended it. */
  function sendAndWait(url: string, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let heard = '';
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(text));
      socket.on('data', (bytes) => {
        heard += bytes.toString();
      });
      socket.once('close', () => resolve(heard));
      socket.once('error', reject);
    });
  }

  // Node looks for them every 30 s unless it is told otherwise, so a test that hangs is one that fails.
  it('is cut off when its head does not come, and when its body does not', async () => {
    door = new FrontDoor({ headMs: 100, requestMs: 300 });
    const url = await door.listen(0, '127.0.0.1');
    door.open({
      takers: [],
      rest: (request, response) => request.resume().on('end', () => response.end('done')),
    });
    expect(await sendAndWait(url, 'GET /a HTTP/1.1\r\nHost: x\r\n')).toMatch(/^HTTP\/1.1 408 /);
    const body = 'POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf';
    expect(await sendAndWait(url, body)).toMatch(/^(HTTP\/1.1 408 |$)/);
  }, 15_000);
});
