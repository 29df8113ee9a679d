import { describe, expect, it } from 'vitest';
import { begin, beginAt, eventOf, itemOf, itemsOf, wholeOf } from './values.fixture.ts';

const BEAT = ':\n';
const V = { context: { targetingKey: 'v' } };

describe('a session of values', () => {
  it('asks for a stream, which begins with all values, and follows it', () => {
    const { ports, session, variants, heard } = begin();
    session.begin();
    expect(ports.stream).toMatchObject({ ask: { held: [], isOnce: false }, context: { targetingKey: 'u' } });
    ports.stream.head().say(wholeOf('e.3~0', { a: 'on' }));
    expect([variants(), session.start.state, session.state]).toEqual([{ a: 'on' }, 'e.3~0', 'live']);
    expect(heard()).toEqual(['is connecting', 'is live', 'change a']);
  });

  it('reads a stream however its text is cut', () => {
    const { ports, session, variants } = begin();
    session.begin();
    const text = `:\n\nevent: values\ndata: ${JSON.stringify(wholeOf('e.3~0', { a: 'on' }))}\n\n`;
    ports.stream.head();
    for (const sign of text) ports.stream.text(sign);
    expect(variants()).toEqual({ a: 'on' });
  });

  it('takes what a stream says in its order, and asks nothing for it', async () => {
    const { ports, variants, heard, pass } = beginAt('e.1~0', { a: 'on', b: 'on', c: 'on' });
    ports.stream.say(eventOf('e.2~0', { flags: itemsOf({ a: 'off' }), removed: ['b'] }));
    expect(variants()).toEqual({ a: 'off', c: 'on' });
    expect(heard()).toEqual(['change a,b']);
    ports.stream.say(eventOf('e.3~0')).text(BEAT);
    await pass(5_000);
    expect([heard(), ports.streams.length]).toEqual([['change '], 1]);
  });

  it('asks again at a moment drawn from the spread where other flags changed as well, and is followed until then', async () => {
    const { ports, pass, variants, session, open } = beginAt('e.1~0', { a: 'on', b: 'on' });
    const first = ports.stream.say(eventOf('e.2~0', { flags: itemsOf({ a: 'off' }), refetchMs: 4_000 }));
    expect(variants()).toEqual({ a: 'off', b: 'on' });
    await pass(1_900);
    expect(ports.streams).toHaveLength(1);
    await pass(200);
    expect(ports.stream.ask).toEqual({ from: 'e.2~0', tag: undefined, held: [], isOnce: false });
    expect([first.isClosed, session.state]).toEqual([false, 'live']);
    ports.stream.head().say(wholeOf('e.2~0', { a: 'off', b: 'off' }));
    expect([first.isClosed, open(), variants()]).toEqual([true, 1, { a: 'off', b: 'off' }]);
  });

  it('asks anew where something is said while an answer is on its way, for that may be of before', async () => {
    const { ports, variants, pass, open } = beginAt('e.1~0', { a: 'on', b: 'on' });
    const first = ports.stream.say(eventOf('e.2~0', { refetchMs: 0 }));
    await pass(1);
    const second = ports.stream;
    first.say(eventOf('e.3~0', { flags: itemsOf({ a: 'off' }) }));
    expect(variants()).toEqual({ a: 'off', b: 'on' });
    expect([second.isClosed, ports.stream.ask.from, open()]).toEqual([true, 'e.3~0', 2]);
    second.head().say(wholeOf('e.2~0', { a: 'on', b: 'off' }));
    expect(variants()).toEqual({ a: 'off', b: 'on' });
    ports.stream.head().say(wholeOf('e.3~0', { a: 'off', b: 'off' }));
    expect([variants(), open()]).toEqual([{ a: 'off', b: 'off' }, 1]);
  });

  it('goes on with the stream that it has where another is refused, and asks again until there is one', async () => {
    const { ports, session, variants, pass, heard } = beginAt('e.1~0', { a: 'on' });
    const first = ports.stream.say(eventOf('e.2~0', { refetchMs: 0 }));
    await pass(1);
    ports.stream.refuse(503, '', 3);
    first.say(eventOf('e.2~k', { held: { k: itemsOf({ a: 'off' }) } })).text(BEAT);
    await pass(2_900);
    expect([ports.streams.length, variants(), session.state]).toEqual([2, { a: 'off' }, 'live']);
    first.text(BEAT);
    await pass(3_000);
    ports.stream.head().say(wholeOf('e.3~0', { a: 'new' }, { settled: ['k'] }));
    expect([ports.streams.length, variants(), first.isClosed]).toEqual([3, { a: 'new' }, true]);
    expect([session.problem, heard().filter((line) => line.startsWith('is '))]).toEqual([undefined, []]);
  });

  it('says what it has, and goes on with that where it is still the same', async () => {
    const { ports, variants, pass, heard } = beginAt('e.1~0', { a: 'on' });
    ports.stream.say(eventOf('e.2~0', { flags: itemsOf({ a: 'off' }) })).end();
    await pass(2_000);
    expect(ports.stream.ask).toMatchObject({ from: 'e.2~0', tag: 'tag of e.1~0' });
    heard();
    ports.stream.head().say(eventOf('e.2~0', { ageMs: 0, beatMs: 4_000 }));
    expect([variants(), heard()]).toEqual([{ a: 'off' }, ['is live', 'change ']]);
  });

  it('begins with what it has from before, and asks for nothing older', () => {
    const start = { items: itemsOf({ a: 'on', b: 'on' }), held: { k: itemsOf({ b: 'off' }) }, state: 'e.5', ageMs: 7 };
    const { ports, session, variants } = begin({}, start);
    expect([variants(), session.ageMs()]).toEqual([{ a: 'on', b: 'off' }, 7]);
    session.begin();
    expect(ports.stream.ask).toEqual({ from: 'e.5', tag: undefined, held: ['k'], isOnce: false });
  });

  it('takes a flag for a flag, however it is called', () => {
    const { ports, variants, session } = begin();
    session.begin();
    const flags = '{"__proto__":{"key":"__proto__","variant":"on"},"constructor":{"key":"constructor","variant":"on"}}';
    const text = JSON.stringify(wholeOf('e.1~0', {})).replace('"flags":{}', `"flags":${flags}`);
    ports.stream.head().text(`data: ${text}\n\n`);
    expect(Object.keys(variants())).toEqual(['__proto__', 'constructor']);
    expect(session.values?.get('__proto__')?.variant).toBe('on');
  });
});

