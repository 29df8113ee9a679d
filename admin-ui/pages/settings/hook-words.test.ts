import { describe, expect, test } from 'vitest';
import { tellActions, tellOutcome, writeHookSnippets } from './hook-words.ts';

type Limits = Parameters<typeof tellActions>[0];
const limits = (over: Partial<Limits> = {}): Limits => ({
  ...{ actions: [], environments: ['production'], flags: [], tags: [], maxFlipsPerHour: 3, ...over },
});

describe('What a hook may do', () => {
  test.each<[string, Partial<Limits>, string]>([
    ['guards alone', { flags: ['cart'] }, 'trips the guards of cart, in production'],
    ['nowhere', { flags: ['cart'], environments: [] }, 'does nothing, for it lists no environment'],
    [
      'kills',
      { actions: ['kill'], flags: ['cart'] },
      'trips the guards of cart, and kills them, 3 an hour at most, in production',
    ],
    [
      'both, by tag',
      { actions: ['kill', 'incident'], flags: ['cart'], tags: ['shop'], environments: ['production', 'staging'] },
      'trips the guards of cart, all tagged shop, and kills them, 3 an hour at most, and opens incidents, in production, staging',
    ],
    ['nothing', { actions: ['kill'] }, 'trips no guard and kills nothing, for it lists no flag, in production'],
    [
      'incidents',
      { actions: ['incident'] },
      'trips no guard and kills nothing, for it lists no flag, and opens incidents, in production',
    ],
  ])('is said in a sentence: %s', (_what, over, words) => {
    expect(tellActions(limits(over))).toBe(words);
  });
});

describe('The lines that set up a sender', () => {
  const hook = { path: '/hooks/v1/alertmanager/k2j8d0s9a1x4', flags: ['cart'] };

  test('of Alertmanager have the address, and a place for the secret that is no secret', () => {
    const [config, rule] = writeHookSnippets({ ...hook, source: 'alertmanager', auth: 'bearer' }, 'https://t.example');
    expect(config?.text).toContain('- url: https://t.example/hooks/v1/alertmanager/k2j8d0s9a1x4\n');
    expect(config?.text).toMatch(/credentials_file: \S+/);
    expect(rule?.text).toContain('turnout_flag: cart');
  });

  test('of anything else sign what is sent, or send the token', () => {
    const [signed] = writeHookSnippets({ ...hook, source: 'generic', auth: 'hmac' }, 'https://t.example');
    expect(signed?.text).toContain('X-Turnout-Signature: t=$at,v1=$mac');
    const [plain] = writeHookSnippets({ ...hook, source: 'generic', auth: 'bearer', flags: [] }, 'https://t.example');
    expect(plain?.text).toContain('Authorization: Bearer $TURNOUT_HOOK_SECRET');
    expect(plain?.text).toContain('"turnout_flag":"new-cart"');
  });
});

test('What is not decided yet just came', () => {
  expect(tellOutcome({ outcome: null }).words).toBe('just came');
  expect(tellOutcome({ outcome: 'killed' })).toEqual({ words: 'killed', tone: 'killed' });
});
