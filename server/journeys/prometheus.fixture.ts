import { type DebianProgram, findProgram, startDebianProgram } from './debian-program.fixture.ts';

export const prometheusPath = findProgram('prometheus');

interface PrometheusOptions {
  /** What it scrapes, as `host:port`. */
  targets: string[];
  /** A rule that fires as soon as its expression has a result. */
  alert?: { name: string; expr: string; labels: Record<string, string> };
  /** Where alerts go, as `host:port`. */
  alertmanager?: string;
}

/** A real Prometheus that scrapes every second. */
export function startPrometheus(
  path: string,
  { targets, alert, alertmanager }: PrometheusOptions,
): Promise<DebianProgram> {
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    scrape_configs: [{ job_name: 'shop', static_configs: [{ targets }] }],
    ...(alert === undefined ? {} : { rule_files: ['rules.json'] }),
    ...(alertmanager === undefined
      ? {}
      : { alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] } }),
  };
  const rule = alert && { alert: alert.name, expr: alert.expr, labels: alert.labels };
  return startDebianProgram({
    path,
    // JSON is YAML.
    files: {
      'prometheus.json': JSON.stringify(config),
      'rules.json': JSON.stringify({ groups: rule === undefined ? [] : [{ name: 'shop', rules: [rule] }] }),
    },
    args: (folder, port) => [
      `--config.file=${folder}/prometheus.json`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    readyPath: '/-/ready',
  });
}