describe('what a kill brings about', () => {
  it('lies over whatever else is said until its id is settled', () => {
    const { ports, variants } = beginAt('e.1~0', { a: 'on', b: 'on' });
    ports.stream.say(eventOf('e.1~k', { held: { k: itemsOf({ a: 'off' }) } }));
    ports.stream.say(eventOf('e.2~k', { flags: itemsOf({ a: 'on', b: 'new' }) }));
    expect(variants()).toEqual({ a: 'off', b: 'new' });
    ports.stream.say(eventOf('e.3~0', { flags: itemsOf({ a: 'off' }), settled: ['k'] }));
    expect(variants().a).toBe('off');
    ports.stream.say(eventOf('e.4~0', { flags: itemsOf({ a: 'on' }) }));
    expect(variants().a).toBe('on');
  });

  it('stays when another node has not heard of it, which is told its id', async () => {
    const { ports, variants, pass } = beginAt('e.1~0', { a: 'on' });
    ports.stream.say(eventOf('e.1~k', { held: { k: itemsOf({ a: 'off' }) } })).end();
    await pass(2_000);
    expect(ports.stream.ask.held).toEqual(['k']);
    ports.stream
      .head()
      .say(wholeOf('e.1~0', { a: 'on' }))
      .say(eventOf('e.1~0'));
    expect(variants()).toEqual({ a: 'off' });
    ports.stream.say(eventOf('e.2~0', { flags: itemsOf({ a: 'on' }) }));
    expect(variants()).toEqual({ a: 'off' });
    ports.stream.say(eventOf('e.3~0', { settled: ['k'] }));
    expect(variants()).toEqual({ a: 'on' });
  });

  it('stays when it comes to a node that is ahead of the one that took it, and has not heard of it', async () => {
    const { ports, variants, pass } = beginAt('e.1~0', { a: 'on' });
    ports.stream.say(eventOf('e.1~k', { held: { k: itemsOf({ a: 'off' }) } })).end();
    await pass(2_000);
    ports.stream
      .head()
      .say(wholeOf('e.4~0', { a: 'on' }))
      .say(eventOf('e.5~0'));
    expect(variants()).toEqual({ a: 'off' });
    ports.stream.say(eventOf('e.6~0', { flags: itemsOf({ a: 'off' }), settled: ['k'] }));
    ports.stream.say(eventOf('e.7~0', { flags: itemsOf({ a: 'on' }) }));
    expect(variants()).toEqual({ a: 'on' });
  });

  it('ends with its own id alone where several lie over one flag', () => {
    const { ports, variants } = beginAt('e.1~0', { a: 'on', b: 'on' });
    const held = { k: itemsOf({ a: 'off', b: 'off' }), l: itemsOf({ a: 'off' }) };
    ports.stream.say(eventOf('e.1~kl', { held }));
    ports.stream.say(eventOf('e.2~l', { held: { l: held.l }, settled: ['k'] }));
    expect(variants()).toEqual({ a: 'off', b: 'on' });
    ports.stream.say(eventOf('e.3~0', { settled: ['l'] }));
    expect(variants()).toEqual({ a: 'on', b: 'on' });
  });

  it('is known as well where it came with the first values, and also over those of somebody else', async () => {
    const { ports, session, variants } = beginAt('e.9~k', { a: 'off' }, { held: { k: itemsOf({ a: 'off' }) } });
    const switched = session.fetch(V);
    expect(ports.stream.ask.held).toEqual(['k']);
    ports.stream.head().say(wholeOf('e.9~0', { a: 'on', b: 'on' }));
    await switched;
    expect(variants()).toEqual({ a: 'off', b: 'on' });
  });

  it('says nothing any more of a flag that is gone', () => {
    const { ports, variants } = beginAt('e.1~k', { a: 'on' }, { held: { k: itemsOf({ a: 'off' }) } });
    ports.stream.say(eventOf('e.2~k', { removed: ['a'], held: { k: {} } }));
    expect(variants()).toEqual({});
  });
});

