import { rolldown } from 'rolldown';

/**
 * The script of a page, from one entry in TypeScript and in memory: what is tested is what is read. React and others
 * are taken as developers have them, with their warnings.
 */
export async function bundlePage(entry: string): Promise<string> {
  const build = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: { conditionNames: ['turnout-src', 'browser', 'import', 'default'] },
    transform: { define: { 'process.env.NODE_ENV': JSON.stringify('development') } },
    logLevel: 'warn',
    // `use client` is for servers of React; a page has no use for it.
    checks: { moduleLevelDirective: false },
  });
  try {
    const { output } = await build.generate({ format: 'es', codeSplitting: false });
    return output[0].code;
  } finally {
    await build.close();
  }
}
