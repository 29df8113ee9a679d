import type { Condition } from '@turnout/core';
import { expect, test } from 'vitest';
import { tellCondition } from './tell-condition.ts';

const inCh: Condition = { attribute: 'country', op: 'equals', values: ['CH'] };

test.each<[Condition, string]>([
  [inCh, 'country is CH'],
  [{ attribute: 'country', op: 'equals', values: ['CH', 'DE', 'AT'] }, 'country is CH, DE or AT'],
  [{ attribute: 'x', op: 'equals', values: [...'abcdefgh'] }, 'x is a, b, c, d, e, f or 2 more'],
  [{ attribute: 'x', op: 'equals', values: ['12', 12, 'true', true, ' '] }, 'x is “12”, 12, “true”, true or “ ”'],
  [{ attribute: '', op: 'equals', values: [] }, '… is …'],
  [
    { attribute: 'email', op: 'endsWith', values: ['@a.b'], ignoreCase: true },
    'email ends with @a.b, whatever the case',
  ],
  [{ attribute: 'email', op: 'exists', values: [] }, 'email is there'],
  [{ segment: 'loyal' }, 'in segment loyal'],
  [{ all: [inCh, { any: [{ segment: 'a' }, { segment: 'b' }] }] }, 'country is CH and (in segment a or in segment b)'],
  [{ not: { any: [{ segment: 'a' }, inCh] } }, 'not (in segment a or country is CH)'],
  [{ all: [{ any: [inCh] }, { not: inCh }] }, 'country is CH and not country is CH'],
  [{ all: [] }, 'everybody'],
  [{ any: [] }, 'nobody'],
  [{ flagd: 'in', attribute: 'tier', values: ['a', 2] }, 'tier in "a", 2 (as flagd compares)'],
])('%j is told as “%s”', (condition, told) => expect(tellCondition(condition)).toBe(told));
