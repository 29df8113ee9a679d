import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const VERSION = 'v1.8.1';
const FOLDER = fileURLToPath(new URL('./.tools/', import.meta.url));

/** A k6 that runs: the one on the path, else one of our own, which is built once where there is none. */
export function getK6(): { program: string; version: string } {
  for (const program of ['k6', `${FOLDER}k6`]) {
    const version = askVersion(program);
    if (version !== undefined) return { program, version };
  }
  buildK6();
  const version = askVersion(`${FOLDER}k6`);
  if (version === undefined) throw new Error(`k6 was built into ${FOLDER}, but it does not run here`);
  return { program: `${FOLDER}k6`, version };
}

/** There is an empty package of that name on npm, so that who answers must say what a k6 says. */
function askVersion(program: string): string | undefined {
  try {
    const said = execFileSync(program, ['version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return /^k6(?:\.exe)? (v\d+\.\d+\.\d+)/.exec(said)?.[1];
  } catch {
    return undefined;
  }
}

function buildK6(): void {
  console.log(`k6 is not installed. Building ${VERSION} into loadtest/.tools with Go: once, one to three minutes.`);
  try {
    execFileSync('go', ['install', `go.k6.io/k6@${VERSION}`], {
      env: { ...process.env, GOBIN: FOLDER },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'go is not installed either' : 'go could not build it';
    throw new Error(
      `k6 is needed for load tests, and ${why}. Install k6 (https://grafana.com/docs/k6/latest/set-up/install-k6/) or Go 1.24 or later.`,
    );
  }
}
