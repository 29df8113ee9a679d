import type { JsonValue } from '@turnout/core';
import { asFields, changedFields, type Teller } from '../changes/tell-change.ts';

type Fields = { [field: string]: JsonValue } | undefined;

/** Tells of trains: `train weekly: “New cart” came aboard departure 12`. */
export const trainTeller: Teller = {
  kind: 'train',
  tell: ({ action, key, before, after }) => {
    const told = tellAction(action, asFields(before), asFields(after));
    return told === '' ? '' : `train ${key}: ${told}`;
  },
};

function tellAction(action: string, was: Fields, is: Fields): string {
  const departure = String(is?.departure ?? is?.number ?? was?.departure ?? '');
  const title = typeof is?.title === 'string' ? `“${is.title}”` : 'a change';
  switch (action) {
    case 'train.create':
      return 'made';
    case 'train.update':
      return changedFields(was ?? {}, is ?? {}).join(', ') || 'changed';
    case 'train.archive':
      return 'archived';
    case 'train.stop':
      return `line stopped${typeof is?.why === 'string' ? `: ${is.why}` : ''}`;
    case 'train.start':
      return 'line started again';
    case 'train.board':
      return `${title} came aboard departure ${departure}${is?.risk === undefined ? '' : ', after the cut-off'}`;
    case 'train.withdraw':
      return `${title} was withdrawn from departure ${departure}`;
    default: {
      const verb = DONE[action];
      return verb === undefined ? '' : `departure ${departure} ${verb}`.replace('  ', ' ');
    }
  }
}

/** What becomes of a departure, in the words of the log. */
const DONE: Record<string, string> = {
  'train.open': 'opened for boarding',
  'train.close': 'closed',
  'train.press': 'was let go',
  'train.miss': 'did not leave',
  'train.depart': 'left',
  'train.reach': 'is in force everywhere',
  'train.late': 'is not in force everywhere',
  'train.hold': 'holds, for a change of it failed',
  'train.arrive': 'arrived',
  'train.eject': 'lost a change that was ejected',
  'train.recall': 'was recalled',
  'train.chemspill': 'was asked for as a chemspill',
  'train.postmortem': 'has its postmortem',
};
