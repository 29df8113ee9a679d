import { expect, it } from 'vitest';
import { writeDocsPage } from './docs-page.ts';
import type { ApiDescription } from './openapi.ts';

const described: ApiDescription = {
  openapi: '3.1.0',
  info: { title: 'Turnout', description: 'Flags <with> proof' },
  components: { schemas: { Flag: { type: 'object', description: '<script>' } } },
  paths: {
    '/flags/{flag}': {
      get: {
        tags: ['Flags'],
        summary: 'One "flag"',
        'x-right': 'read',
        parameters: [{ name: 'flag', in: 'path' }],
        responses: {
          200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Flag' } } } },
        },
      },
    },
  },
};

it('the page has every operation with its right, parameters and answers, and links what it refers to', () => {
  const page = writeDocsPage(described, 'openapi.json', 'docs/style.css');
  expect(page).toContain('<b>GET</b> <code>/flags/{flag}</code> One &quot;flag&quot;');
  expect(page).toContain('Right: <code>read</code>');
  expect(page).toContain('<td><code>flag</code></td><td>path</td>');
  expect(page).toContain('<a href="#schema-Flag">#/components/schemas/Flag</a>');
  expect(page).toContain('<h3 id="schema-Flag">');
});

it('what is described never becomes a part of the page, and the page asks for nothing but its style sheet', () => {
  const page = writeDocsPage(described, 'openapi.json', 'docs/style.css');
  expect(page).not.toMatch(/<script|<with>|style=|src=|https?:/);
  expect(page).toContain('Flags &lt;with&gt; proof');
  expect(page.match(/<link [^>]*>/g)).toEqual(['<link rel="stylesheet" href="docs/style.css">']);
});
