import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a small app shows at /metrics, as a test sets it. */
export interface Exporter {
  target: string;
  /** By series, such as `requests_total{code="500"}`. */
  values: Map<string, number>;
  close(): Promise<void>;
}

export async function startExporter(values: Record<string, number>): Promise<Exporter> {
  const shown = new Map(Object.entries(values));
  const server: Server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' });
    response.end([...shown].map(([series, value]) => `${series} ${value}\n`).join(''));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    target: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    values: shown,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
