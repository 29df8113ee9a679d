import { registerIconLibrary } from '@awesome.me/webawesome/dist/components/icon/library.js';
import activity from 'lucide-static/icons/activity.svg?url';
import archive from 'lucide-static/icons/archive.svg?url';
import arrowDown from 'lucide-static/icons/arrow-down.svg?url';
import arrowLeft from 'lucide-static/icons/arrow-left.svg?url';
import arrowRight from 'lucide-static/icons/arrow-right.svg?url';
import arrowUp from 'lucide-static/icons/arrow-up.svg?url';
import boxes from 'lucide-static/icons/boxes.svg?url';
import rollouts from 'lucide-static/icons/chart-no-axes-column-increasing.svg?url';
import check from 'lucide-static/icons/check.svg?url';
import chevronDown from 'lucide-static/icons/chevron-down.svg?url';
import chevronRight from 'lucide-static/icons/chevron-right.svg?url';
import pause from 'lucide-static/icons/circle-pause.svg?url';
import play from 'lucide-static/icons/circle-play.svg?url';
import circleUser from 'lucide-static/icons/circle-user.svg?url';
import clock from 'lucide-static/icons/clock.svg?url';
import copy from 'lucide-static/icons/copy.svg?url';
import download from 'lucide-static/icons/download.svg?url';
import more from 'lucide-static/icons/ellipsis.svg?url';
import flag from 'lucide-static/icons/flag.svg?url';
import grip from 'lucide-static/icons/grip-vertical.svg?url';
import history from 'lucide-static/icons/history.svg?url';
import inbox from 'lucide-static/icons/inbox.svg?url';
import key from 'lucide-static/icons/key-round.svg?url';
import link from 'lucide-static/icons/link.svg?url';
import lock from 'lucide-static/icons/lock.svg?url';
import logOut from 'lucide-static/icons/log-out.svg?url';
import minus from 'lucide-static/icons/minus.svg?url';
import monitor from 'lucide-static/icons/monitor.svg?url';
import moon from 'lucide-static/icons/moon.svg?url';
import power from 'lucide-static/icons/octagon-x.svg?url';
import plus from 'lucide-static/icons/plus.svg?url';
import radio from 'lucide-static/icons/radio.svg?url';
import refresh from 'lucide-static/icons/refresh-cw.svg?url';
import waypoints from 'lucide-static/icons/route.svg?url';
import search from 'lucide-static/icons/search.svg?url';
import server from 'lucide-static/icons/server.svg?url';
import settings from 'lucide-static/icons/settings.svg?url';
import shield from 'lucide-static/icons/shield-check.svg?url';
import siren from 'lucide-static/icons/siren.svg?url';
import freeze from 'lucide-static/icons/snowflake.svg?url';
import sun from 'lucide-static/icons/sun.svg?url';
import tag from 'lucide-static/icons/tag.svg?url';
import train from 'lucide-static/icons/train-front.svg?url';
import trash from 'lucide-static/icons/trash-2.svg?url';
import alert from 'lucide-static/icons/triangle-alert.svg?url';
import undo from 'lucide-static/icons/undo-2.svg?url';
import upload from 'lucide-static/icons/upload.svg?url';
import users from 'lucide-static/icons/users.svg?url';
import cross from 'lucide-static/icons/x.svg?url';

/** Every icon of the screen, under the name that the screen has for it. `kill` is one thing only. */
const ICONS: Record<string, string> = {
  ...{ activity, alert, archive, boxes, check, copy, download, flag, grip, history, key, link, lock, minus, monitor },
  ...{ moon, more, plus, radio, refresh, search, server, settings, shield, sun, tag, trash, undo, upload, users },
  route: waypoints,
  ...{
    'arrow-left': arrowLeft,
    'arrow-right': arrowRight,
    'arrow-up': arrowUp,
    'arrow-down': arrowDown,
    'chevron-down': chevronDown,
  },
  ...{
    'chevron-right': chevronRight,
    'log-out': logOut,
    cross,
    inbox,
    siren,
    freeze,
    kill: power,
    person: circleUser,
    rollouts,
    pause,
    play,
    clock,
    train,
  },
};

/** Names that the components ask for by themselves. */
const THEIRS: Record<string, string> = { xmark: cross, 'circle-xmark': cross, 'chevron-left': arrowLeft };

/** Icons come from this bundle. Left to itself `wa-icon` would fetch them from somebody else's server. */
export function registerIcons(): void {
  const resolver = (name: string) => ICONS[name] ?? THEIRS[name] ?? flag;
  registerIconLibrary('default', { resolver, mutator: (svg) => svg.setAttribute('stroke-width', '1.75') });
}
