import type { ReactiveControllerHost } from 'lit';
import type { MyEnvironment, MyProject } from './me.ts';
import { Following, Store } from './store.ts';

/** What the screen is about: one project and one environment of it, with what the person may do there. */
export interface Here {
  project: MyProject;
  environment: MyEnvironment;
}

/** Set by the room, from the address; undefined on pages that are about no project. */
export const here = new Store<Here | undefined>(undefined);

/** For pages of a project: `new Following` on it, and what it is. */
export function followHere(host: ReactiveControllerHost): () => Here | undefined {
  new Following(host, here);
  return () => here.value;
}
