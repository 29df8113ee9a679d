/** For pages without a bundler: a script leaves the class itself as `Turnout`. */
export { Turnout as default } from './turnout.ts';
