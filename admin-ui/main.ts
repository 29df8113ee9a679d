import './styles/document.css';
import '@awesome.me/webawesome/dist/components/icon/icon.js';
import './shell/app-shell.ts';
import { readSession } from './client/session.ts';
import { registerIcons } from './shell/icons.ts';
import { startNavigation } from './shell/navigation.ts';
import { startTheme } from './shell/theme.ts';

startTheme();
registerIcons();
startNavigation();
void readSession();
