import { adminCommand } from './admin-recover.ts';
import { Refused, Unreachable } from './api.ts';
import { boardCommand } from './board.ts';
import { checkCommand } from './check.ts';
import { codegenCommand } from './codegen.ts';
import { type Command, EXIT, type Exit, type Given, type Shell, UsageFault } from './command.ts';
import { departCommands } from './depart.ts';
import { evalCommand } from './evaluate.ts';
import { flipCommands } from './flip.ts';
import { freezeCommand } from './freeze.ts';
import { hookCommand } from './hook.ts';
import { incidentCommand } from './incident.ts';
import { instancesCommand } from './instances.ts';
import { metricCommand } from './metric.ts';
import { migrateCommand } from './migrate.ts';
import { newEpochCommand } from './new-epoch.ts';
import { policyCommand } from './policy.ts';
import { printHelp, printOverview } from './print-help.ts';
import { readWords } from './read-words.ts';
import { releaseCommand } from './release.ts';
import { requestCommand } from './request.ts';
import { rollbackCommand } from './rollback.ts';
import { rolloutCommand } from './rollout.ts';
import { showCommand } from './show.ts';
import { startCommand } from './start.ts';
import { tailCommand } from './tail.ts';
import { trainCommand } from './train.ts';
import { transferCommands } from './transfer.ts';
import { undoCommand } from './undo.ts';
import { verifyCommand } from './verify.ts';

/** In the order in which the help shows them. */
export const COMMANDS: readonly Command[] = [
  startCommand,
  ...flipCommands,
  showCommand,
  evalCommand,
  instancesCommand,
  tailCommand,
  undoCommand,
  rollbackCommand,
  rolloutCommand,
  releaseCommand,
  requestCommand,
  boardCommand,
  trainCommand,
  ...departCommands,
  freezeCommand,
  policyCommand,
  ...transferCommands,
  codegenCommand,
  incidentCommand,
  hookCommand,
  checkCommand,
  metricCommand,
  verifyCommand,
  newEpochCommand,
  adminCommand,
  migrateCommand,
];

/** Runs what was typed; answers how it ended. Everything that can go wrong is told here, and nothing is thrown. */
export async function runCommand(argv: readonly string[], shell: Shell): Promise<Exit> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const [about] = rest;
    const command = COMMANDS.find((one) => one.name === about);
    if (about !== undefined && command === undefined) return tellUnknown(about, shell);
    shell.print(command ? await printHelp(command) : printOverview(COMMANDS));
    return EXIT.done;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) return tellUnknown(name, shell);
  let given: Given = {};
  try {
    const read = readWords(command, rest);
    given = read.given;
    if (given.help) {
      shell.print(await printHelp(command));
      return EXIT.done;
    }
    return await command.run({ ...read, shell });
  } catch (error) {
    return tellFailure(error, given, shell);
  }
}

function tellUnknown(name: string, shell: Shell): Exit {
  const names = COMMANDS.map((one) => one.name).join(', ');
  shell.warn(`turnout: there is no command ${name}. There are: ${names}. See: turnout --help`);
  return EXIT.usage;
}

function tellFailure(error: unknown, given: Given, shell: Shell): Exit {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused) {
    if (given.json) shell.print(JSON.stringify(error.body));
    else for (const line of describeRefusal(error)) shell.warn(line);
    return EXIT.refused;
  }
  shell.warn(`turnout: ${message}`);
  // By name: the settings are loaded only by the commands that read them.
  if (error instanceof UsageFault || (error instanceof Error && error.name === 'SettingsFault')) return EXIT.usage;
  return error instanceof Unreachable ? EXIT.unreachable : EXIT.refused;
}

/** What was refused, why, and what would be right: the problem's own words. */
function describeRefusal({ status, body, message }: Refused): string[] {
  const code = typeof body.code === 'string' ? body.code : (body.errorCode ?? status);
  const title = typeof body.title === 'string' ? `${body.title}${/[.?!]$/.test(body.title) ? '' : '.'} ` : '';
  const faults = Array.isArray(body.errors) ? (body.errors as { path: string; expected: string }[]) : [];
  if (faults.length === 0) return [`turnout: ${title}${message} (${status} ${code})`];
  return [
    `turnout: ${title || `${message} `}(${status} ${code})`,
    ...faults.map(({ path, expected }) => `  ${path}: expected ${expected}${path === '/reason' ? ' (--reason)' : ''}`),
  ];
}
