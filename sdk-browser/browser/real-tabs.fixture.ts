import { openWholeBrowser } from '../../admin-ui/browser/open-browser.fixture.ts';

/** Tabs of a window as people have them: the one that lies behind another is hidden, and its page is told so. */
export interface RealTabs {
  /** In the same window unless it is to have its own; answers a name for it. */
  open(url: string, ownWindow?: boolean): Promise<string>;
  /** Brings a tab before the others of its window. */
  activate(tab: string): Promise<void>;
  /** What a page says in its title is all that can be seen of it from outside. */
  title(tab: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Playwright tells every page of its own that it has the focus, so that none of them is ever hidden. These are opened
 * behind its back: it looks into none of them, and what they say stands in their titles.
 */
export async function openRealTabs(): Promise<RealTabs> {
  const browser = await openWholeBrowser();
  const chromium = await browser.newBrowserCDPSession();
  const { browserContextId } = await chromium.send('Target.createBrowserContext');
  return {
    async open(url, ownWindow = false) {
      // Said in so many words, `false` asks for a window that is there already, and at first there is none.
      const where = ownWindow ? { browserContextId, newWindow: true } : { browserContextId };
      return (await chromium.send('Target.createTarget', { url, ...where })).targetId;
    },
    activate: async (targetId) => void (await chromium.send('Target.activateTarget', { targetId })),
    async title(targetId) {
      const { targetInfos } = await chromium.send('Target.getTargets');
      return targetInfos.find((target) => target.targetId === targetId)?.title ?? '';
    },
    async close() {
      await chromium.send('Target.disposeBrowserContext', { browserContextId });
      await browser.close();
    },
  };
}
