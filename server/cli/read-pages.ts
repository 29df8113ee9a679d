import type { Api } from './api.ts';

/** A page of a list, as every list of the API answers it. */
export interface Listed<T> {
  items: T[];
  next: string | null;
}

/** The pages of a list, one after the other. `path` may have a query of its own. */
export async function* readPages<Page extends Listed<unknown>>(api: Api, path: string): AsyncGenerator<Page> {
  const first = `${path}${path.includes('?') ? '&' : '?'}limit=200`;
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const at: string = cursor === undefined ? first : `${first}&cursor=${encodeURIComponent(cursor)}`;
    const { body } = await api.call<Page>('GET', at);
    yield body;
    cursor = body.next;
  }
}

/** Every item of a list. */
export async function listAll<T>(api: Api, path: string): Promise<T[]> {
  const items: T[] = [];
  for await (const page of readPages<Listed<T>>(api, path)) items.push(...page.items);
  return items;
}
