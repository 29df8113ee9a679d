import type { MyEnvironment, Role } from '../client/me.ts';

/** What a role is for, as one would explain it to whoever has it. */
export const ROLE_WORDS: Record<Role, { name: string; means: string }> = {
  viewer: { name: 'Viewer', means: 'sees everything and changes nothing' },
  editor: { name: 'Editor', means: 'changes flags and segments, turns them on and off, kills and restores' },
  killer: { name: 'Killer', means: 'turns off and kills, for whoever is on call; gives nobody anything new' },
  'release-manager': {
    name: 'Release manager',
    means: 'does what an editor does, approves what others ask for, and starts and advances rollouts',
  },
  admin: { name: 'Admin', means: 'does everything, keys, members and environments included' },
};

export type MayName = keyof MyEnvironment['may'];

/** What may be done in an environment, in the order in which one asks for it. */
export const MAY_WORDS: readonly { may: MayName; words: string; means: string }[] = [
  { may: 'read', words: 'See', means: 'Flags, segments, apps and the log' },
  { may: 'safe', words: 'Turn off', means: 'Whatever gives users less, or the same' },
  { may: 'kill', words: 'Kill', means: 'Off for everybody, at once, whatever else holds' },
  { may: 'grow', words: 'Turn on, change', means: 'Whatever may give users something new' },
  { may: 'restore', words: 'Restore', means: 'Lift a kill' },
  { may: 'admin', words: 'Administer', means: 'Keys, members, and the environment itself' },
];
