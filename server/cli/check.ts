import { Api } from './api.ts';
import { type Asked, type Command, EXIT, type Exit, REACH, UsageFault } from './command.ts';
import { projectPath } from './find-place.ts';

const STATUSES = ['passed', 'failed', 'pending'];

/** What the two most usual CIs say of a run in their environment; where one says nothing, the option does. */
const SAID_BY = {
  commit: ['GITHUB_SHA', 'CI_COMMIT_SHA'],
  repository: ['GITHUB_REPOSITORY', 'CI_PROJECT_PATH'],
  workflow: ['GITHUB_WORKFLOW', 'CI_JOB_NAME'],
} as const;

interface Posted {
  check: { check: string; commit: string; status: string; fork: boolean };
}

async function postCheck(asked: Asked): Promise<Exit> {
  const [what, check, status = ''] = asked.words;
  if (what !== 'post') throw new UsageFault(`turnout check knows post, and not ${what}.`);
  if (!STATUSES.includes(status)) throw new UsageFault(`${status} is no result: it is one of ${STATUSES.join(', ')}.`);
  const { link, summary, fork, json, project } = asked.given;
  // A token of a check may read nothing, so nothing can be looked up with it.
  if (project === undefined) throw new UsageFault('Which project? Name it with -p.');
  const body = {
    ...{ check, status, commit: sayOf(asked, 'commit') },
    ...{ repository: sayOf(asked, 'repository'), workflow: sayOf(asked, 'workflow') },
    ...(link === undefined ? {} : { url: link }),
    ...(summary === undefined ? {} : { summary }),
    ...(fork ? { fork } : {}),
  };
  const api = await Api.open(asked);
  const path = `${projectPath(project)}/checks`;
  const { check: kept } = (await api.call<Posted>('POST', path, { body })).body;
  if (json) asked.shell.print(JSON.stringify(kept));
  else {
    const ending = kept.fork ? '. It came from a fork, so it does not count' : '';
    asked.shell.print(`${kept.check}: ${kept.status} for ${kept.commit}${ending}`);
  }
  return EXIT.done;
}

function sayOf({ given, shell }: Asked, name: keyof typeof SAID_BY): string {
  const said = given[name] ?? SAID_BY[name].map((variable) => shell.env[variable]).find(Boolean);
  if (said === undefined) throw new UsageFault(`Which ${name}? Name it with --${name}.`);
  return said;
}

export const checkCommand: Command = {
  name: 'check',
  words: ['post', '<check>', '<passed|failed|pending>'],
  summary: 'Tell what a CI found of a commit, for the gates of rollouts',
  teaching:
    'For the end of a job, with a token of that check (POST /tokens with "check"), which can do nothing else. The newest ' +
    'result of a check and a commit counts. On GitHub and GitLab the commit, the repository and the workflow are known ' +
    'from the environment.\n\n' +
    'A job that ran what a fork wrote must say --fork: its result is kept and never counts.',
  examples: [
    'turnout check post acceptance passed -p shop --link "$RUN_URL"',
    'turnout check post acceptance failed -p shop --commit "$(git rev-parse HEAD)" --repository shop/web --workflow nightly',
  ],
  meanings: { project: 'The project. It must be named: a token of a check can look nothing up.' },
  options: ['project', 'commit', 'repository', 'workflow', 'link', 'summary', 'fork', ...REACH],
  run: postCheck,
};
