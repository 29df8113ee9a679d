import type { Page } from 'playwright-core';

/** What a page was seen doing. */
export interface WatchedPage {
  page: Page;
  /** What it asked the house, in order: `POST /client/v1/values`, without what stands after a `?`. */
  requests: string[];
  /** What no page may do, as sentences: breaches of its policy, and errors that nobody caught. */
  faults: string[];
  /** What it wrote to the console as warnings and errors. Requests that failed are among them. */
  console: string[];
  /** How often it asked this of the house. */
  asked(request: string): number;
}

/** Watches a page from now on. */
export function watchPage(page: Page, house: string): WatchedPage {
  const requests: string[] = [];
  const faults: string[] = [];
  const written: string[] = [];
  page.on('request', (request) => {
    const address = new URL(request.url());
    if (address.origin === house) requests.push(`${request.method()} ${address.pathname}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'warning' || message.type() === 'error') written.push(text);
    if (/Content Security Policy|TrustedHTML|TrustedScript/i.test(text)) faults.push(`policy: ${text}`);
  });
  const asked = (request: string) => requests.filter((made) => made === request).length;
  return { page, requests, faults, console: written, asked };
}
