import { describe, expect, it } from 'vitest';
import { answerOf, begin, beginAt, eventOf, itemOf, settle } from './values.fixture.ts';

const BEAT = ':\n';

describe('a session of values', () => {
  it('fetches first, then opens the stream where the answer says, with the state that it holds and no header', async () => {
    const { ports, session, variants, heard } = begin();
    ports.answers = [answerOf('e.3~0', { a: 'on' })];
    session.begin();
    await settle();
    expect(ports.sent).toMatchObject([
      {
        method: 'POST',
        path: '/ofrep/v1/evaluate/flags',
        headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
        body: '{"context":{"targetingKey":"u"}}',
      },
    ]);
    expect(ports.stream.request).toEqual({ path: '/stream?token=t&values=1&from=e.3~0', headers: {} });
    expect([variants(), session.at]).toEqual([{ a: 'on' }, 'e.3~0']);
    expect(heard()).toEqual(['is connecting', 'change a', 'confirm']);
    ports.stream.head().say('hello', { heartbeatMs: 4_000, node: 'n' });
    expect(session.state).toBe('stream');
  });

  it('applies what follows its state, and asks nothing for it', async () => {
    const { ports, variants, heard, pass } = await beginAt('e.1~0', { a: 'on', b: 'on', c: 'on' });
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { flags: [itemOf('a', 'off')], removed: ['b'] }));
    expect(variants()).toEqual({ a: 'off', c: 'on' });
    expect(heard()).toEqual(['change a,b']);
    ports.stream.say('values', eventOf('e.2~0', 'e.3~0'));
    ports.stream.text(BEAT);
    await pass(5_000);
    expect([heard(), ports.sent.length]).toEqual([['change '], 1]);
  });

  it('fetches at a moment drawn from the spread where other flags changed as well, naming the state', async () => {
    const { ports, pass, variants } = await beginAt('e.1~0', { a: 'on', b: 'on' });
    ports.answers = [answerOf('e.2~0', { a: 'off', b: 'off' })];
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { flags: [itemOf('a', 'off')], refetchMs: 4_000 }));
    expect(variants()).toEqual({ a: 'off', b: 'on' });
    await pass(1_900);
    expect(ports.sent).toHaveLength(1);
    await pass(200);
    expect(ports.sent[1]?.path).toBe('/ofrep/v1/evaluate/flags?flagConfigEtag=e.2~0');
    expect(ports.sent[1]?.headers['if-none-match']).toBeUndefined();
    expect(variants()).toEqual({ a: 'off', b: 'off' });
  });

  it('fetches at once where an event is from elsewhere and brings no spread', async () => {
    const { ports, pass, session } = await beginAt('e.1~0', { a: 'on' });
    ports.answers = [answerOf('e.5~0', { a: 'off' })];
    ports.stream.say('values', eventOf(null, 'e.5~0'));
    await pass(1);
    expect([ports.sent.length, session.at]).toEqual([2, 'e.5~0']);
  });

  it('does not fetch for what is behind its own state, and waits for the stream to catch up', async () => {
    const { ports, pass, session, variants } = await beginAt('e.5~0', { a: 'on' });
    ports.stream.say('values', eventOf('e.3~0', 'e.4~0', { flags: [itemOf('a', 'off')], refetchMs: 0 }));
    ports.stream.say('values', eventOf('e.4~0', 'e.5~0', { flags: [itemOf('a', 'on')] }));
    ports.stream.say('values', eventOf('e.5~0', 'e.6~0', { flags: [itemOf('a', 'off')] }));
    ports.stream.text(BEAT);
    await pass(5_000);
    expect([ports.sent.length, session.at, variants()]).toEqual([1, 'e.6~0', { a: 'off' }]);
  });

  it('lays events that came during a fetch on its answer, also on one that is of before', async () => {
    const { ports, session, variants, pass } = await beginAt('e.1~0', { a: 'on', b: 'on' });
    let answer: () => void = () => {};
    ports.send = (request) => {
      ports.sent.push(request);
      return new Promise((resolve) => {
        answer = () => resolve(answerOf('e.2~0', { a: 'on', b: 'off' }));
      });
    };
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { refetchMs: 0 }));
    await pass(1);
    ports.stream.say('values', eventOf('e.2~0', 'e.3~0', { flags: [itemOf('a', 'off')] }));
    expect(variants()).toEqual({ a: 'off', b: 'on' });
    answer();
    await settle();
    expect([session.at, variants()]).toEqual(['e.3~0', { a: 'off', b: 'off' }]);
    ports.stream.text(BEAT);
    await pass(5_000);
    expect(ports.sent).toHaveLength(2);
  });

  it('drops an answer that is older than what it holds, and asks again until there is one', async () => {
    const { ports, session, variants, pass } = await beginAt('e.5~0', { a: 'on' });
    ports.answers = [answerOf('e.4~0', { a: 'off' }), answerOf('e.6~0', { a: 'new' })];
    ports.stream.say('values', eventOf('e.5~0', 'e.6~0', { refetchMs: 0 }));
    await pass(1);
    expect([session.at, variants()]).toEqual(['e.6~0', { a: 'on' }]);
    ports.stream.text(BEAT);
    await pass(3_000);
    expect([session.at, variants()]).toEqual(['e.6~0', { a: 'new' }]);
  });

  it('takes what the server has in another epoch, and lets go of what was held', async () => {
    const { ports, session, variants, pass } = await beginAt('e.5~0', { a: 'on' });
    ports.stream.say('values', eventOf('e.5~0', 'e.5~k', { held: [itemOf('a', 'off')] }));
    ports.answers = [answerOf('f.1~0', { a: 'on' })];
    ports.stream.say('values', eventOf(null, 'f.1~0'));
    await pass(1);
    expect([session.at, variants()]).toEqual(['f.1~0', { a: 'on' }]);
  });

  it('does as a busy server asks, and goes on with what it has', async () => {
    const { ports, pass, variants } = await beginAt('e.1~0', { a: 'on' });
    ports.answers = [{ status: 503, headers: { 'retry-after': '3' } }, answerOf('e.2~0', { a: 'off' })];
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { refetchMs: 0 }));
    await pass(2_900);
    ports.stream.text(BEAT);
    expect([ports.sent.length, variants()]).toEqual([2, { a: 'on' }]);
    await pass(2_000);
    expect([ports.sent.length, variants()]).toEqual([3, { a: 'off' }]);
  });
});