describe('another context', () => {
  it('comes in one step: what is held stays until then, and a late answer for the former one is dropped', async () => {
    const { ports, session, variants, heard, pass, open } = beginAt('e.1~0', { a: 'on' });
    const first = ports.stream.say(eventOf('e.2~0', { refetchMs: 0 }));
    await pass(1);
    const late = ports.stream;
    const switched = session.fetch(V);
    heard();
    expect([late.isClosed, ports.stream.context]).toEqual([true, V.context]);
    late.head().say(wholeOf('e.2~0', { a: 'late' }));
    first.text(BEAT);
    expect([variants(), session.visitor.context, heard()]).toEqual([{ a: 'on' }, { targetingKey: 'u' }, []]);
    ports.stream.head().say(wholeOf('e.2~0', { a: 'off', b: 'on' }));
    expect(await switched).toBeUndefined();
    expect([variants(), session.visitor, open()]).toEqual([{ a: 'off', b: 'on' }, V, 1]);
    expect(heard()).toEqual(['change a,b of another']);
  });

  it('is asked for until it is answered', async () => {
    const { ports, session, variants, pass } = beginAt('e.1~0', { a: 'on' });
    const first = ports.stream;
    const switched = session.fetch(V);
    ports.stream.refuse(503);
    expect(await switched).toMatchObject({ code: 'unreachable' });
    expect([variants(), session.visitor.context]).toEqual([{ a: 'on' }, { targetingKey: 'u' }]);
    first.text(BEAT);
    await pass(3_000);
    expect(ports.stream.context).toEqual(V.context);
    ports.stream.head().say(wholeOf('e.1~0', { a: 'off' }));
    expect([variants(), session.visitor]).toEqual([{ a: 'off' }, V]);
  });

  it('comes while nobody looks as well, and brings no stream', async () => {
    const { ports, session, variants, open } = beginAt('e.1~0', { a: 'on' });
    session.pause();
    const switched = session.fetch(V);
    expect(ports.stream.ask.isOnce).toBe(true);
    ports.stream
      .head()
      .say(wholeOf('e.1~0', { a: 'off' }, { beatMs: undefined as never }))
      .end(undefined);
    expect([await switched, variants(), open(), session.state]).toEqual([undefined, { a: 'off' }, 0, 'paused']);
  });

  it('is not forgotten where the page is hidden before the answer', async () => {
    const { ports, session } = beginAt('e.1~0', { a: 'on' });
    const switched = session.fetch(V);
    session.pause();
    expect(ports.stream).toMatchObject({ ask: { isOnce: true }, context: V.context });
    ports.stream
      .head()
      .say(wholeOf('e.1~0', { a: 'off' }))
      .end(undefined);
    expect([await switched, session.state]).toEqual([undefined, 'paused']);
  });
});

