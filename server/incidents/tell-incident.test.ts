import type { JsonValue } from '@turnout/core';
import { describe, expect, it } from 'vitest';
import { tellChange } from '../changes/tell-change.ts';
import { incidentTeller } from './tell-incident.ts';

const told = (action: string, after: JsonValue, before: JsonValue = null) =>
  tellChange({ action, kind: 'incident', key: 'i', before, after, undoes: null, erased: false, places: [] }, [
    incidentTeller,
  ]);
const title = 'Payments fail';
const cart = { environment: 'production', flag: 'cart' };

describe('how changes of incidents are told', () => {
  it.each<[string, JsonValue, string]>([
    ['incident.open', { title, severity: 'major', places: [cart] }, 'opened, major, cart in production'],
    [
      'incident.open',
      { title, severity: 'minor', places: [1, 2, 3, 4, 5].map((n) => ({ environment: 'e', flag: `f${n}` })) },
      'opened, minor, f1 in e, f2 in e, f3 in e and 2 more',
    ],
    ['incident.join', { title, kill: { id: 'k', ...cart } }, 'cart was killed in production'],
    [
      'incident.join',
      { title, reopened: true, kill: { id: 'k', ...cart } },
      'opened again, cart was killed in production',
    ],
    ['incident.join', { title, signal: { hook: 'h', summary: 'Errors are high' } }, 'Errors are high'],
    ['incident.join', { title }, 'somebody joined'],
    ['incident.note', { title, note: 'one\n  two' }, '“one two”'],
    ['incident.close', { title, state: 'closed' }, 'closed'],
    ['incident.reopen', { title, state: 'open' }, 'opened again'],
  ])('%s %j', (action, after, expected) => {
    expect(told(action, after)).toBe(`incident “${title}”: ${expected}`);
  });

  it('an edit tells of each field that changed', () => {
    const was = { title: 'Odd', severity: 'major', commander: null, reference: null, places: [cart] };
    const is = { title, severity: 'critical', commander: 'p1', reference: null, places: [{ ...cart, flag: null }] };
    expect(told('incident.update', is, was)).toBe(
      `incident “${title}”: was called “Odd”, severity major → critical, commander none → p1, now all of production`,
    );
  });
});
