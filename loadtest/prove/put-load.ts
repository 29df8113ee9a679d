import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.ts';

/** A bounded load: so many connections, each with one request under way, for so long. Loopback only. */
export interface LoadOrder {
  port: number;
  connections: number;
  seconds: number;
  /** The status that every answer must have. */
  status: number;
  /** Whole requests as they go on the wire; they are sent in turn. */
  requests: string[];
}

export interface LoadResult {
  requestsPerSecond: number;
  answers: number;
  /** Milliseconds. */
  p50: number;
  p99: number;
}

const MOST_CONNECTIONS = 256;
const MOST_SECONDS = 60;

/** Runs a load and counts the answers; throws at the first answer of another status. */
export async function putLoad(order: LoadOrder): Promise<LoadResult> {
  if (order.connections > MOST_CONNECTIONS || order.seconds > MOST_SECONDS)
    throw new Error('this load is out of bounds');
  const requests = order.requests.map((text) => Buffer.from(text));
  const waits = new Float64Array(4_000_000);
  let sent = 0;
  let answers = 0;
  const sockets = await Promise.all(Array.from({ length: order.connections }, () => openConnection(order.port)));
  const begun = performance.now();
  const until = begun + order.seconds * 1_000;
  const drive = (socket: Socket) =>
    new Promise<void>((resolve, reject) => {
      const reader = new AnswerReader();
      let at = 0;
      const send = () => {
        at = performance.now();
        if (at >= until) return resolve();
        socket.write(requests[sent++ % requests.length] as Buffer);
      };
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed a connection')));
      socket.on('data', (bytes) => {
        try {
          const status = reader.take(bytes);
          if (status === undefined) return;
          if (status !== order.status)
            throw new Error(`expected ${order.status}, got:\n${bytes.toString().slice(0, 600)}`);
          waits[answers++ % waits.length] = performance.now() - at;
          send();
        } catch (error) {
          reject(error);
        }
      });
      send();
    });
  try {
    await Promise.all(sockets.map(drive));
  } finally {
    for (const socket of sockets) socket.removeAllListeners('close').destroy();
  }
  const seconds = (performance.now() - begun) / 1_000;
  const sorted = waits.subarray(0, Math.min(answers, waits.length)).sort();
  const rank = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
  return { requestsPerSecond: answers / seconds, answers, p50: rank(0.5), p99: rank(0.99) };
}

function openConnection(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.removeListener('error', reject);
      resolve(socket);
    });
  });
}
