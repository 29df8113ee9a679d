import { type DebianProgram, findProgram, startDebianProgram } from './debian-program.fixture.ts';

export const alertmanagerPath = findProgram('prometheus-alertmanager');

/** A real Alertmanager that tells one webhook of everything within a second, as operations.md shows it. */
export function startAlertmanager(
  path: string,
  hook: { url: string; token: string },
  port?: number,
): Promise<DebianProgram> {
  const config = {
    route: { receiver: 'turnout', group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      {
        name: 'turnout',
        webhook_configs: [
          {
            url: hook.url,
            send_resolved: true,
            http_config: { authorization: { type: 'Bearer', credentials: hook.token } },
          },
        ],
      },
    ],
  };
  return startDebianProgram({
    path,
    port,
    files: { 'alertmanager.json': JSON.stringify(config) },
    args: (folder, port) => [
      `--config.file=${folder}/alertmanager.json`,
      `--storage.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      // Alone: otherwise it waits for others that may know an alert.
      '--cluster.listen-address=',
      '--log.level=warn',
    ],
    readyPath: '/-/ready',
  });
}
