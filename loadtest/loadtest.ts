import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getK6 } from './get-k6.ts';
import { authorSet } from './load/author-set.ts';
import { type Plan, readPlan, type SetName, type Target, USAGE } from './load/read-plan.ts';
import { type Asked, runScenario } from './load/run-scenario.ts';
import { buildHouse, HOUSE } from './prove/child.ts';
import { cpuMs } from './prove/cpu-time.ts';
import { describeCommit, describeMachine } from './prove/evidence.ts';
import { makeEnvironment, startHouse } from './prove/house-process.ts';
import { foldSummary, type Row } from './report/fold-summary.ts';
import { listCrossed, type Report, show } from './report/report.ts';
import { writeMarkdown } from './report/write-markdown.ts';
import { writePage } from './report/write-page.ts';

/** `npm run loadtest`: k6 against a server that was just started, and a report. */
async function main(plan: Plan): Promise<void> {
  const k6 = getK6();
  buildHouse();
  const folder = mkdtempSync(join(tmpdir(), 'turnout-load-'));
  const rows: Row[] = [];
  try {
    for (const set of plan.sets) rows.push(...(await loadOurs(k6.program, plan, set, folder)));
    if (plan.target !== undefined) rows.push(...(await loadTarget(k6.program, plan, plan.target, folder)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  const { cpu, cores, node } = describeMachine();
  writeReport(plan, {
    at: new Date().toISOString(),
    commit: describeCommit(),
    machine: `${cpu} with ${cores} cores, Node ${node}`,
    k6: `k6 ${k6.version}`,
    database: process.env.DATABASE_URL === undefined ? 'embedded' : 'Postgres',
    seconds: plan.seconds,
    rows,
  });
  if (listCrossed(rows).length > 0) process.exitCode = 1;
}

/** A server of its own for each set of flags, in a project that no earlier run has made. */
async function loadOurs(program: string, plan: Plan, set: SetName, folder: string): Promise<Row[]> {
  const { DATABASE_URL } = process.env;
  const house = await startHouse(DATABASE_URL === undefined ? {} : { DATABASE_URL });
  try {
    const project = `load-${Date.now().toString(36)}`;
    const key = await makeEnvironment(house, project);
    const from = performance.now();
    const count = await authorSet(house, project, set);
    const took = `${((performance.now() - from) / 1_000).toFixed(1)} s`;
    console.log(`Turnout with ${count.toLocaleString('en-US')} flags, imported in ${took}`);
    const environment = `/projects/${project}/environments/production`;
    const asked = { url: house.url, key, token: house.token, environment, isLarge: set === 'large' };
    const server = `Turnout, ${count.toLocaleString('en-US')} flags`;
    return await runAll(program, plan, asked, server, folder, () => cpuMs(house.child.pid as number));
  } finally {
    await house.end();
  }
}

async function loadTarget(program: string, plan: Plan, target: Target, folder: string): Promise<Row[]> {
  console.log(`${target.name} at ${target.url}`);
  return runAll(program, plan, target, target.name, folder);
}

async function runAll(
  program: string,
  plan: Plan,
  asked: Asked,
  server: string,
  folder: string,
  cpu?: () => number,
): Promise<Row[]> {
  const rows: Row[] = [];
  const { seconds } = plan;
  for (const scenario of plan.scenarios) {
    const before = cpu?.() ?? 0;
    const summary = await runScenario(program, scenario, asked, seconds, folder);
    const spent = cpu === undefined ? {} : { cpuMs: cpu() - before };
    const row = foldSummary({ scenario, server, seconds, ...spent }, summary);
    rows.push(row);
    const crossed = listCrossed([row]).length > 0 ? '   a threshold was crossed' : '';
    const { median, p95 } = row.steady;
    console.log(
      `  ${scenario.padEnd(10)} ${show(row.perSecond).padStart(7)} /s   ${show(median)} – ${show(p95)} ms${crossed}`,
    );
  }
  return rows;
}

function writeReport(plan: Plan, report: Report): void {
  const results = join(HOUSE, 'loadtest', 'results');
  mkdirSync(results, { recursive: true });
  const markdown = writeMarkdown(report);
  const files = ['loadtest/results/report.md', 'loadtest/results/report.html'];
  writeFileSync(join(results, 'report.md'), markdown);
  writeFileSync(join(results, 'report.html'), writePage(report));
  if (plan.keep) {
    files.push('docs/evidence/loadtest.md');
    writeFileSync(join(HOUSE, 'docs', 'evidence', 'loadtest.md'), markdown);
  }
  console.log(`\n${markdown}\nwritten to ${files.join(', ')}`);
}

let plan: Plan | undefined;
try {
  plan = readPlan(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exitCode = 2;
}
if (plan !== undefined) await main(plan);
