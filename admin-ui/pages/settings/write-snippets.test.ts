import { describe, expect, test } from 'vitest';
import { pickFlag, writeSnippets } from './write-snippets.ts';

const place = { url: 'https://flags.example', project: 'shop', environment: 'production', flag: 'new-cart' };

const signed = {
  ...{ mode: 'signed' as const, issuer: "https://id.example/o'neil", audience: 'shop', algorithms: ['ES256' as const] },
  ...{ jwksUrl: 'https://id.example/keys', secretSetAt: null, bodyAttributes: [] },
};

describe('What is shown of how a key is used', () => {
  test.each([
    ['server', 'process.env.TURNOUT_KEY'],
    ['server', '$TURNOUT_KEY'],
    ['client', '{TURNOUT_CLIENT_KEY}'],
    ['client', 'key: TURNOUT_CLIENT_KEY'],
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

  test('says for signed contexts where the page has its token from, and how it is made', () => {
    const [page, signer, curl] = writeSnippets('client', { ...place, context: signed }).map(({ text }) => text);
    expect(page).toContain('contextToken: () =>');
    expect(page).not.toContain('targetingKey');
    expect(signer).toContain(String.raw`.setIssuer('https://id.example/o\'neil')`);
    expect(signer).toContain("alg: 'ES256', kid: KEY_ID");
    expect(curl).toContain('"Turnout-Context: $CONTEXT_TOKEN"');
    const shared = { ...signed, algorithms: ['HS256' as const], jwksUrl: null };
    expect(writeSnippets('client', { ...place, context: shared })[1]?.text).toContain("alg: 'HS256' }");
    expect(writeSnippets('client', place)[0]?.text).toContain('context: { targetingKey: visitor }');
  });

  test('asks by hand as a page of the key does, where it lists one', () => {
    const byHand = (origins: string[]) => writeSnippets('client', { ...place, origins }).at(-1)?.text;
    expect(byHand(['*', 'http://localhost:5173'])).toContain("-H 'Origin: http://localhost:5173'");
    expect(byHand(['*'])).toContain("-H 'Origin: https://shop.example'");
  });

  test('asks for a flag that whoever has the key is answered', () => {
    const flag = { key: 'a', type: 'string' as const, archived: false, clientVisible: false };
    const flags = [
      flag,
      { ...flag, key: 'b', clientVisible: true },
      { ...flag, key: 'c', type: 'boolean' as const, archived: true, clientVisible: true },
      { ...flag, key: 'd', type: 'boolean' as const },
    ];
    expect([pickFlag('client', flags), pickFlag('server', flags), pickFlag('kill', flags)]).toEqual(['b', 'd', 'd']);
    expect(pickFlag('client', [flag])).toBeUndefined();
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
