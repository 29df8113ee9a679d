import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !/^dist\/|^node_modules\/|\.(test|fixture|tmp)\.ts$/.test(path),
);

test('every element has a name of its own, for a browser takes a name once and pages are loaded in any order', () => {
  const places = new Map<string, string[]>();
  for (const path of sources) {
    const text = readFileSync(join(import.meta.dirname, path), 'utf8');
    for (const [, name = ''] of text.matchAll(/@customElement\('([a-z-]+)'\)/g)) {
      places.set(name, [...(places.get(name) ?? []), path]);
    }
  }
  expect(places.size).toBeGreaterThan(20);
  expect([...places].filter(([, at]) => at.length > 1)).toEqual([]);
});
