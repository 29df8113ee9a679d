import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SCENARIOS } from '../load/read-plan.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

test('Every scenario that can be asked for is a script that k6 can run, with thresholds', () => {
  for (const name of SCENARIOS) {
    const text = read(`${name}.ts`);
    expect(text).toMatch(/^export default function /m);
    expect(text).toMatch(/^export const options = describeLoad\(/m);
    expect(text).toMatch(/^export \{ handleSummary \} from '.\/summary.ts';$/m);
  }
});

test('A script of k6 imports nothing but k6 and its neighbours', () => {
  for (const name of readdirSync(import.meta.dirname).filter((file) => !file.endsWith('.test.ts'))) {
    for (const [, from] of read(name).matchAll(/from '([^']+)'/g))
      expect(from).toMatch(/^(k6(\/[a-z]+)?|\.\/[a-z0-9-]+\.ts)$/);
  }
});