describe('what a kill brings about', () => {
  it('lies over what is fetched until an event that follows leaves it out', async () => {
    const { ports, variants, pass } = await beginAt('e.1~0', { a: 'on', b: 'on' });
    ports.stream.say('values', eventOf('e.1~0', 'e.1~k', { held: [itemOf('a', 'off')], refetchMs: 0 }));
    ports.answers = [answerOf('e.1~0', { a: 'on', b: 'new' })];
    await pass(1);
    expect(variants()).toEqual({ a: 'off', b: 'on' });
    ports.stream.say('values', eventOf('e.1~k', 'e.2~0', { flags: [itemOf('a', 'off')] }));
    expect(variants().a).toBe('off');
    ports.stream.say('values', eventOf('e.2~0', 'e.3~0', { flags: [itemOf('a', 'on')] }));
    expect(variants().a).toBe('on');
  });

  it('stays when another node has not heard of it: neither its event nor its answer ends it', async () => {
    const { ports, variants, pass } = await beginAt('e.1~0', { a: 'on' });
    ports.stream.say('values', eventOf('e.1~0', 'e.1~k', { held: [itemOf('a', 'off')] })).end();
    const lacking = answerOf('e.1~0', { a: 'on' });
    ports.answers = [lacking, lacking, answerOf('e.2~0', { a: 'off' }), answerOf('e.3~0', { a: 'on' })];
    await pass(1_000);
    ports.stream.head().say('hello', { heartbeatMs: 4_000, node: 'n' }).say('values', eventOf(null, 'e.1~0'));
    await pass(1);
    expect(variants()).toEqual({ a: 'off' });
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { flags: [itemOf('a', 'off')] }));
    await pass(1);
    expect(variants()).toEqual({ a: 'off' });
    ports.stream.say('values', eventOf('e.2~0', 'e.3~0', { refetchMs: 0 }));
    await pass(1);
    expect(variants()).toEqual({ a: 'on' });
  });

  it('is not ended by a node that stands where the client stands, and is without it', async () => {
    const { ports, variants, pass } = await beginAt('e.1~0', { a: 'on' });
    const lacking = answerOf('e.1~0', { a: 'on' });
    ports.answers = [lacking, lacking, lacking];
    ports.stream.say('values', eventOf(null, 'e.1~k', { held: [itemOf('a', 'off')] })).end();
    await pass(1_000);
    ports.stream.head().say('hello', { heartbeatMs: 4_000, node: 'n' }).say('values', eventOf('e.1~0', 'e.1~0'));
    expect(variants()).toEqual({ a: 'off' });
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { flags: [itemOf('a', 'on')] }));
    expect(variants()).toEqual({ a: 'on' });
  });

  it('counts at once from whatever state it comes, also over values for somebody else', async () => {
    const { ports, session, variants, pass } = await beginAt('e.1~0', { a: 'on' });
    ports.answers = [{ status: 503 }, answerOf('e.1~0', { a: 'on', b: 'on' })];
    ports.stream.say('values', eventOf(null, 'e.9~k', { held: [itemOf('a', 'off')] }));
    expect(variants()).toEqual({ a: 'off' });
    await pass(1);
    ports.answers = [answerOf('e.9~0', { a: 'on', b: 'on' })];
    expect(await session.setContext({ targetingKey: 'v' })).toBeUndefined();
    expect(variants()).toEqual({ a: 'off', b: 'on' });
  });
});

