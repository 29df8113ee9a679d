import { describe, expect, test } from 'vitest';
import { sortMembers, whyFixed } from './who-may.ts';

type Scope = 'installation' | 'project' | 'environment';
const member = (
  name: string,
  scope: Scope,
  roles: ('admin' | 'viewer')[] = ['admin'],
  state: 'active' | 'invited' = 'active',
) => ({
  ...{ id: `${name}-${scope}`, scope, roles },
  person: { id: name, name, state },
});
const all = [member('ada', 'installation'), member('bob', 'project')];
const root = { grant: true, root: true };

describe('Roles of somebody', () => {
  test.each([
    ['in the project, for an administrator', member('bob', 'project'), all, root, undefined],
    ['in the project, for others', member('bob', 'project'), all, { grant: false, root: false }, 'hand out rights'],
    [
      'in the installation, for an administrator of the project',
      member('ada', 'installation'),
      all,
      { grant: true, root: false },
      'only its administrators',
    ],
    ['as the last administrator', member('ada', 'installation'), all, root, 'last administrator'],
    [
      'beside one who was only invited',
      member('ada', 'installation'),
      [...all, member('cy', 'installation', ['admin'], 'invited')],
      root,
      'last administrator',
    ],
    [
      'beside another administrator',
      member('ada', 'installation'),
      [...all, member('cy', 'installation')],
      root,
      undefined,
    ],
    ['as a viewer everywhere', member('ada', 'installation', ['viewer']), all, root, undefined],
  ])('%s', (_title, one, members, mine, why) => {
    const told = whyFixed(one, members, mine);
    if (why === undefined) expect(told).toBeUndefined();
    else expect(told).toContain(why);
  });
});

test('One sees oneself first, then the others by name, the widest place of each first', () => {
  const some = [
    member('cy', 'environment'),
    member('cy', 'project'),
    member('bob', 'project'),
    member('me', 'project'),
  ];
  expect(sortMembers(some, 'me').map(({ id }) => id)).toEqual([
    'me-project',
    'bob-project',
    'cy-project',
    'cy-environment',
  ]);
});
