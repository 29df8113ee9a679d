import type { Here } from '../../client/here.ts';
import type { BulkVerb } from './bulk-verbs.ts';

/** What the buttons say, and what is asked and told of many flags. */
export const VERB_WORDS: Record<BulkVerb, string> = {
  ...{ on: 'Turn on', off: 'Turn off', kill: 'Kill', archive: 'Archive', unarchive: 'Bring back' },
  ...{ tag: 'Add tag', untag: 'Remove tag' },
};

const PAST: Record<BulkVerb, string> = {
  ...{ on: 'on', off: 'off', kill: 'killed', archive: 'archived', unarchive: 'back', tag: 'tagged' },
  untag: 'without the tag',
};

const inOne = (verb: BulkVerb) => verb === 'on' || verb === 'off' || verb === 'kill';

export function countFlags(count: number): string {
  return count === 1 ? '1 flag' : `${count.toLocaleString('en')} flags`;
}

/** The question: what, to how many, and where. */
export function askWords(verb: BulkVerb, count: number, { environment }: Here): string {
  const flags = countFlags(count);
  if (inOne(verb)) return `${VERB_WORDS[verb]} ${flags} in ${environment.name}?`;
  if (verb === 'archive') return `Archive ${flags}?`;
  if (verb === 'unarchive') return `Bring ${flags} back?`;
  return verb === 'tag' ? `Add a tag to ${flags}` : `Remove a tag from ${flags}`;
}

/** What it does to whoever asks for these flags. */
export function consequence(verb: BulkVerb): string {
  return {
    on: 'Users get what each flag says of them.',
    off: 'Everybody gets the off variant of each flag.',
    kill: 'Everybody gets the off variant, at once. Only a restore lifts a kill.',
    archive: 'They leave every environment: apps that still ask for them get the default in their code.',
    unarchive: 'They come back as they were in every environment, killed if they were.',
    tag: 'Nothing that users get is changed.',
    untag: 'Nothing that users get is changed.',
  }[verb];
}

export function doneWords(verb: BulkVerb, count: number, { environment }: Here): string {
  const what = `${countFlags(count)} ${count === 1 ? 'is' : 'are'} ${PAST[verb]}`;
  return inOne(verb) ? `${what} in ${environment.name}.` : `${what}.`;
}