describe('another context', () => {
  it('comes in one step: what is held stays until then, and a late answer for the former one is dropped', async () => {
    const { ports, session, variants, heard, pass } = await beginAt('e.1~0', { a: 'on' });
    const answers: ((value: ReturnType<typeof answerOf>) => void)[] = [];
    ports.send = (request) => {
      ports.sent.push(request);
      return new Promise((resolve) => answers.push(resolve));
    };
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { refetchMs: 0 }));
    await pass(1);
    const switched = session.setContext({ targetingKey: 'v' });
    heard();
    answers[0]?.(answerOf('e.2~0', { a: 'late' }));
    await settle();
    expect([variants(), session.context, heard()]).toEqual([{ a: 'on' }, { targetingKey: 'u' }, []]);
    expect(ports.sent[2]?.body).toBe('{"context":{"targetingKey":"v"}}');
    expect(ports.sent[2]?.headers['if-none-match']).toBeUndefined();
    answers[1]?.(answerOf('e.2~0', { a: 'off', b: 'on' }));
    expect(await switched).toBeUndefined();
    expect([variants(), session.context]).toEqual([{ a: 'off', b: 'on' }, { targetingKey: 'v' }]);
    expect(ports.streams).toHaveLength(1);
  });

  it('is asked for until it is answered', async () => {
    const { ports, session, variants, pass } = await beginAt('e.1~0', { a: 'on' });
    ports.answers = [{ status: 503 }, answerOf('e.1~0', { a: 'off' })];
    expect(await session.setContext({ targetingKey: 'v' })).toMatchObject({ code: 'unreachable' });
    expect([variants(), session.context]).toEqual([{ a: 'on' }, { targetingKey: 'u' }]);
    ports.stream.text(BEAT);
    await pass(3_000);
    expect([variants(), session.context]).toEqual([{ a: 'off' }, { targetingKey: 'v' }]);
  });
});

