// Holds open streams of values as so many pages would, in a process of its own: opens as many as it is told to, and says
// of each flag that it is asked for when every stream had heard of its kill.
import http from 'node:http';

/** The first message to it. It answers `{ open }` once all are open. */
export interface StreamsOrder {
  url: string;
  key: string;
  streams: number;
}

/** The other one: answers `{ at }` with the moments at which the streams heard the last kill of this flag, in ms. */
export interface HeardOrder {
  heard: string;
}

const agent = new http.Agent({ maxSockets: Number.POSITIVE_INFINITY });
/** So many streams a second does a node open for one key and address. */
const TOGETHER = 50;
const now = () => performance.timeOrigin + performance.now();
/** By flag, when each stream heard last that it is killed. */
const heard = new Map<string, Map<number, number>>();

async function openAll({ url, key, streams }: StreamsOrder): Promise<void> {
  for (let begun = 0; begun < streams; begun += TOGETHER) {
    const length = Math.min(TOGETHER, streams - begun);
    // A key may ask only so often in a second.
    const second = new Promise((resolve) => setTimeout(resolve, begun + length < streams ? 1_050 : 0));
    await Promise.all([second, ...Array.from({ length }, (_, at) => open(url, key, begun + at))]);
  }
}

function open(url: string, key: string, stream: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(`${url}/client/v1/values`, { method: 'POST', agent }, (response) => {
      if (response.statusCode !== 200) return reject(new Error(`a stream was answered with ${response.statusCode}`));
      let left = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        resolve();
        const frames = (left + piece).split('\n\n');
        left = frames.pop() ?? '';
        for (const frame of frames) note(frame, stream);
      });
    });
    request.on('error', reject).end(JSON.stringify({ key, context: { targetingKey: `user-${stream}` } }));
  });
}

/** What a frame says is held is what kills bring about before a revision records them. */
function note(frame: string, stream: number): void {
  const data = /^data: (.*)$/m.exec(frame)?.[1];
  if (data === undefined || !frame.includes('event: values')) return;
  const { held } = JSON.parse(data) as { held: Record<string, object> };
  for (const key of Object.values(held).flatMap((items) => Object.keys(items))) {
    const times = heard.get(key) ?? new Map<number, number>();
    if (!times.has(stream)) times.set(stream, now());
    heard.set(key, times);
  }
}

process.on('message', (order: StreamsOrder | HeardOrder) => {
  if ('heard' in order) {
    process.send?.({ at: [...(heard.get(order.heard)?.values() ?? [])] });
    heard.clear();
    return;
  }
  openAll(order).then(
    () => process.send?.({ open: order.streams }),
    (error: Error) => process.send?.({ error: error.message }),
  );
});
process.on('disconnect', () => process.exit(0));
