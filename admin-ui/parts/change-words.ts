import type { ChangeItem } from '@turnout/server/contracts';

/** What is told of a change wherever one is shown: an entry of the log, or the news of one. */
export type ToldChange = Pick<
  ChangeItem,
  'id' | 'seq' | 'at' | 'actor' | 'action' | 'subject' | 'reason' | 'killId' | 'undoes' | 'environments'
> & {
  actorName?: string | null;
  summary?: string;
  erased?: boolean;
  overrode?: ChangeItem['overrode'];
};

const ACTORS: Record<string, string> = {
  root: 'Root token',
  system: 'Turnout',
};

/** Who did it: by name where the log knows one. */
export function tellActor({ actor, actorName }: Pick<ToldChange, 'actor' | 'actorName'>): string {
  if (actorName) return actorName;
  const known = ACTORS[actor];
  if (known !== undefined) return known;
  const [kind = '', id = ''] = actor.split(/:(.*)/);
  return id === '' ? actor : `${kind} ${id}`;
}

/** What stands before the slash of a subject, and what after it. */
export function splitSubject(subject: string): { kind: string; key: string } {
  const slash = subject.indexOf('/');
  return slash < 0 ? { kind: subject, key: '' } : { kind: subject.slice(0, slash), key: subject.slice(slash + 1) };
}

/** What a flag of a project is called by changes of it; undefined where the change is of something else. */
export function flagOf(subject: string): string | undefined {
  const { kind, key } = splitSubject(subject);
  return kind === 'flag' && key !== '' ? key : undefined;
}

type Direction = ToldChange['environments'][number]['direction'];

/** Which way it went, as a sign, in a word, and in a sentence. */
export function tellDirection(direction: Direction): { sign: string; word: string; why: string } {
  if (direction === 'growing') {
    return { sign: '↑', word: 'grows', why: 'Some users may get something that they did not get before.' };
  }
  if (direction === 'safe') return { sign: '↓', word: 'safer', why: 'Nobody gets anything new; some may get less.' };
  if (direction === 'none') return { sign: '=', word: 'same', why: 'No user gets anything else than before.' };
  return { sign: '', word: 'not known', why: 'Which way it went is not in the log.' };
}

/** Groups of actions that one looks for together, by what they are called in an address. */
export const ACTION_GROUPS: Record<string, { words: string; actions: string }> = {
  flips: { words: 'Turned on or off, served', actions: 'flag.on,flag.off,flag.serve' },
  kills: { words: 'Killed and restored', actions: 'flag.kill,flag.restore' },
  targeting: { words: 'Targeting changed', actions: 'flag.configure' },
  flags: { words: 'Flags made, edited, archived', actions: 'flag.create,flag.update,flag.archive,flag.unarchive' },
  undone: { words: 'Undone', actions: 'flag.undo,segment.undo' },
  trains: { words: 'Trains and departures', actions: 'train.*' },
  releases: {
    words: 'Releases and rollbacks',
    actions: 'release.*,rollback.*,environment.rollback,flag.rollback',
  },
  imports: { words: 'Imported', actions: 'flag.import' },
  segments: { words: 'Segments', actions: 'segment.*' },
  secrets: { words: 'Keys and tokens', actions: 'key.*,token.*' },
  people: { words: 'Members', actions: 'member.*,membership.*,invitation.*' },
  places: { words: 'Project and environments', actions: 'project.*,environment.*' },
};
