import type { parseArgs } from 'node:util';

/** How a command ends; scripts build on these, so none changes its meaning. */
export const EXIT = {
  done: 0,
  refused: 1,
  usage: 2,
  notEverybody: 3,
  unreachable: 4,
  /** As shells write it of a program that ^C ended. */
  interrupted: 130,
} as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** One option: how it is written, and what it means. */
interface Option {
  type: 'string' | 'boolean';
  short?: string;
  multiple?: boolean;
  /** Its value where it is given without one. */
  alone?: string;
  /** What stands for its value in the help. */
  value?: string;
  meaning: string;
}

/** Every option of every command; each command names those that it takes. */
export const OPTIONS = {
  environment: {
    type: 'string',
    short: 'e',
    value: '<key>',
    meaning: 'The environment. May be left out where the key sees only one.',
  },
  project: {
    type: 'string',
    short: 'p',
    value: '<key>',
    meaning: 'The project. May be left out where the key sees only one.',
  },
  reason: {
    type: 'string',
    short: 'r',
    value: '<text>',
    meaning: 'Why, for the change log. Protected environments ask for one.',
  },
  incident: { type: 'string', value: '<id>', meaning: 'The incident that this belongs to.' },
  wait: {
    type: 'string',
    value: '[time]',
    alone: '5s',
    meaning:
      'Wait until every running app has put it in force, up to a time such as 5s, which it is where none is given.',
  },
  context: {
    type: 'string',
    short: 'c',
    value: '<json>',
    meaning: 'The context to evaluate for, as JSON; - reads it from standard input.',
  },
  user: { type: 'string', short: 'u', value: '<id>', meaning: 'The targetingKey of the context.' },
  last: {
    type: 'string',
    short: 'n',
    value: '<count>',
    meaning: 'How many earlier changes to show first. Default: 10.',
  },
  direct: {
    type: 'boolean',
    meaning: 'Read the database itself (DATABASE_URL, or DATA_DIR with the server stopped) and ask no server.',
  },
  all: { type: 'boolean', meaning: 'All environments of the project.' },
  out: { type: 'string', short: 'o', value: '<file>', meaning: 'Where to write. Default: standard output.' },
  format: { type: 'string', value: '<name>', meaning: 'flagd, or turnout for our own. Default: flagd.' },
  rename: {
    type: 'string',
    multiple: true,
    value: '<old=new>',
    meaning: 'What a flag of the file is to be called here; may be given several times.',
  },
  'dry-run': { type: 'boolean', meaning: 'Only say what would come of it.' },
  yes: { type: 'boolean', meaning: 'Do not ask first.' },
  for: {
    type: 'string',
    value: '<client>',
    meaning: 'node, browser, react, openfeature, or openfeature-web. Default: node.',
  },
  from: { type: 'string', value: '<file>', meaning: 'Read this exported file, and ask no server.' },
  to: { type: 'string', value: '<variant>', meaning: 'The variant that is rolled out.' },
  target: { type: 'string', value: '<rule>', meaning: 'The id of a rule. Default: fallthrough.' },
  policy: { type: 'string', value: '<key>', meaning: 'Its key. Default: the one that is attached to the flag.' },
  'new-salt': { type: 'boolean', meaning: 'Draw all users anew: with the old salt a chance imbalance would repeat.' },
  version: { type: 'string', value: '<number>', meaning: 'This version. Default: the newest.' },
  ask: { type: 'boolean', meaning: 'Ask a second admin for it: a request is made, and nothing is changed yet.' },
  yaml: { type: 'boolean', meaning: 'Print the text alone, as it was written.' },
  'accept-too-few-units': {
    type: 'boolean',
    meaning: 'Save it though its stages wait for fewer units than mustSee needs; needs a reason.',
  },
  until: { type: 'string', value: '<moment>', meaning: 'When it ends, such as 2026-11-30T00:00:00Z.' },
  rule: {
    type: 'string',
    value: '<rule>',
    meaning: 'When each window begins: five fields of cron, or an RRULE.',
  },
  zone: { type: 'string', value: '<zone>', meaning: 'On whose clock, such as Europe/Zurich. Default: UTC.' },
  lasts: { type: 'string', value: '<time>', meaning: 'How long each window is, such as 63h.' },
  'in-flight': {
    type: 'string',
    value: '<hold|finish-stage>',
    meaning: 'What becomes of rollouts that it finds in a stage: they stand still, or finish that one. Default: hold.',
  },
  'override-by': {
    type: 'string',
    value: '<role>',
    meaning: 'Who may go on in spite of it, with a reason: release-manager or admin. Default: nobody.',
  },
  'override-freeze': {
    type: 'string',
    multiple: true,
    value: '<id>',
    meaning: 'Go on in spite of this freeze, where your role may; needs --reason. May be given several times.',
  },
  check: {
    type: 'boolean',
    meaning: 'Write nothing; end with 1 where the file is not what would be written.',
  },
  note: { type: 'string', value: '<text>', meaning: 'What is to be known of it.' },
  commit: { type: 'string', value: '<sha>', meaning: 'The commit, 40 hex digits.' },
  repository: { type: 'string', value: '<name>', meaning: 'The repository that the commit is of.' },
  workflow: { type: 'string', value: '<name>', meaning: 'The job that says it.' },
  link: { type: 'string', value: '<address>', meaning: 'Where the run can be read.' },
  summary: { type: 'string', value: '<text>', meaning: 'What was found, in a line.' },
  fork: { type: 'boolean', meaning: 'The commit came from a fork: the result is kept and never counts.' },
  worse: { type: 'string', value: '<up|down>', meaning: 'Which way is worse. Default: up.' },
  unit: { type: 'string', value: '<name>', meaning: 'What its values are, such as ms.' },
  cap: { type: 'string', value: '<number>', meaning: 'Where values of a mean are cut.' },
  per: { type: 'string', value: '<event>', meaning: 'Of a ratio: the event below the line.' },
  flag: { type: 'string', multiple: true, value: '<key>', meaning: 'A flag; may be given several times.' },
  tag: {
    type: 'string',
    multiple: true,
    value: '<tag>',
    meaning: 'Flags with this tag; may be given several times.',
  },
  severity: { type: 'string', value: '<name>', meaning: 'critical, major or minor. Default: major.' },
  act: {
    type: 'string',
    multiple: true,
    value: '<what>',
    meaning: 'What it may do besides tripping guards: kill, incident; may be given several times. Default: nothing.',
  },
  most: { type: 'string', value: '<count>', meaning: 'How many flags it may flip an hour. Default: 3.' },
  'cut-off': { type: 'string', value: '<time>', meaning: 'So long before it leaves, the manifest closes, such as 4h.' },
  opens: { type: 'string', value: '<time>', meaning: 'So long before it leaves one may come aboard. Default: always.' },
  changes: { type: 'string', value: '<count>', meaning: 'It leaves when so many changes are ready.' },
  'longest-wait': {
    type: 'string',
    value: '<time>',
    meaning: 'With --changes: or so long after the first came aboard.',
  },
  at: { type: 'string', value: '<moment>', meaning: 'It leaves once, at this date, which does not move.' },
  continuous: { type: 'boolean', meaning: 'Each change leaves by itself, as soon as it is ready.' },
  button: { type: 'boolean', meaning: 'It waits until a release manager lets it leave.' },
  'on-fail': {
    type: 'string',
    value: '<eject|hold|recall>',
    meaning: 'What becomes of the others when one change fails. Default: eject.',
  },
  title: { type: 'string', value: '<text>', meaning: 'What the change is called.' },
  request: { type: 'string', value: '<id>', meaning: 'An open request, whose changes come aboard.' },
  risk: { type: 'string', value: '<text>', meaning: 'What may go wrong: after the cut-off, for an uplift.' },
  departure: { type: 'string', value: '<number>', meaning: 'Default: the next that can be boarded.' },
  'break-glass': { type: 'boolean', meaning: 'Ask nobody else: everybody is told, and it is looked at afterwards.' },
  demo: { type: 'boolean', meaning: 'Make the demo project and its keys, on a Postgres too.' },
  url: {
    type: 'string',
    multiple: true,
    value: '<address>',
    meaning: 'Where the server is; may be given several times. Default: TURNOUT_URL, or http://127.0.0.1:8420.',
  },
  key: {
    type: 'string',
    value: '<file>',
    meaning: 'A file that holds the key or token; - reads it from standard input. Default: TURNOUT_KEY.',
  },
  json: { type: 'boolean', meaning: 'Print the answer as JSON, for programs; a list as one object a line.' },
  help: { type: 'boolean', short: 'h', meaning: 'Show this.' },
} as const satisfies Record<string, Option>;
export type OptionName = keyof typeof OPTIONS;

