import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { conformanceSuites, runConformance } from '@turnout/core/conformance';
import { HOUSE } from './child.ts';
import { keepEvidence } from './evidence.ts';

const VERSIONS = [20, 22, 24];

/** A server of one ruleset and one patch, a client that follows it, and every vector; ends by itself, or not at all. */
const APP = `
const http = require('node:http');
const { readFileSync } = require('node:fs');
const frame = (event, data, id) => 'event: ' + event + '\\n' + (id ? 'id: ' + id + '\\n' : '') + 'data: ' + JSON.stringify(data) + '\\n\\n';
const flag = (state) => ({ key: 'a', type: 'boolean', variants: { on: true, off: false }, state, offVariant: 'off', prerequisites: [], rules: [], fallthrough: { variant: 'on' }, clientVisible: false });
const ruleset = { schema: 1, project: 'p', environment: 'e', epoch: 'x', revision: 1, view: 'main', shedLevel: 0, flags: { a: flag('on') }, segments: {} };
const patch = { from: 'x.1', to: 'x.2', flags: { a: flag('off') }, removedFlags: [], segments: {}, removedSegments: [], settles: [] };
module.exports = async ({ Turnout }) => {
  const answers = JSON.parse(readFileSync('suites.json', 'utf8')).map(({ ruleset, cases }) => {
    const client = new Turnout({ url: '', key: '', logger: false, bootstrap: { ruleset, overlay: [], settled: [] } });
    return cases.map(({ flag, context }) => client.evaluate(flag, null, context));
  });
  const server = http.createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(frame('hello', { heartbeatMs: 4000, node: 'n' }) + frame('overlay', { overlay: [], settled: [], position: 'x.1' }));
    response.write(frame('ruleset', { ruleset, overlay: [], settled: [] }, 'x.1'));
    setTimeout(() => response.write(frame('patch', patch, 'x.2')), 100).unref();
  });
  server.on('connection', (socket) => socket.unref());
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const client = new Turnout({ url: 'http://127.0.0.1:' + server.address().port, key: 'k', logger: false });
  const { source } = await client.ready();
  const hold = setTimeout(() => {}, 10_000);
  const flipped = await new Promise((resolve) => client.watch('a', false, {}, (now, before) => resolve([before.value, now.value])));
  clearTimeout(hold);
  server.unref();
  console.log(JSON.stringify({ node: process.version, source, flipped, answers }));
};
`;
const ENTRIES = {
  'app.mjs': `import * as sdk from '@turnout/sdk-node';\nimport app from './app.cjs';\nawait app(sdk);\n`,
  'main.cjs': `require('./app.cjs')(require('@turnout/sdk-node'));\n`,
};

interface Said {
  node: string;
  source: string;
  flipped: boolean[];
  answers: unknown[][];
}

/**
 * `prove -- nodes`: the packed SDK on each version of Node that it promises, as an ES module and as CommonJS. Needs the
 * registry for the versions that are not here.
 */
export async function proveNodes(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'turnout-nodes-'));
  try {
    await installApp(folder);
    const facts: Record<string, string> = {};
    for (const version of VERSIONS) {
      for (const entry of Object.keys(ENTRIES)) {
        const args = ['--yes', '-p', `node@${version}`, 'node', entry];
        const text = execFileSync('npx', args, { cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 26, timeout: 300_000 });
        const said: Said = JSON.parse(text);
        facts[`${said.node}, ${entry}`] = await judge(said);
      }
    }
    keepEvidence({
      proof: 'nodes',
      method:
        'The packed SDK, installed into an empty project: all conformance vectors, a flip over a stream, and an end by itself.',
      figures: [],
      facts,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function installApp(folder: string): Promise<void> {
  execFileSync('npm', ['run', '--silent', 'build', '-w', 'sdk-node'], { cwd: HOUSE, stdio: 'inherit' });
  execFileSync('npm', ['pack', '--silent', '-w', 'sdk-node', '--pack-destination', folder], { cwd: HOUSE });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? 'nothing was packed';
  writeFileSync(join(folder, 'package.json'), '{"name": "app", "version": "1.0.0", "private": true}');
  execFileSync('npm', ['install', '--offline', `./${tarball}`], { cwd: folder });
  writeFileSync(join(folder, 'app.cjs'), APP);
  for (const [name, text] of Object.entries(ENTRIES)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'suites.json'), JSON.stringify(conformanceSuites()));
}

/** Holds what an app said against the vectors; throws where it said something else. */
async function judge({ node, source, flipped, answers }: Said): Promise<string> {
  const suites = [...answers];
  const { asked, mismatches } = await runConformance<unknown>({
    load() {
      const given = [...(suites.shift() ?? [])];
      return () => given.shift();
    },
    says: (expected) => ('value' in expected ? expected : { ...expected, value: null }),
  });
  if (mismatches.length > 0 || source !== 'stream' || `${flipped}` !== 'true,false') {
    throw new Error(`Node ${node}: ${JSON.stringify({ source, flipped, mismatches })}`);
  }
  return `${asked} vectors, a flip, ended by itself`;
}
