import postgres from 'postgres';

/** What a node wrote of rollouts, as the database saw it: from whose connection, and who held the lease by then. */
export interface Witnessed {
  id: number;
  at: Date;
  /** How the connection calls itself. */
  node: string;
  what: 'run' | 'decision' | 'change';
  token: number;
  holder: string;
}

/** A witness in the database itself, which no node can deceive. */
export interface LeaseWitness {
  sql: postgres.Sql;
  /** What was written since an id, oldest first. */
  since(id: number): Promise<Witnessed[]>;
  /** Whoever changed something first under the newest token; undefined before anybody did. */
  holder(): Promise<Witnessed | undefined>;
  /**
   * Holds the runs until a node waits for one of them in the middle of a transaction, does something, and lets them go:
   * the node has its locks, and whoever is frozen meanwhile keeps them.
   */
  whileItWaits(node: string, work: () => void): Promise<void>;
  close(): Promise<void>;
}

const TABLE = `
  CREATE TABLE witnessed (
    id bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    node text NOT NULL,
    what text NOT NULL,
    token bigint NOT NULL,
    holder text NOT NULL
  );
  CREATE FUNCTION witness() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO witnessed (node, what, token, holder)
      SELECT current_setting('application_name'), TG_ARGV[0], token, holder FROM leases WHERE name = 'rollouts';
    RETURN NULL;
  END $$;
  CREATE TRIGGER witness_runs AFTER UPDATE ON runs FOR EACH ROW EXECUTE FUNCTION witness('run');
  CREATE TRIGGER witness_decisions AFTER INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION witness('decision');
  CREATE TRIGGER witness_changes AFTER INSERT ON changes FOR EACH ROW
    WHEN (NEW.actor LIKE 'rollout:%') EXECUTE FUNCTION witness('change')`;

/** Watches a database that is migrated, and in which nobody but the loop moves rollouts. */
export async function watchLease(url: string): Promise<LeaseWitness> {
  const sql = postgres(url, { max: 2, onnotice: () => undefined });
  await sql.unsafe(TABLE).simple();
  return {
    sql,
    since: async (id) => {
      const rows = await sql<Row[]>`SELECT * FROM witnessed WHERE id > ${id} ORDER BY id`;
      return rows.map(readRow);
    },
    holder: async () => {
      const [row] = await sql<Row[]>`
        SELECT w.* FROM witnessed w JOIN leases l ON l.token = w.token AND l.name = 'rollouts'
        WHERE w.what = 'change' ORDER BY w.id LIMIT 1`;
      return row && readRow(row);
    },
    whileItWaits: async (node, work) => {
      await sql.begin(async (held) => {
        await held`SELECT id FROM runs FOR UPDATE`;
        const waits = async () => {
          const [found] = await sql`
            SELECT pid FROM pg_stat_activity
            WHERE application_name = ${node} AND wait_event_type = 'Lock' AND query LIKE '%runs%'`;
          return found !== undefined;
        };
        while (!(await waits())) await new Promise((resolve) => setTimeout(resolve, 5));
        work();
      });
    },
    close: () => sql.end(),
  };
}

type Row = Omit<Witnessed, 'id' | 'token'> & { id: string; token: string };

/** Postgres.js gives numbers of eight bytes as text. */
function readRow(row: Row): Witnessed {
  return { ...row, id: Number(row.id), token: Number(row.token) };
}
