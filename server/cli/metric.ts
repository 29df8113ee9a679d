import type { MetricAnswer } from '../metrics/metric-contract.ts';
import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { findProject, inPath, projectPath } from './find-place.ts';

async function runMetric(asked: Asked): Promise<Exit> {
  const [what, key, kind, event] = asked.words;
  if (what === 'list' && key === undefined) return listMetrics(asked);
  if (what === 'set' && key !== undefined && kind !== undefined && event !== undefined) {
    return setMetric(asked, key, kind, event);
  }
  if (what === 'delete' && key !== undefined && kind === undefined) return deleteMetric(asked, key);
  throw new UsageFault(
    'Say turnout metric list, turnout metric set <key> <kind> <event>, or turnout metric delete <key>.',
  );
}

async function listMetrics(asked: Asked): Promise<Exit> {
  const api = await Api.open(asked);
  const path = await metricsPath(api, asked);
  const { items } = (await api.call<{ items: MetricAnswer[] }>('GET', path)).body;
  const { shell, given } = asked;
  for (const metric of items) shell.print(given.json ? JSON.stringify(metric) : describeMetric(metric));
  if (items.length === 0 && !given.json) shell.print('There is no metric yet. Define one: turnout metric set --help');
  return EXIT.done;
}

async function setMetric(asked: Asked, key: string, kind: string, event: string): Promise<Exit> {
  const { worse, unit, cap, per, reason } = asked.given;
  if (cap !== undefined && !(Number(cap) > 0)) throw new UsageFault(`${cap} is no cap: it is a number above 0.`);
  const body = {
    ...{ kind, event },
    ...(worse === undefined ? {} : { direction: worse }),
    ...(unit === undefined ? {} : { unit }),
    ...(cap === undefined ? {} : { cap: Number(cap) }),
    ...(per === undefined ? {} : { denominator: per }),
    ...(reason === undefined ? {} : { reason }),
  };
  const api = await Api.open(asked);
  const path = `${await metricsPath(api, asked)}/${inPath(key)}`;
  const { metric } = (await api.call<{ metric: MetricAnswer }>('PUT', path, { body, headers: { 'if-match': '*' } }))
    .body;
  asked.shell.print(asked.given.json ? JSON.stringify(metric) : describeMetric(metric));
  return EXIT.done;
}

async function deleteMetric(asked: Asked, key: string): Promise<Exit> {
  const { reason, json } = asked.given;
  const api = await Api.open(asked);
  const body = reason === undefined ? {} : { reason };
  await api.call('DELETE', `${await metricsPath(api, asked)}/${inPath(key)}`, { body });
  asked.shell.print(json ? JSON.stringify({ metric: key }) : `${key} is deleted.`);
  return EXIT.done;
}

async function metricsPath(api: Api, asked: Asked): Promise<string> {
  return `${projectPath(await findProject(api, asked))}/metrics`;
}

/** `checkout.ms: mean of checkout.ms in ms, cut at 5000; up is worse`. */
function describeMetric({ key, kind, event, denominator, direction, unit, cap, source }: MetricAnswer): string {
  const of = denominator === undefined ? event : `${event} to ${denominator}`;
  const values = `${unit === '' ? '' : ` in ${unit}`}${cap === undefined ? '' : `, cut at ${cap}`}`;
  return `${key}: ${kind} of ${of}${values}; ${direction} is worse${source === 'client' ? '; told by clients' : ''}`;
}

export const metricCommand: Command = {
  name: 'metric',
  words: ['<list|set|delete>', '[key]', '[rate|mean|ratio]', '[event]'],
  summary: 'Show and define what the guards of policies look at',
  teaching:
    'A metric is made of an event that apps track. A rate is the share of units that had it after they were exposed; a mean ' +
    'is of each unit’s first value, cut at --cap, so that one value does not decide; a ratio (--per) is shown and never ' +
    'tested.\n\n' +
    'While a policy names a metric, what decides its verdicts stays as it is: define another one instead.',
  examples: [
    'turnout metric set checkout.error rate checkout.error -p shop',
    'turnout metric set checkout.ms mean checkout.ms --unit ms --cap 5000 -p shop',
    'turnout metric list -p shop',
  ],
  options: ['project', 'worse', 'unit', 'cap', 'per', 'reason', ...REACH],
  run: runMetric,
};
