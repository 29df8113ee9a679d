import { expect, it } from 'vitest';
import { Secrets } from './secrets.ts';

const OLD = 'an-old-value-of-the-secret-with-32-bytes';
const NEW = 'a-new-value-of-the-secret-with-32-bytes-';
const open = (fromEnv: string) => Secrets.open({ dataDir: '/nowhere', fromEnv });

it('what is sealed opens in its own place, tells nothing of itself, and is sealed differently each time', () => {
  const secrets = open(NEW);
  const sealed = secrets.seal('source/7/prometheus', 'a-token-of-theirs ü');
  expect(secrets.unseal('source/7/prometheus', sealed)).toBe('a-token-of-theirs ü');
  expect(sealed).not.toContain(Buffer.from('a-token-of-theirs').toString('base64url').slice(0, 8));
  expect(secrets.seal('source/7/prometheus', 'a-token-of-theirs ü')).not.toBe(sealed);
});

it('what is sealed opens nowhere else, not altered, not cut, and not under another secret', () => {
  const secrets = open(NEW);
  const sealed = secrets.seal('source/7/prometheus', 'a-token');
  const last = sealed.at(-1) === 'A' ? 'Q' : 'A';
  const refused: [string, string][] = [
    ['source/8/prometheus', sealed],
    ['source/7/prometheus', `${sealed.slice(0, -1)}${last}`],
    ['source/7/prometheus', sealed.slice(0, 20)],
    ['source/7/prometheus', ''],
    ['source/7/prometheus', open(OLD).seal('source/7/prometheus', 'a-token')],
  ];
  for (const [place, text] of refused) expect(() => secrets.unseal(place, text)).toThrow(/A stored secret/);
});

it('what was sealed under a value that is being rotated out still opens', () => {
  const sealed = open(OLD).seal('hook/1', 'a-token');
  expect(open(`${NEW},${OLD}`).unseal('hook/1', sealed)).toBe('a-token');
});
