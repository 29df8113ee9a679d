import type { Answer, Authoring } from '../flags/authoring.fixture.ts';
import { transferRoutes } from './routes.ts';

/** Calls import and export of a test's project. `query` is what stands after the question mark. */
export interface Transfer {
  bring(document: unknown, query: string, how?: { token?: string; headers?: Record<string, string> }): Promise<Answer>;
  take(query: string, token?: string): Promise<Answer>;
}

export function transferOf(shop: Authoring): Transfer {
  const app = shop.house.mount({ '/projects/:project': transferRoutes({ door: shop.door }) });
  const answer = async (response: Response): Promise<Answer> => ({
    status: response.status,
    body: await response.json(),
    etag: response.headers.get('etag'),
    replayed: response.headers.get('idempotency-replayed') === 'true',
  });
  return {
    bring: async (document, query, { token = shop.house.root, headers = {} } = {}) =>
      answer(
        await app.request(`/projects/shop/import?${query}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
          body: typeof document === 'string' ? document : JSON.stringify(document),
        }),
      ),
    take: async (query, token = shop.house.root) =>
      answer(await app.request(`/projects/shop/export?${query}`, { headers: { authorization: `Bearer ${token}` } })),
  };
}
