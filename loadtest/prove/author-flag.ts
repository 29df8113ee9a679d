import type { AuthoredFlag } from './flag-set.ts';
import type { HouseProcess } from './house-process.ts';

/** Makes a flag in a project and says what it gives in `production`, as an author would over the API. */
export async function authorFlag(house: HouseProcess, flag: AuthoredFlag, project = 'proof'): Promise<void> {
  const { key, type, variants, offVariant, on, rules, rest } = flag;
  const fallthrough =
    'half' in rest ? { split: { weights: { [rest.half[0]]: 50_000, [rest.half[1]]: 50_000 } } } : rest;
  const config = {
    state: on ? 'on' : 'off',
    offVariant,
    rules: rules.map((rule, index) => ({ id: `rule-${index}`, if: rule.if, serve: { variant: rule.variant } })),
    fallthrough,
  };
  await house.call('POST', `/projects/${project}/flags`, { key, type, variants, environments: { production: config } });
}
