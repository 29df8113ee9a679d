import type { Here } from '../client/here.ts';
import type { Me } from '../client/me.ts';
import { signOut } from '../client/session.ts';
import { go, goTo, setQuery } from './navigation.ts';
import { type PageName, writeRoute } from './route.ts';
import type { KeyedCommand } from './shortcuts.ts';
import { chooseTheme, type Theme } from './theme.ts';

/** What can be done from anywhere by whoever looks at the screen. */
export function listCommands(me: Me, here: Here | undefined): KeyedCommand[] {
  return [
    ...(here === undefined ? [] : inProject(here)),
    ...me.projects
      .filter(({ key }) => key !== here?.project.key)
      .map((project) => ({
        ...{ id: `project/${project.key}`, label: `Project ${project.name}`, icon: 'boxes', about: project.key },
        run: () => goTo('flags', { project: project.key }),
      })),
    { id: 'projects', label: 'All projects', icon: 'boxes', about: 'page', run: () => goTo('projects') },
    { id: 'account', label: 'Your account', icon: 'person', about: 'page', run: () => goTo('account') },
    ...(['dark', 'light', 'system'] as const).map(inTheme),
    { id: 'docs', label: 'API documentation', icon: 'link', about: 'page', run: () => location.assign('/api/docs') },
    { id: 'out', label: 'Sign out', icon: 'log-out', about: 'account', run: () => void signOut() },
  ];
}

/** What it comes to is shown where releases are: there is what came of it, too. */
async function backToKnownGood({ project, environment }: Here): Promise<void> {
  goTo('releases', { project: project.key }, { env: environment.key });
  const { backToKnownGood: goBack } = await import('../pages/releases/roll-back-flow.ts');
  await goBack({ project, environment });
}

function inTheme(theme: Theme): KeyedCommand {
  const icon = theme === 'dark' ? 'moon' : theme === 'light' ? 'sun' : 'monitor';
  const label = theme === 'system' ? 'Colours of this machine' : `Colours: ${theme}`;
  return { id: `theme/${theme}`, label, icon, about: 'look', run: () => chooseTheme(theme) };
}

function inProject(here: Here): KeyedCommand[] {
  const { project, environment } = here;
  const to = (page: PageName, label: string, icon: string, key: string, more: Record<string, string> = {}) => ({
    ...{ id: page, label, icon, key, about: `key ${key}` },
    run: () => go(writeRoute(page, { project: project.key, ...more }, { env: environment.key })),
  });
  return [
    to('kill', 'Kill a flag', 'kill', 'k'),
    to('flags', 'Flags', 'flag', 'f'),
    to('rollouts', 'Rollouts', 'rollouts', 'o'),
    to('departures', 'Departures', 'train', 'd'),
    to('releases', 'Releases', 'tag', 'l'),
    to('requests', 'Requests', 'inbox', 'q'),
    to('segments', 'Segments', 'users', 's'),
    to('policies', 'Policies', 'route', 'p'),
    to('incidents', 'Incidents', 'siren', 'i'),
    to('freezes', 'Freezes', 'freeze', 'z'),
    to('activity', 'Activity', 'activity', 'a'),
    to('fleet', 'Fleet', 'server', 'r'),
    to('settings', 'Settings', 'settings', ',', { section: 'members' }),
    {
      ...{ id: 'known-good', label: `Roll back ${environment.name} to the last known good`, icon: 'history' },
      about: 'shows first what would change',
      run: () => void backToKnownGood(here),
    },
    {
      ...{ id: 'trains', label: 'Trains: when what leaves', icon: 'train', about: 'page' },
      run: () => go(writeRoute('departures', { project: project.key }, { env: environment.key, show: 'trains' })),
    },
    ...project.environments
      .filter(({ key }) => key !== environment.key)
      .map(({ key, name }) => ({
        ...{ id: `environment/${key}`, label: `Environment ${name}`, icon: 'radio', about: 'look at' },
        run: () => setQuery({ env: key }, { replace: false }),
      })),
  ];
}
