import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkDrizzle, checkImports, checkRoutes } from './loadtest/house-rules/check-imports.ts';
import { checkPatterns, checkPurity } from './loadtest/house-rules/check-purity.ts';
import { checkLimits, checkMarkup, checkNames, checkPlaces, checkTypes } from './loadtest/house-rules/check-shape.ts';
import { type Finding, type House, printFindings, withoutExceptions } from './loadtest/house-rules/house.ts';
import { listFiles } from './loadtest/house-rules/list-files.ts';
import { readSource } from './loadtest/house-rules/read-source.ts';

/** The invariants of ARCHITECTURE.md. What may be where is data; how it is checked is in loadtest/house-rules. */
const house: House = {
  edges: {
    core: { products: ['re2js'], tests: ['*'], node: false, tools: ['core/conformance/'] },
    'sdk-node': {
      products: ['@turnout/core', '@openfeature/server-sdk'],
      tests: ['*'],
      node: true,
      tools: ['sdk-node/bundle.ts'],
    },
    'sdk-browser': {
      products: ['@turnout/core', '@openfeature/web-sdk', 'react'],
      tests: ['*'],
      node: false,
      tools: ['sdk-browser/bundle.ts', 'sdk-browser/browser/', 'sdk-browser/demo/build.ts'],
    },
    'admin-ui': {
      products: ['@turnout/core', '@turnout/server', '*'],
      tests: [],
      node: false,
      tools: ['admin-ui/vite.config.ts', 'admin-ui/browser/'],
    },
    server: {
      products: ['@turnout/core', '@turnout/migrations', '*'],
      tests: ['@turnout/sdk-node', '@turnout/sdk-browser'],
      node: true,
    },
    migrations: { products: [], tests: ['*', '@turnout/server'], node: true },
    loadtest: { products: ['@turnout/core', '@turnout/sdk-node', '@turnout/server', '*'], tests: [], node: true },
    '': { products: ['*'], tests: ['*'], node: true },
  },
  order: [
    'platform',
    'statistics',
    'database',
    'access',
    'changes',
    'environments',
    'segments',
    'flags',
    'transfer',
    'delivery',
    'evaluation',
    'fleet',
    'incidents',
    'requests',
    'metrics',
    'signals',
    'policies',
    'decisions',
    'gates',
    'rollouts',
    'releases',
    'trains',
    'live',
    'journeys',
  ],
  above: [
    'server/main.ts',
    'server/admin-ui.ts',
    'server/app.ts',
    'server/built-files.ts',
    'server/contracts.ts',
    'server/config.ts',
    'server/demo-apps.ts',
    'server/demo-changes.ts',
    'server/demo-flags.ts',
    'server/demo-life.ts',
    'server/demo-past.ts',
    'server/demo-project.ts',
    'server/demo-rollout.ts',
    'server/demo-shop.ts',
    'server/demo-shoppers.ts',
    'server/demo-traffic.ts',
    'server/demo-train.ts',
    'server/docs-page.ts',
    'server/front-door.ts',
    'server/list-degraded.ts',
    'server/open-database.ts',
    'server/parts.ts',
    'server/protocols.ts',
    'server/raw-paths.ts',
    'server/rooms.ts',
    'server/run-server.ts',
    'server/start-house.ts',
    'server/watch-database.ts',
    'server/watch-silent-sessions.ts',
    'server/settings.ts',
    'server/openapi.ts',
    'server/first-start.ts',
    'server/demo.ts',
    'server/cli/',
  ],
  mayTouchDrizzle: [
    /store\.ts$/,
    /\/tables\.ts$/,
    /^server\/database\//,
    /^server\/changes\/(append-entry|commit-change|follow|new-epoch|verify-chain)\.ts$/,
    /^server\/delivery\/read-ruleset\.ts$/,
    /^migrations\//,
  ],
  mayTouchHttp: [/contract\.ts$/, /routes\.ts$/, /^server\/platform\//, /^server\/access\/guard\.ts$/],
  pure: [
    'server/platform/is-object-key.ts',
    'server/platform/json-depth.ts',
    'server/platform/json-fault.ts',
    'server/platform/json-pointer.ts',
    'server/platform/merge-patch.ts',
    'server/platform/problem.ts',
    'server/statistics/',
    'server/decisions/',
    'server/access/context-rule.ts',
    'server/access/permissions.ts',
    'server/access/principal.ts',
    'server/access/without-archived.ts',
    'server/changes/canonical.ts',
    'server/changes/chain.ts',
    'server/changes/direction.ts',
    'server/changes/entry-body.ts',
    'server/changes/grace.ts',
    'server/environments/flags-reached.ts',
    'server/changes/require-unchanged.ts',
    'server/changes/tell-change.ts',
    'server/changes/tell-member.ts',
    'server/segments/check-segment.ts',
    'server/segments/dependents.ts',
    'server/segments/named-segments.ts',
    'server/segments/refuse-tangles.ts',
    'server/segments/segment.ts',
    'server/segments/sizes.ts',
    'server/segments/tell-segment-change.ts',
    'server/flags/check-configuration.ts',
    'server/flags/check-flag.ts',
    'server/flags/check-variants.ts',
    'server/flags/configuration.ts',
    'server/flags/describe-serve.ts',
    'server/flags/listening.ts',
    'server/flags/log-flag-change.ts',
    'server/flags/patch-configuration.ts',
    'server/flags/plan-configuration.ts',
    'server/flags/plan-serve.ts',
    'server/flags/rollout.ts',
    'server/flags/run-after.ts',
    'server/flags/tell-flag-change.ts',
    'server/transfer/flagd-condition.ts',
    'server/transfer/flagd-expression.ts',
    'server/transfer/flagd-fractional.ts',
    'server/transfer/flagd-targeting.ts',
    'server/transfer/not-carried.ts',
    'server/transfer/read-flagd.ts',
    'server/transfer/tell-import.ts',
    'server/transfer/work-allowance.ts',
    'server/transfer/write-flagd.ts',
    'server/transfer/write-turnout.ts',
    'server/delivery/base.ts',
    'server/delivery/build-ruleset.ts',
    'server/delivery/carried-kills.ts',
    'server/delivery/compare-position.ts',
    'server/delivery/named-entries.ts',
    'server/delivery/overlay.ts',
    'server/delivery/patch-ring.ts',
    'server/delivery/serve-base.ts',
    'server/metrics/entry-units.ts',
    'server/metrics/evidence.ts',
    'server/metrics/judge-windows.ts',
    'server/metrics/moment-order.ts',
    'server/metrics/new-units.ts',
    'server/metrics/page-units.ts',
    'server/metrics/read-units.ts',
    'server/metrics/scatter.ts',
    'server/metrics/suggest-below.ts',
    'server/metrics/told-times.ts',
    'server/metrics/unit-row.ts',
    'server/metrics/waiting-events.ts',
    'server/cli/read-flag-file.ts',
    'server/cli/write-flag-types.ts',
    'server/evaluation/item-text.ts',
    'server/evaluation/signed-claims.ts',
    'server/evaluation/values-step.ts',
    'server/evaluation/written-flags.ts',
    'server/fleet/flip.ts',
    'server/fleet/instance.ts',
    'server/fleet/instance-row.ts',
    'server/fleet/read-receipt.ts',
    'server/fleet/receipt-token.ts',
    'server/incidents/incident.ts',
    'server/incidents/tell-incident.ts',
    'server/metrics/flip-evidence.ts',
    'server/metrics/lifecycle.ts',
    'server/metrics/read-prometheus.ts',
    'server/metrics/report.ts',
    'server/signals/hook.ts',
    'server/signals/read-delivery.ts',
    'server/signals/signal.ts',
    'server/metrics/tell-source.ts',
    'server/policies/check-gates.ts',
    'server/policies/check-guards.ts',
    'server/policies/check-path.ts',
    'server/policies/check-units.ts',
    'server/policies/floor.ts',
    'server/policies/ground.ts',
    'server/policies/loosened-terms.ts',
    'server/policies/loosening.ts',
    'server/policies/policy.ts',
    'server/policies/quantity.ts',
    'server/policies/read-document.ts',
    'server/policies/remark-on.ts',
    'server/policies/say-beginning.ts',
    'server/gates/check-reading.ts',
    'server/gates/probe.ts',
    'server/rollouts/reach.ts',
    'server/rollouts/readings.ts',
    'server/rollouts/steer-right.ts',
    'server/rollouts/tell-rollout.ts',
    'server/releases/plan-rollback.ts',
    'server/releases/split-rollback.ts',
    'server/trains/boarding-items.ts',
    'server/trains/car-needs.ts',
    'server/trains/due.ts',
    'server/trains/lasting.ts',
    'server/trains/say-departure.ts',
    'server/trains/plan-departure.ts',
    'server/trains/say-velocity.ts',
    'server/releases/diff-releases.ts',
    'server/releases/form.ts',
    'server/releases/known-good.ts',
    'server/releases/release.ts',
    'server/releases/tell-release.ts',
    'server/trains/judge-car.ts',
    'server/trains/order-cars.ts',
    'server/trains/way-back.ts',
  ],
  unlimitedFiles: [/\/tables\.ts$/, /contract\.ts$/, /\.generated\.ts$/],
  exceptions: {
    'core/evaluate/semver.ts: patterns': 'put together once, of its own pieces',
    'core/evaluate/condition.ts: cast': 'what was checked field by field just above is now that type',
    'core/evaluate/schemes/sha1.ts: cast': 'five words of an Int32Array, taken apart at once',
    'server/demo-traffic.ts: edges': 'the apps of the demo are clients of the SDK like anybody’s',
    'server/database/embedded.ts: cast': 'two drivers with one surface: Drizzle gives each its own type',
    'server/database/postgres.ts: cast': 'two drivers with one surface: Drizzle gives each its own type',
    'loadtest/house-rules/read-source.ts: cast': 'the parser’s tree has hundreds of types; the walk needs one',
  },
};

const root = import.meta.dirname;
const files = listFiles(root);
const text = (path: string) => readFileSync(join(root, path), 'utf8');
const sources = files.filter((path) => path.endsWith('.ts')).map((path) => readSource(path, text(path)));

const rules: Record<string, () => Finding[]> = {
  'every room imports only what the table of edges allows, and the server only backwards': () =>
    sources.flatMap((source) => checkImports(source, house)),
  'SQL lives in stores, the one door, the log, the database room and the migrations': () =>
    sources.flatMap((source) => checkDrizzle(source, house)),
  'a room speaks HTTP in its contract and its routes': () => sources.flatMap((source) => checkRoutes(source, house)),
  'core and the pure files ask no clock, no dice and no world': () =>
    sources.flatMap((source) => checkPurity(source, house)),
  'nobody makes a regular expression of a text': () => sources.flatMap(checkPatterns),
  'functions, files and tests stay within their limits': () => sources.flatMap((source) => checkLimits(source, house)),
  'no type is any, and no double cast goes unexplained': () => sources.flatMap(checkTypes),
  'names say what a thing is or does': () => sources.flatMap(checkNames),
  'no text from outside becomes markup': () => sources.flatMap(checkMarkup),
  'no file names a place that only one machine has': () =>
    files
      .filter((path) => !/\.(sql\.gz|png|jpg|ico|woff2)$/.test(path))
      .flatMap((path) => checkPlaces(path, text(path))),
};

describe('the house', () => {
  // Exceptions are taken away over all rules at once, so that one that excepts nothing is found.
  const found = Object.entries(rules).map(([title, rule]) => [title, rule()] as const);
  const left = new Set(
    withoutExceptions(
      found.flatMap(([, findings]) => findings),
      house,
    ),
  );

  it.each(found)('%s', (_title, findings) => {
    expect(printFindings(findings.filter((finding) => left.has(finding)))).toEqual([]);
  });

  it('every exception excepts something', () => {
    expect(printFindings([...left].filter(({ rule }) => rule === 'exceptions'))).toEqual([]);
  });

  it('the files that are listed as pure are there, and there are sources to read in every room that has any', () => {
    expect(house.pure.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    for (const room of ['core', 'server', 'migrations', 'loadtest']) {
      expect(sources.filter(({ path }) => path.startsWith(`${room}/`)).length).toBeGreaterThan(2);
    }
  });
});
