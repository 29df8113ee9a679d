import type { Options } from 'k6/options';

/** What `npm run loadtest` hands to a scenario, by environment variables. */
export const settings = {
  /** The server's address, without a slash at its end. */
  url: __ENV.TARGET ?? 'http://127.0.0.1:8420',
  /** A server key. */
  key: __ENV.KEY ?? '',
  /** A token that may flip; only `admin` needs it. */
  token: __ENV.TOKEN ?? '',
  /** Where the flags are authored, as a path of the admin API. */
  environment: __ENV.ENVIRONMENT ?? '',
  /** The flags that are asked, where the server cannot list them. */
  flagKeys: (__ENV.FLAG_KEYS ?? '').split(',').filter((key) => key !== ''),
  seconds: Number(__ENV.SECONDS ?? 3),
  /** Whether the server has thousands of flags: what answers with all of them is then asked less often. */
  isLarge: __ENV.LARGE === 'yes',
  summary: __ENV.SUMMARY ?? 'summary.json',
};

/** How hard a scenario pushes, and how fast the answers are to be meanwhile. */
export interface Load {
  /** Calls a second in the steady part, whether or not earlier ones are answered. */
  rate: number;
  /** How many callers go flat out, each with one call under way. */
  callers: number;
  /** What 95 of 100 answers of the steady part take at most, in ms. */
  p95: number;
}

/**
 * Two parts, one after the other: `steady` at a fixed rate, from which latencies come (a slow answer delays no later
 * call, so nothing is left out), and `flatOut`, from which the rate comes. Their names are read by the report.
 */
export function describeLoad({ rate, callers, p95 }: Load): Options {
  const duration = `${settings.seconds}s`;
  return {
    discardResponseBodies: true,
    summaryTrendStats: ['min', 'med', 'p(95)', 'p(99)', 'max'],
    scenarios: {
      steady: {
        executor: 'constant-arrival-rate',
        rate,
        timeUnit: '1s',
        duration,
        preAllocatedVUs: 2 * callers,
        maxVUs: 10 * callers,
        gracefulStop: '2s',
      },
      flatOut: {
        executor: 'constant-vus',
        vus: callers,
        duration,
        startTime: `${settings.seconds + 1}s`,
        gracefulStop: '2s',
      },
    },
    thresholds: {
      http_req_failed: ['rate<0.001'],
      checks: ['rate>0.999'],
      'http_req_duration{scenario:steady}': [`p(95)<${p95}`],
      // These two hold always: a figure of one part is in the summary only where a threshold names it.
      'http_req_duration{scenario:flatOut}': ['p(95)>=0'],
      'http_reqs{scenario:flatOut}': ['count>=0'],
    },
  };
}
