/**
 * Builds the control room, as `npm install` does in a clone. An installation without the tools for that is none for
 * development; it brings what was built along, and there is nothing to do.
 */
const vite = await import('vite').catch(() => undefined);
if (vite === undefined) console.log('The admin UI is not built: vite is not installed here.');
else await vite.build({ root: import.meta.dirname, logLevel: 'warn' });
