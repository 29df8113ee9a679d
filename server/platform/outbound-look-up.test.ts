import { expect, it } from 'vitest';
import { fewAtOnce } from './outbound-look-up.ts';

/** A resolver that answers when it is told to. */
function slowResolver() {
  const asked: string[] = [];
  const ends = new Map<string, (addresses: string[] | Error) => void>();
  const resolve = fewAtOnce((host) => {
    asked.push(host);
    return new Promise<string[]>((answer, refuse) => {
      ends.set(host, (found) => (found instanceof Error ? refuse(found) : answer(found)));
    });
  });
  return { asked, resolve, end: (host: string, found: string[] | Error) => ends.get(host)?.(found) };
}

it('two look-ups run at once, and whoever waits comes next, also after one that failed', async () => {
  const { asked, resolve, end } = slowResolver();
  const found = ['a', 'b', 'c', 'd'].map((host) => resolve(host).catch((error: Error) => error.message));
  await Promise.resolve();
  expect(asked).toEqual(['a', 'b']);
  end('b', new Error('no such name'));
  expect(await found[1]).toBe('no such name');
  expect(asked).toEqual(['a', 'b', 'c']);
  end('a', ['1.1.1.1']);
  end('c', ['3.3.3.3']);
  expect(await Promise.all([found[0], found[2]])).toEqual([['1.1.1.1'], ['3.3.3.3']]);
  end('d', ['4.4.4.4']);
  expect(await found[3]).toEqual(['4.4.4.4']);
  const again = resolve('a');
  await Promise.resolve();
  expect(asked.at(-1)).toBe('a');
  end('a', ['1.1.1.2']);
  expect(await again).toEqual(['1.1.1.2']);
});

it('those who ask for the same name meanwhile share one look-up, and nobody keeps its answer', async () => {
  const { asked, resolve, end } = slowResolver();
  const both = [resolve('a'), resolve('a')];
  await Promise.resolve();
  end('a', ['1.1.1.1']);
  expect(await Promise.all(both)).toEqual([['1.1.1.1'], ['1.1.1.1']]);
  void resolve('a');
  await Promise.resolve();
  expect(asked).toEqual(['a', 'a']);
});
