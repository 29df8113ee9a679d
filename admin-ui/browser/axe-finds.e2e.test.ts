import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findAxeFaults, hasBrowser, openBrowser } from './open-browser.fixture.ts';

let browser: Browser;

describe.skipIf(!hasBrowser)('The look for faults', () => {
  beforeAll(async () => {
    browser = await openBrowser();
  });
  afterAll(() => browser?.close());

  it('finds, also in shadow roots, a button without a name, faint words and a heading that is skipped', async () => {
    const page = await browser.newPage();
    await page.setContent('<html lang="en"><head><title>t</title></head><body><main><h1>One</h1></main></body></html>');
    await page.evaluate(() => {
      const host = document.createElement('div');
      document.querySelector('main')?.append(host);
      const root = host.attachShadow({ mode: 'open' });
      const add = (name: string, text: string, style = '') => {
        const element = root.appendChild(document.createElement(name));
        element.textContent = text;
        element.style.cssText = style;
      };
      add('button', '');
      add('h4', 'Four');
      add('p', 'faint', 'color: #aaa; background: #fff');
    });
    const found = (await findAxeFaults(page)).map((fault) => fault.split(':')[0]);
    expect(new Set(found)).toEqual(new Set(['button-name', 'heading-order', 'color-contrast']));
  });
});