/** What every command that talks to a server takes. */
export const REACH: readonly OptionName[] = ['url', 'key', 'json', 'help'];

/** The values of the options that were given. */
export type Given = {
  [Name in OptionName]?: (typeof OPTIONS)[Name] extends { multiple: true }
    ? string[]
    : (typeof OPTIONS)[Name] extends { type: 'boolean' }
      ? boolean
      : string;
};
/** What `parseArgs` takes of an option. */
export type ParseOptions = NonNullable<NonNullable<Parameters<typeof parseArgs>[0]>['options']>;

/** The world of a command, so that it can be run by a test. */
export interface Shell {
  env: Readonly<Record<string, string | undefined>>;
  /** Writes a line to standard output. */
  print(line: string): void;
  /** Writes a line to standard error. */
  warn(line: string): void;
  /** All of standard input. */
  readInput(): Promise<string>;
  /** Asks whoever sits there, and answers what they typed; left out where nobody does. */
  ask?(question: string): Promise<string>;
  /** Aborted when the person presses ^C. */
  stopped: AbortSignal;
}

/** What somebody typed after the name of a command. */
export interface Asked {
  words: string[];
  given: Given;
  shell: Shell;
}

export interface Command {
  name: string;
  /** The words that it takes, such as `<flag>`; those in brackets may be left out. */
  words: readonly string[];
  summary: string;
  /** What it does and when to use it, in paragraphs; what costs time to gather is gathered when it is shown. */
  teaching: string | (() => Promise<string>);
  examples: readonly string[];
  options: readonly OptionName[];
  /** What an option means here, where that is not what it means elsewhere. */
  meanings?: Partial<Record<OptionName, string>>;
  /** What stands for an option's value here, where that is not what stands for it elsewhere. */
  values?: Partial<Record<OptionName, string>>;
  run(asked: Asked): Promise<Exit>;
}

/** What was typed makes no sense; the message says what would. */
export class UsageFault extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageFault';
  }
}
