import { Store } from './store.ts';

/** The evaluator that the server and the clients run, in this browser. */
export type Core = typeof import('@turnout/core');

/** Undefined until it is there: it is fetched by the first page that asks for it, for no other needs it. */
export const core = new Store<Core | undefined>(undefined);
let loading: Promise<Core> | undefined;

export function loadCore(): Promise<Core> {
  loading ??= import('@turnout/core').then((loaded) => {
    core.value = loaded;
    return loaded;
  });
  return loading.catch((error: unknown) => {
    // The next one who asks tries again.
    loading = undefined;
    throw error;
  });
}
