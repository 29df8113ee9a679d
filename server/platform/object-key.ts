import { z } from '@hono/zod-openapi';
import { isObjectKey, OBJECT_KEY } from './is-object-key.ts';

export const objectKey = z
  .string({ error: 'a key such as new-cart' })
  .refine(isObjectKey, '1 to 128 letters, digits, _ . or -, beginning with a letter, a digit or _ (and not __proto__)')
  .openapi({ type: 'string', pattern: OBJECT_KEY.source, example: 'new-cart' });
