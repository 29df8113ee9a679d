import { sql } from 'drizzle-orm';
import { getTableConfig, type PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as tables from '../server/database/tables.ts';
import { databaseKinds, openTestDatabase, type TestDatabase } from '../server/database/test-database.ts';

interface Column {
  column_name: string;
  is_nullable: string;
  data_type: string;
  has_default: boolean;
}

describe.each(databaseKinds)('the migrated schema of %s', (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  async function columnsOf(table: string): Promise<Column[]> {
    const answer = await database.db.execute(sql`
      SELECT column_name, is_nullable, data_type, (column_default IS NOT NULL OR is_identity = 'YES') AS has_default
      FROM information_schema.columns WHERE table_name = ${table} ORDER BY column_name`);
    // postgres.js answers rows, PGlite an object with rows.
    return (Array.isArray(answer) ? answer : (answer as unknown as { rows: unknown }).rows) as Column[];
  }

  it.each(Object.values(tables).map((table) => [getTableConfig(table as PgTable).name, table as PgTable] as const))(
    'has the table %s as the code knows it',
    async (name, table) => {
      const known = getTableConfig(table)
        .columns.map((column) => ({
          column_name: column.name,
          is_nullable: column.notNull ? 'NO' : 'YES',
          data_type: column.getSQLType().replace(/^timestamp \(3\) with/, 'timestamp with'),
          has_default: column.hasDefault || column.generatedIdentity !== undefined,
        }))
        .sort((a, b) => (a.column_name < b.column_name ? -1 : 1));
      const found = (await columnsOf(name)).map((column) => ({ ...column }));
      expect(found).toEqual(known);
    },
  );

  it('has no table that the code does not know', async () => {
    const known = Object.values(tables).map((table) => getTableConfig(table as PgTable).name);
    const answer = await database.db.execute(
      sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    const rows = (Array.isArray(answer) ? answer : (answer as unknown as { rows: unknown }).rows) as { name: string }[];
    expect(rows.map((row) => row.name).sort()).toEqual([...known, 'turnout_migrations'].sort());
  });
});
