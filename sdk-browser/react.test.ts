import type { AnyFlags, Bootstrap } from '@turnout/core';
import { createElement, useState } from 'react';
import { renderToString } from 'react-dom/server';
import { describe, expect, it, vi } from 'vitest';
import { shop } from './browser/react-shop.fixture.ts';
import { type Served, TurnoutProvider, useFlag, useFlagDetails, useTurnout } from './react.ts';

const bootstrap: Bootstrap = {
  v: 1,
  position: 'e.7',
  contextHash: 'of somebody',
  flags: {
    hero: { value: 'loud', variant: 'loud', reason: 'SPLIT' },
    'new-cart': { value: true, variant: 'on', reason: 'TARGETING_MATCH' },
    price: { value: 12, variant: 'dear', reason: 'STATIC' },
    greeting: { reason: 'DISABLED' },
    perks: { value: { delivery: 'tomorrow' }, variant: 'fast', reason: 'STATIC' },
  },
};

/** Draws what was answered in it, as text. */
function Asking({ ask }: { ask: () => unknown }) {
  return createElement('pre', null, JSON.stringify(ask()));
}

/** What hooks answer in a component. */
function draw(ask: () => unknown, given = bootstrap): unknown {
  const html = renderToString(createElement(TurnoutProvider, { bootstrap: given }, createElement(Asking, { ask })));
  return JSON.parse(html.replace(/<[^>]*>/g, '').replaceAll('&quot;', '"'));
}

describe('React on the server', () => {
  it('draws a page from its bootstrap, and opens nothing', () => {
    const asked = vi.spyOn(globalThis, 'fetch');
    const html = renderToString(shop({ bootstrap }));
    expect(html).toBe(
      '<p id="hero">loud</p><p id="new-cart">new cart</p><p id="price">12 dear STATIC</p><p id="greeting">Hello</p>' +
        '<p id="perks">tomorrow</p><p id="status">bootstrap e.7</p><button id="sign-in" type="button">Sign in</button>',
    );
    expect(asked).not.toHaveBeenCalled();
  });

  it('draws coded defaults without a bootstrap, and without a provider, of which it warns once', () => {
    const warned = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const html = renderToString(shop({}));
    expect(html).toContain('<p id="hero">calm</p><p id="new-cart">old cart</p><p id="price">10 coded ERROR</p>');
    const ask = () => useFlag('price', 10);
    expect(warned).not.toHaveBeenCalled();
    const alone = [1, 2].map((key) => createElement(Asking, { ask, key }));
    expect(renderToString(alone)).toBe('<pre>10</pre><pre>10</pre>');
    expect(warned.mock.calls).toEqual([[expect.stringContaining('no <TurnoutProvider>')]]);
  });

  it('says what led to a value, and why the coded default holds', () => {
    expect(draw(() => useFlagDetails('hero', 'calm'))).toEqual({
      ...{ key: 'hero', value: 'loud', variant: 'loud', reason: 'SPLIT', metadata: {} },
    });
    expect(draw(() => useFlagDetails('greeting', 'Hello'))).toMatchObject({ value: 'Hello', reason: 'DISABLED' });
    const hero = { value: 3, variant: 'three', reason: 'STATIC' } as const;
    const broken: Bootstrap = { ...bootstrap, flags: { hero } };
    const mismatch = { value: 'calm', reason: 'ERROR', errorCode: 'TYPE_MISMATCH' };
    expect(draw(() => useFlagDetails('hero', 'calm'), broken)).toMatchObject(mismatch);
    const missing = { value: 10, reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND' };
    expect(draw(() => useFlagDetails('price', 10), broken)).toMatchObject(missing);
  });

  it('answers for the flag that is asked for now, although another one before it had the same value', () => {
    const same = { value: 'calm', variant: 'calm', reason: 'STATIC' } as const;
    const ask = () => {
      const [key, turn] = useState<'hero' | 'greeting'>('hero');
      const { key: answered } = useFlagDetails(key, 'calm');
      if (key === 'hero') turn('greeting');
      return answered;
    };
    expect(draw(ask, { ...bootstrap, flags: { hero: same, greeting: same } })).toBe('greeting');
  });

  it('takes a coded default that is no JSON, and gives it back', () => {
    const ring: { delivery: string; self?: unknown } = { delivery: 'in circles' };
    ring.self = ring;
    const ask = () => {
      const [coded, turn] = useState({ delivery: 'next week' });
      const { value } = useFlagDetails('perks', coded);
      if (coded !== ring) turn(ring);
      return value === ring;
    };
    expect(draw(ask, { ...bootstrap, flags: {} })).toBe(true);
  });

  it('finds only flags in a bootstrap, and nothing that objects have', () => {
    // Handed in as text from elsewhere is: the hook itself knows only this shop's keys.
    const key = 'constructor' as 'greeting';
    expect(draw(() => useFlagDetails(key, 'coded'))).toMatchObject({ value: 'coded', errorCode: 'FLAG_NOT_FOUND' });
  });

  it('drops what a client would be told, for there is none', async () => {
    const done: Promise<unknown>[] = [];
    const act = () => {
      const turnout = useTurnout();
      turnout.track('bought', { value: 3 });
      done.push(turnout.setContext({ targetingKey: 'ada' }), turnout.flush());
      return 'drawn';
    };
    expect(draw(act)).toBe('drawn');
    expect(await Promise.all(done)).toEqual([{ source: 'defaults', position: null, ageMs: null }, undefined]);
  });

  it('knows the flags of an app that has registered them', () => {
    const ask = () => {
      const hero: 'calm' | 'loud' = useFlag('hero', 'calm');
      const price: number = useFlag('price', 10);
      const delivery: string = useFlag('perks', { delivery: 'next week' }).delivery;
      // @ts-expect-error hero is no boolean
      useFlag('hero', false);
      // @ts-expect-error hero is never quiet
      useFlagDetails('hero', 'quiet');
      // @ts-expect-error nobody made this one
      useFlag('heroine', 'calm');
      return [hero, price, delivery];
    };
    expect(draw(ask)).toEqual(['loud', 12, 'tomorrow']);
  });

  it('takes the type of the coded default where an app has registered none', () => {
    const given: [Served<AnyFlags, string, false>, Served<AnyFlags, string, 'calm'>, Served<AnyFlags, string, 1>] = [
      ...([true, 'loud', 2] as const),
    ];
    const open: Served<AnyFlags, string, { items: 1 }> = { whatever: ['else'] };
    // @ts-expect-error no value of a boolean flag is a text
    const wrong: Served<AnyFlags, string, false> = 'calm';
    expect([...given, open, wrong]).toHaveLength(5);
  });
});