describe('the way to the server', () => {
  it('is gone again after each loss, soon at first and then later, with what is held', async () => {
    const { ports, pass, heard, session } = beginAt('e.1~0', { a: 'on' });
    ports.stream.end();
    expect(heard()).toEqual(['is connecting']);
    await pass(2_000);
    ports.stream.end(new Error('no line'));
    expect([heard(), session.problem]).toEqual([
      ['is unreachable'],
      { code: 'unreachable', message: 'Error: no line' },
    ]);
    const times: number[] = [];
    for (let at = 0; at < 6; at++) {
      const [asked, from] = [ports.streams.length, ports.time.now];
      while (ports.streams.length === asked) await pass(50);
      times.push(ports.time.now - from);
      ports.stream.end(new Error('no line'));
    }
    expect(times.every((ms, at) => ms <= 15_100 && ms >= (times[at - 1] ?? 0))).toBe(true);
    expect(times.at(-1)).toBeGreaterThan(14_000);
    expect(ports.stream.ask).toMatchObject({ from: 'e.1~0', tag: 'tag of e.1~0' });
  });

  it('is given up slowly where the key is refused, and told so at once', async () => {
    const { ports, session, heard, pass } = begin();
    session.begin();
    ports.stream.refuse(401);
    await pass(14_000);
    expect([ports.streams.length, heard()]).toEqual([1, ['is connecting', 'is unauthorized']]);
    await pass(20_000);
    expect(ports.streams.length).toBeGreaterThan(1);
  });

  it.each([
    [403, '{"title":"x","detail":"Not for this origin; add it.","status":403}', '403: Not for this origin; add it.'],
    [401, '{"detail":"One \\"kid\\", none, and"}', '401: One "kid", none, and'],
    [401, '{"code":"unauthorized","detail":"None."}', '401: None.'],
    [401, '<h1>Sign in</h1>', '401'],
    [503, '', '503'],
  ])('is told with why it is closed, where the server says that: %i %s', (status, body, said) => {
    const { ports, session } = begin();
    session.begin();
    ports.stream.refuse(status, body);
    expect(session.problem?.message).toBe(`the server answered ${said}`);
  });

  it('is open again as soon as anything is heard', async () => {
    const { ports, session, pass, variants, heard } = begin();
    session.begin();
    ports.stream.end();
    await pass(3_000);
    heard();
    ports.stream.head().say(wholeOf('e.1~0', { a: 'on' }));
    expect([variants(), session.problem, heard()]).toEqual([{ a: 'on' }, undefined, ['is live', 'change a']]);
  });

  it('is answers that end where a line keeps streams back, now and then, without another state each time', async () => {
    const { ports, session, pass, variants, heard } = begin();
    session.begin();
    const asked: boolean[] = [];
    for (let at = 0; at < 4; at++) {
      const { length } = ports.streams;
      // Nothing comes of a stream, whether its head does or not.
      if (at > 1) ports.stream.head();
      while (ports.streams.length === length) await pass(100);
      asked.push(ports.stream.ask.isOnce);
      ports.stream
        .head()
        .say(wholeOf('e.1~0', { a: 'on' }, { beatMs: undefined as never, retryMs: 0 }))
        .end(undefined);
      while (ports.stream.ask.isOnce) await pass(100);
    }
    expect([asked, variants()]).toEqual([[true, true, true, true], { a: 'on' }]);
    expect(heard().filter((line) => line.startsWith('is '))).toEqual(['is connecting', 'is polling']);
    expect(session.silentMs()).toBeLessThan(31_000);
  });

  it('is an answer that ends where there is no place for a stream, which is asked for again', async () => {
    const { ports, session, pass } = begin();
    session.begin();
    ports.stream
      .head()
      .say(wholeOf('e.1~0', { a: 'on' }, { beatMs: undefined as never, retryMs: 4_000 }))
      .end(undefined);
    expect(session.state).toBe('polling');
    await pass(3_900);
    expect(ports.streams).toHaveLength(1);
    await pass(4_000);
    expect([ports.streams.length, ports.stream.ask.isOnce]).toEqual([2, false]);
  });

  it('is given up where nothing is heard for two beats, and tried again', async () => {
    const { ports, session, pass } = beginAt('e.1~0', { a: 'on' });
    await pass(8_900);
    expect(session.state).toBe('live');
    await pass(200);
    expect([session.state, ports.streams[0]?.isClosed]).toEqual(['connecting', true]);
    await pass(2_000);
    expect([ports.streams.length, ports.stream.ask.isOnce]).toEqual([2, false]);
  });

  it('is left as its server says, and found again when it says', async () => {
    const { ports, pass } = beginAt('e.1~0', { a: 'on' }, { retryMs: 1_000 });
    ports.stream.say({ retryMs: 9_000 }, 'goodbye').end(undefined);
    await pass(8_900);
    expect(ports.streams).toHaveLength(1);
    await pass(6_000);
    expect(ports.streams).toHaveLength(2);
  });

  it('rests while paused, and begins with what is held', async () => {
    const { ports, session, pass, heard } = beginAt('e.1~0', { a: 'on' });
    session.pause();
    expect(ports.stream.isClosed).toBe(true);
    await pass(600_000);
    expect([ports.streams.length, heard()]).toEqual([1, ['is paused']]);
    session.begin();
    expect(ports.stream.ask).toMatchObject({ from: 'e.1~0', tag: 'tag of e.1~0', isOnce: false });
    ports.stream.head().say(eventOf('e.1~0', { ageMs: 0, beatMs: 4_000 }));
    expect(heard()).toEqual(['is connecting', 'is live', 'change ']);
  });

  it('knows how long nobody was heard, and what the server said of its age', async () => {
    const { ports, session, pass } = beginAt('e.1~0', { a: 'on' }, { ageMs: 30 });
    await pass(3_000);
    expect(session.silentMs()).toBe(0);
    ports.stream.end();
    session.pause();
    await pass(7_000);
    expect([session.silentMs(), session.ageMs()]).toEqual([7_000, 7_030]);
  });

  it('is not gone any more after its end, and nobody waits for it', async () => {
    const { ports, session, pass, heard, variants } = beginAt('e.1~0', { a: 'on' });
    const first = ports.stream;
    const switched = session.fetch(V);
    session.end();
    heard();
    for (const stream of [first, ports.stream])
      stream.say(eventOf('e.2~0', { flags: { a: itemOf('a', 'off') } })).end();
    await pass(600_000);
    session.begin();
    expect([await switched, await session.fetch(V)]).toEqual([undefined, undefined]);
    expect([variants(), heard(), session.state, ports.streams.length]).toEqual([{ a: 'on' }, [], 'closed', 2]);
  });
});