describe('the way to the server', () => {
  it('begins with a fetch after each loss, so that the address of the stream has not expired', async () => {
    const { ports, pass, heard } = await beginAt('e.1~0', { a: 'on' });
    ports.answers = [{ status: 304 }];
    ports.stream.end();
    await pass(1_000);
    expect(ports.sent.at(-1)?.headers['if-none-match']).toBe('"e.1~0"');
    expect(ports.streams).toHaveLength(2);
    expect(heard()).toEqual(['is connecting', 'confirm']);
    // An address that is refused has expired, or the key is: a fetch without a tag, and soon, tells which.
    ports.answers = [{ status: 401 }];
    ports.stream.head(401).end();
    await pass(2_000);
    expect(ports.sent.at(-1)?.headers['if-none-match']).toBeUndefined();
    expect(heard()).toEqual(['is polling', 'is connecting', 'problem unauthorized']);
  });

  it('is given up slowly where the key is refused', async () => {
    const { ports, session, heard, pass } = begin();
    ports.answers = [{ status: 401 }];
    session.begin();
    await settle();
    await pass(14_000);
    expect([ports.sent.length, heard()]).toEqual([1, ['is connecting', 'problem unauthorized']]);
    await pass(20_000);
    expect(ports.sent.length).toBeGreaterThan(1);
  });

  it.each([
    [
      403,
      '{"key":"","errorCode":"GENERAL","errorDetails":"Not for this origin; add it."}',
      '403: Not for this origin; add it.',
    ],
    [401, '{"key":"","errorCode":"GENERAL","errorDetails":"One \\"kid\\", none, and"}', '401: One "kid", none, and'],
    [401, '{"errorDetails":"None.","key":""}', '401: None.'],
    [401, '<h1>Sign in</h1>', '401'],
    [503, '', '503'],
  ])('is told with why it is closed, where the server says that: %i %s', async (status, body, said) => {
    const messages: string[] = [];
    const { ports, session } = begin({ onProblem: ({ message }) => messages.push(message) });
    ports.answers = [{ status, body }];
    session.begin();
    await settle();
    expect(messages).toEqual([`the server answered ${said}`]);
  });

  it('is tried again soon while no server was reached, and then later', async () => {
    const { ports, session, pass, variants } = begin();
    session.begin();
    await settle();
    await pass(3_000);
    expect(ports.sent.length).toBeGreaterThan(1);
    ports.answers = [answerOf('e.1~0', { a: 'on' })];
    await pass(10_000);
    expect([variants(), ports.streams.length]).toEqual([{ a: 'on' }, 1]);
  });

  it('is fetches now and then where no stream can be read or had, each with the tag of what is held', async () => {
    const { ports, session, pass } = begin();
    ports.answers = [answerOf('e.1~0', { a: 'on' }, {}, []), ...Array.from({ length: 20 }, () => ({ status: 304 }))];
    session.begin();
    await settle();
    await pass(50_000);
    expect(ports.sent.length).toBeLessThan(12);
    expect(ports.streams).toHaveLength(0);
    expect(session.state).toBe('polling');
    expect(ports.sent.slice(0, 3).map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      '"e.1~0"',
      '"e.1~0"',
    ]);
  });

  it('rests while paused, and begins with a fetch that may be answered by a 304', async () => {
    const { ports, session, pass, heard } = await beginAt('e.1~0', { a: 'on' });
    await settle();
    session.pause();
    expect(ports.stream.isClosed).toBe(true);
    await pass(600_000);
    expect([ports.streams.length, ports.sent.length]).toEqual([1, 1]);
    heard();
    ports.answers = [{ status: 304 }];
    session.begin();
    await settle();
    expect(ports.sent[1]?.headers['if-none-match']).toBe('"e.1~0"');
    expect([heard(), ports.streams.length]).toEqual([['is connecting', 'confirm'], 2]);
  });

  it('knows how long nobody was heard, and what the server said of its age', async () => {
    const { ports, session, pass } = await beginAt('e.1~0', { a: 'on' });
    await pass(3_000);
    expect(session.silentMs()).toBe(0);
    ports.stream.end();
    session.pause();
    await pass(7_000);
    expect([session.silentMs(), session.ageMs()]).toEqual([7_000, 7_000]);
  });

  it('does nothing any more after its end', async () => {
    const { ports, session, pass, heard, variants } = await beginAt('e.1~0', { a: 'on' });
    session.end();
    heard();
    ports.stream.say('values', eventOf('e.1~0', 'e.2~0', { flags: [itemOf('a', 'off')] })).end();
    session.begin();
    await pass(600_000);
    expect([heard(), ports.sent.length, ports.streams.length, variants()]).toEqual([[], 1, 1, { a: 'on' }]);
  });
});
