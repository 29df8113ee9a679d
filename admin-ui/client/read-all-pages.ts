import { send } from './send-request.ts';

const PAGE = 200;

/** All of a list that comes in pages. */
export async function readAllPages<T>(
  path: string,
  signal?: AbortSignal,
  asked: Record<string, string> = {},
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await send<{ items: T[]; next: string | null }>(path, {
      query: { ...asked, limit: PAGE, cursor },
      ...(signal ? { signal } : {}),
    });
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return items;
}
