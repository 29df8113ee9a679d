import type postgres from 'postgres';
import type { Answer, ServerProcess } from './server-process.fixture.ts';

/** Rollouts that are always under way: where one is finished the next one is started. */
export interface RunningRollouts {
  /** Those that were seen to be finished so far. */
  finished(): readonly string[];
  /** What was decided by itself, by rollout, in the order of the log: everything but holds. */
  decisions(sql: postgres.Sql): Promise<Map<string, string[]>>;
  /** Starts no more. */
  stop(): Promise<void>;
}

const FLAGS = ['f1', 'f2', 'f3'];
const STAGES = { staging: [20, 100], production: [5, 50, 100] };
const step = (environment: keyof typeof STAGES) => ({
  environment,
  stages: STAGES[environment].map((exposure) => ({ exposure, bake: '1s' })),
});
const DOCUMENT = { key: 'short', path: [step('staging'), step('production')], guards: [] };

/** Everything that is decided of one that finishes: an entry of each stage, and a finish of each environment. */
export const WHOLE_WAY = Object.entries(STAGES).flatMap(([environment, stages]) => [
  ...stages.map((_, stage) => `${environment} ${stage} ${stage - 1} advance`),
  `${environment} ${stages.length} ${stages.length - 1} finish`,
]);

/** Asks one of the nodes, and another once that one does not answer: it may be gone at any moment. */
export async function runRollouts(nodes: readonly ServerProcess[]): Promise<RunningRollouts> {
  let asked = 0;
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer | undefined> => {
    const over = method === 'PUT' ? { headers: { 'if-match': '*' } } : {};
    const answer = await within(nodes[asked % nodes.length]?.api(method, `/projects/p${path}`, body, over));
    if (answer !== undefined && answer.status < 500) return answer;
    asked++;
    return undefined;
  };
  await prepare(nodes[0] as ServerProcess, ask);
  const finished = new Set<string>();
  let isOver = false;
  const turn = async (flag: string) => {
    const listed = await ask('GET', `/rollouts?flag=${flag}&limit=1`);
    const [last] = listed?.body?.items ?? [];
    if (last?.state === 'finished') finished.add(last.id);
    if (listed === undefined || ['waiting', 'running', 'paused'].includes(last?.state)) return;
    // There and back: nothing is edited between two of them, so what a frozen node does later does no harm.
    const from = last?.to ?? 'off';
    const to = from === 'on' ? 'off' : 'on';
    if (!isOver) await ask('POST', '/rollouts', { flag, from, to, policy: 'short', reason: 'next' });
  };
  const goOn = async (flag: string) => {
    while (!isOver) {
      await turn(flag);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const going = Promise.all(FLAGS.map(goOn));
  return {
    finished: () => [...finished],
    decisions: readDecisions,
    stop: async () => {
      isOver = true;
      await going;
    },
  };
}

/** A node that is frozen answers nobody, and one that is killed refuses. */
async function within(answer: Promise<Answer> | undefined): Promise<Answer | undefined> {
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, 2_000, undefined).unref());
  return Promise.race([answer?.catch(() => undefined), late]);
}

async function prepare(
  node: ServerProcess,
  ask: (method: string, path: string, body?: unknown) => Promise<Answer | undefined>,
): Promise<void> {
  await node.api('POST', '/projects', { key: 'p', name: 'p' });
  for (const key of Object.keys(STAGES)) await ask('POST', '/environments', { key, name: key });
  for (const key of FLAGS) {
    await ask('POST', '/flags', { key, type: 'boolean', variants: { on: true, off: false } });
    for (const environment of Object.keys(STAGES)) {
      await ask('POST', `/environments/${environment}/flags/${key}/serve`, { variant: 'off' });
    }
  }
  const saved = await ask('PUT', '/policies/short', { document: DOCUMENT, reason: 'made beforehand' });
  if (saved === undefined || saved.status >= 300) throw new Error(`no policy: ${JSON.stringify(saved?.body)}`);
}

async function readDecisions(sql: postgres.Sql): Promise<Map<string, string[]>> {
  const rows = await sql`
    SELECT d.rollout_id AS id, e.key AS environment, d.entry, d.stage, d.action
    FROM decisions d JOIN runs r ON r.id = d.run_id JOIN environments e ON e.id = r.environment_id
    WHERE d.action <> 'hold' ORDER BY d.id`;
  const found = new Map<string, string[]>();
  for (const { id, environment, entry, stage, action } of rows) {
    found.set(id, [...(found.get(id) ?? []), `${environment} ${entry} ${stage} ${action}`]);
  }
  return found;
}
