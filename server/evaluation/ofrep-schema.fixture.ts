import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const FOLDER = new URL('../../../shared/vectors/ofrep/', import.meta.url);

type Schema = { [keyword: string]: unknown };

/** True where the protocol's own documents are beside the checkout. */
export const hasOfrepSchemas = existsSync(new URL('openapi.yaml', FOLDER));

/**
 * Holds a value against a schema of OFREP's OpenAPI 0.3.0; answers every fault as a path and a sentence. Two things of
 * the document cannot be taken by their letter: `oneOf` over the kinds of values (an integer is also a number, and
 * everything is a code default) counts as `anyOf`, and the list of reasons forgot DEFAULT.
 */
export function faultsOf(schemaName: string, value: unknown): string[] {
  const document = parse(readFileSync(new URL('openapi.yaml', FOLDER), 'utf8')) as { components: { schemas: Schema } };
  const schemas = document.components.schemas as Record<string, Schema>;
  const success = schemas.evaluationSuccess as { allOf: [{ properties: { reason: { enum: string[] } } }] };
  success.allOf[0].properties.reason.enum.push('DEFAULT');
  return check(schemas, schemas[schemaName] as Schema, value, '');
}

function check(schemas: Record<string, Schema>, schema: Schema, value: unknown, path: string): string[] {
  const faults: string[] = [];
  const part = (inner: unknown, inside: unknown, at: string) => check(schemas, inner as Schema, inside, at);
  if (typeof schema.$ref === 'string')
    faults.push(...part(schemas[schema.$ref.split('/').at(-1) as string], value, path));
  if (schema.type !== undefined && !hasType(value, schema.type as string)) return [`${path}: is no ${schema.type}`];
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) faults.push(`${path}: ${value} is not in the list`);
  if (typeof schema.pattern === 'string' && !new RegExp(schema.pattern).test(String(value)))
    faults.push(`${path}: pattern`);
  if (typeof schema.minimum === 'number' && Number(value) < schema.minimum) faults.push(`${path}: too small`);
  for (const inner of (schema.allOf as Schema[]) ?? []) faults.push(...part(inner, value, path));
  const choices = schema.oneOf as Schema[] | undefined;
  if (choices?.every((inner) => part(inner, value, path).length > 0)) faults.push(`${path}: none of oneOf`);
  if (schema.not !== undefined && part(schema.not, value, path).length === 0) faults.push(`${path}: must not be so`);
  if (hasType(value, 'object')) faults.push(...checkMembers(part, schema, value as Record<string, unknown>, path));
  if (Array.isArray(value) && schema.items) {
    for (const [index, item] of value.entries()) faults.push(...part(schema.items, item, `${path}/${index}`));
  }
  return faults;
}

type CheckPart = (schema: unknown, value: unknown, path: string) => string[];

function checkMembers(part: CheckPart, schema: Schema, value: Record<string, unknown>, path: string): string[] {
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  const missing = ((schema.required as string[]) ?? []).filter((name) => !Object.hasOwn(value, name));
  const faults = missing.map((name) => `${path}/${name}: is missing`);
  for (const [name, member] of Object.entries(value)) {
    const inner = properties[name] ?? schema.additionalProperties;
    if (inner !== undefined && inner !== true) faults.push(...part(inner, member, `${path}/${name}`));
  }
  return faults;
}

function hasType(value: unknown, type: string): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  // The other names of JSON schema are those of typeof.
  return typeof value === type;
}
