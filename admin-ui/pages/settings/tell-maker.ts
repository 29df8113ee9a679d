import { tellActor } from '../../parts/change-words.ts';
import { myActor } from '../../parts/undo-flow.ts';

/** Who made a key or a token, as far as it is known here. */
export function tellMaker(actor: string, names?: ReadonlyMap<string, string>): string {
  if (actor === myActor()) return 'you';
  const name = actor.startsWith('person:') ? names?.get(actor.slice('person:'.length)) : undefined;
  return tellActor({ actor, ...(name === undefined ? {} : { actorName: name }) });
}
