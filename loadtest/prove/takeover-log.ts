import type { ChildProcess } from 'node:child_process';
import { nextMessage } from './child.ts';

/** Asks the Postgres of a proof, one question after the other. */
export type AskDatabase = <T>(sql: string) => Promise<T[]>;

export function askOf(postgres: ChildProcess): AskDatabase {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(sql: string) => {
    const asked = last.then(async () => {
      postgres.send({ sql });
      const { rows } = await nextMessage<{ rows?: T[] }>(postgres);
      return rows ?? [];
    });
    last = asked.catch(() => undefined);
    return asked;
  };
}

/**
 * What is written of rollouts by itself, noted by the database: from which node's connection, and who held the lease by
 * then. Whoever writes without holding it is found out by its connection.
 */
export const WITNESS = `
  CREATE TABLE witnessed (
    id bigserial PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    node text NOT NULL,
    what text NOT NULL,
    token int NOT NULL,
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

/** Whoever changed something first under a token. */
export interface Acting {
  node: string;
  token: number;
  /** When it looked after the rollouts first, and when it changed something, in milliseconds of the wall clock. */
  lookedAt: number;
  at: number;
}

/** Whoever acts under the newest token, once it is a newer one than this; throws when nobody does for long. */
export async function nextActing(ask: AskDatabase, than: number, withinMs = 60_000): Promise<Acting> {
  const until = Date.now() + withinMs;
  for (;;) {
    const [found] = await ask<Acting>(`
      SELECT w.node, w.token, (extract(epoch FROM w.at) * 1000)::float8 AS at,
        (SELECT (extract(epoch FROM min(f.at)) * 1000)::float8 FROM witnessed f WHERE f.token = w.token) AS "lookedAt"
      FROM witnessed w JOIN leases l ON l.token = w.token AND l.name = 'rollouts'
      WHERE w.what = 'change' AND w.token > ${than} ORDER BY w.id LIMIT 1`);
    if (found !== undefined) return found;
    if (Date.now() > until) {
      throw new Error(`nobody acted for ${withinMs / 1_000} s after token ${than}: ${await whatStands(ask)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

/** For whoever has to find out why: the lease, what is held and waited for, and what each live rollout says. */
async function whatStands(ask: AskDatabase): Promise<string> {
  const found = await ask(`
    SELECT 'lease' AS what, holder AS name, token || ' until ' || expires_at AS says FROM leases
    UNION ALL SELECT 'connection', application_name, state || ' since ' || state_change || ' ' || left(query, 80)
      FROM pg_stat_activity WHERE state <> 'idle'
    UNION ALL SELECT 'run', id, coalesce(decided_at::text, 'never') || ' ' || coalesce(decision->>'reason', '') ||
      ' ' || coalesce(reach::text, '') FROM runs WHERE state IN ('waiting', 'running', 'paused')
    UNION ALL SELECT 'wrote', node, max(token) || ' last ' || max(at) FROM witnessed GROUP BY node`);
  return JSON.stringify(found, null, 1);
}

/** What the log says afterwards. */
export interface Told {
  rollouts: number;
  finished: number;
  decisions: number;
  /** Decisions that are there twice, by run, entry and stage. */
  twice: number;
  /** Rollouts whose steps are not those of the path, in their order, without a gap. */
  astray: string[];
  /** Rollouts for which the log of changes does not have each decision once. */
  unequal: number;
  /** What was written by a node while another held the lease. */
  withoutLease: number;
  written: number;
  holders: number;
}

/** Reads it all, and throws where anything was decided twice, left out, or done without the lease. */
export async function readLog(ask: AskDatabase, wholeWay: readonly string[]): Promise<Told> {
  const rows = await ask<{ id: string; state: string; step: string | null }>(`
    SELECT r.id, r.state, e.key || ' ' || d.entry || ' ' || d.stage || ' ' || d.action AS step
    FROM rollouts r LEFT JOIN decisions d ON d.rollout_id = r.id AND d.action <> 'hold'
    LEFT JOIN runs n ON n.id = d.run_id LEFT JOIN environments e ON e.id = n.environment_id ORDER BY d.id`);
  const steps = new Map<string, { state: string; way: string[] }>();
  for (const { id, state, step } of rows) {
    const one = steps.get(id) ?? { state, way: [] };
    steps.set(id, one);
    if (step !== null) one.way.push(step);
  }
  const told: Told = {
    ...{ rollouts: steps.size, finished: [...steps.values()].filter(({ state }) => state === 'finished').length },
    decisions: rows.filter(({ step }) => step !== null).length,
    twice: await count(ask, TWICE),
    astray: [...steps]
      .filter(([, one]) => isAstray(one, wholeWay))
      .map(([id, { state, way }]) => `${id} ${state} ${way}`),
    unequal: await count(ask, UNEQUAL),
    withoutLease: await count(ask, WITHOUT_LEASE),
    written: await count(ask, 'SELECT 1 FROM witnessed'),
    holders: await count(ask, 'SELECT DISTINCT holder FROM witnessed'),
  };
  const { twice, astray, unequal, withoutLease } = told;
  if (twice + astray.length + unequal + withoutLease > 0) throw new Error(`it does not hold: ${JSON.stringify(told)}`);
  return told;
}

function isAstray({ state, way }: { state: string; way: string[] }, wholeWay: readonly string[]): boolean {
  const wanted = state === 'finished' ? wholeWay : wholeWay.slice(0, way.length);
  return !['waiting', 'running', 'finished'].includes(state) || way.join() !== wanted.join();
}

async function count(ask: AskDatabase, rows: string): Promise<number> {
  const [found] = await ask<{ count: number }>(`SELECT count(*)::int AS count FROM (${rows}) AS counted`);
  return found?.count ?? Number.NaN;
}

const TWICE = `
  SELECT 1 FROM decisions WHERE action <> 'hold' GROUP BY run_id, entry, stage HAVING count(*) > 1`;

const UNEQUAL = `
  SELECT 1 FROM
    (SELECT 'rollout:' || rollout_id AS actor, 'rollout.' || action AS action, count(*) AS times
      FROM decisions WHERE action <> 'hold' GROUP BY 1, 2) AS decided
    FULL JOIN (SELECT actor, action, count(*) AS times
      FROM changes WHERE actor LIKE 'rollout:%' GROUP BY 1, 2) AS changed
    USING (actor, action) WHERE decided.times IS DISTINCT FROM changed.times`;

const WITHOUT_LEASE = `
  SELECT 1 FROM witnessed w
    JOIN (SELECT DISTINCT ON (holder) holder, node FROM witnessed ORDER BY holder, id) AS first USING (holder)
    WHERE w.node <> first.node`;
