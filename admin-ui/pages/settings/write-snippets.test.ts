import { describe, expect, test } from 'vitest';
import { writeSnippets } from './write-snippets.ts';

const place = { url: 'https://flags.example', project: 'shop', environment: 'production', flag: 'new-cart' };

describe('What is shown of how a key is used', () => {
  test.each([
    ['server', 'process.env.TURNOUT_KEY'],
    ['server', '$TURNOUT_KEY'],
    ['client', '{TURNOUT_CLIENT_KEY}'],
    ['client', "'Origin: https://shop.example'"],
    ['kill', '$TURNOUT_KILL_KEY'],
    ['kill', 'https://flags.example/api/v1/projects/shop/environments/production/flags/new-cart/kill'],
  ] as const)('has for a %s key: %s', (kind, part) => {
    expect(
      writeSnippets(kind, place)
        .map(({ text }) => text)
        .join('\n'),
    ).toContain(part);
  });

  test('is one command wherever it is one for a shell', () => {
    for (const kind of ['server', 'client', 'kill'] as const) {
      const command = writeSnippets(kind, place).find(({ text }) => text.startsWith('curl'))?.text ?? '';
      const lines = command.split('\n');
      expect(lines.slice(0, -1).every((line) => line.endsWith(' \\'))).toBe(true);
      expect(lines.at(-1)?.endsWith('\\')).toBe(false);
    }
  });

  test('puts no secret into an address', () => {
    for (const kind of ['server', 'client', 'kill'] as const) {
      for (const { text } of writeSnippets(kind, place)) expect(text).not.toMatch(/https:\S*(KEY|key=)/);
    }
  });
});
