import { BUILT_ADMIN_UI } from './admin-ui.ts';
import { buildWhereMissing } from './built-files.ts';
import { readConfig, SettingsFault } from './config.ts';
import { isDriverStumble } from './database/driver-stumble.ts';
import { greet } from './demo.ts';
import { BUILT_DEMO_SHOP } from './demo-shop.ts';
import { createLogger, type Logger } from './platform/logger.ts';
import { settleTicks } from './platform/settle-ticks.ts';
import { endOnSignals } from './platform/shutdown.ts';
import { type RunningHouse, startHouse } from './start-house.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The exit codes of a server that does not start: it was not asked for rightly, or it cannot. */
const BAD_SETTINGS = 2;
const CANNOT_START = 1;

/**
 * The process of a server, from its settings to its end. It prints where it listens before anything slow happens. An
 * unhandled rejection is logged and the server goes on; what nobody caught at all ends it, in order and with a reason.
 */
export async function runServer(env: Environment, argv: readonly string[]): Promise<void> {
  const config = readOrExplain(env, argv);
  if (config === undefined) {
    process.exitCode = BAD_SETTINGS;
    return;
  }
  await settleTicks();
  outliveReaders();
  const logger = createLogger(config.logLevel);
  let house: RunningHouse | undefined;
  const end = async (why: string) => {
    logger.info({ why }, 'ending');
    await house?.close();
    logger.info({}, 'ended');
  };
  endOnSignals(process, end);
  process.on('unhandledRejection', (error) => logger.error({ error }, 'a promise was rejected and nobody heard it'));
  process.on('uncaughtException', (error) => {
    if (isDriverStumble(error)) logger.error({ error }, 'the database ended a connection that was being written to');
    else endBecause(logger, error, end);
  });
  try {
    house = await startHouse(config, logger, { onFatal: (error) => endBecause(logger, error, end) });
    buildWhereMissing(BUILT_ADMIN_UI, logger);
    if (config.demo) buildWhereMissing(BUILT_DEMO_SHOP, logger);
    await house.opened;
    if (house.rootToken.made) showRootToken(house.rootToken, logger);
    if (house.setupLink !== undefined && !house.draining) showSetupLink(house.setupLink);
    if (house.demo && !house.draining) process.stdout.write(`${greet(house.url, config.dataDir)}\n`);
  } catch (error) {
    explainFailure(error, logger);
    process.exitCode = CANNOT_START;
    await house?.close();
    process.exit();
  }
}

/** A server whose log nobody reads any more goes on serving. Unheard, the broken pipe would be logged, for ever. */
function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
}

function readOrExplain(env: Environment, argv: readonly string[]) {
  try {
    return readConfig(env, argv);
  } catch (error) {
    if (!(error instanceof SettingsFault)) throw error;
    process.stderr.write(`${error.message}\nAll settings: turnout start --help\n`);
    return undefined;
  }
}

function endBecause(logger: Logger, error: unknown, end: (why: string) => Promise<void>): void {
  logger.fatal({ error }, 'this process cannot go on');
  end('it cannot go on').finally(() => process.exit(CANNOT_START));
}

/** Why a start failed is told in one sentence, and in full to the log for whoever needs more. */
function explainFailure(error: unknown, logger: Logger): void {
  const sentence = error instanceof Error ? error.message : String(error);
  process.stderr.write(`turnout cannot start: ${sentence}\n`);
  logger.debug({ error }, 'the start failed');
}

/** The same of the link with which somebody becomes the first administrator. */
function showSetupLink(link: string): void {
  if (process.stdout.isTTY)
    process.stdout.write(`\n  Sign in      ${link}\n               works once, within an hour\n`);
}

/** The token goes to a terminal and into its file, and never into a log. */
function showRootToken({ token, path }: RunningHouse['rootToken'], logger: Logger): void {
  if (process.stdout.isTTY) process.stdout.write(`\n  Root token   ${token}\n               kept in ${path}\n`);
  else logger.info({ file: path }, 'a root token was made');
}
