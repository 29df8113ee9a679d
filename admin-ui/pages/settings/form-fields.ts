import type { Refusal } from '../../client/problem.ts';

/** What is expected of a field or of a part of it; undefined where the server was content with it. */
export function faultAt(refusal: Pick<Refusal, 'problem'> | undefined, name: string): string | undefined {
  const path = `/${name}`;
  return refusal?.problem.errors?.find((fault) => fault.path === path || fault.path.startsWith(`${path}/`))?.expected;
}

/** What was typed into a field; undefined where nothing was. */
export function textIn(fields: FormData, name: string): string | undefined {
  const given = fields.get(name);
  const text = typeof given === 'string' ? given.trim() : '';
  return text === '' ? undefined : text;
}
