import type { ApiDescription, Operation } from './openapi.ts';

/** One operation with its place, as the page shows it. */
interface Shown {
  method: string;
  path: string;
  operation: Operation;
}

const METHODS = ['get', 'put', 'post', 'patch', 'delete'];

/** Everything that is written into the page goes through here. */
function safe(text: unknown): string {
  const marks: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return String(text ?? '').replaceAll(/[&<>"]/g, (mark) => marks[mark] ?? '');
}

/** The description as one page to read: no script, nothing from elsewhere, links that can be shared. */
export function writeDocsPage(described: ApiDescription, descriptionPath: string, stylePath: string): string {
  const { title, description } = described.info as { title: string; description: string };
  const { schemas } = described.components as { schemas: Record<string, object> };
  const byTag = groupByTag(described);
  const contents = [...byTag.keys(), 'Schemas'].map((tag) => `<li><a href="#${idOf(tag)}">${safe(tag)}</a></li>`);
  const sections = [...byTag].map(
    ([tag, all]) => `<section id="${idOf(tag)}"><h2>${safe(tag)}</h2>${all.map(writeOperation).join('')}</section>`,
  );
  const named = Object.entries(schemas).map(
    ([name, schema]) => `<h3 id="schema-${safe(name)}">${safe(name)}</h3>${writeJson(schema)}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${safe(title)} API</title><link rel="stylesheet" href="${safe(stylePath)}"></head><body>
<header><h1>${safe(title)} API</h1><p>${safe(description)}</p>
<p>For programs: <a href="${safe(descriptionPath)}">OpenAPI 3.1</a></p></header>
<nav aria-label="Contents"><ul>${contents.join('')}</ul></nav>
<main>${sections.join('')}<section id="${idOf('Schemas')}"><h2>Schemas</h2>${named.join('')}</section></main>
</body></html>
`;
}

function groupByTag({ paths }: ApiDescription): Map<string, Shown[]> {
  const byTag = new Map<string, Shown[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const [tag = 'Other'] = (operation.tags as string[] | undefined) ?? [];
      byTag.set(tag, [...(byTag.get(tag) ?? []), { method, path, operation }]);
    }
  }
  return byTag;
}

function idOf(text: string): string {
  return safe(text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'));
}

function writeOperation({ method, path, operation }: Shown): string {
  const right = operation['x-right'];
  const { parameters = [], requestBody, responses = {} } = operation;
  const rows = parameters.map((parameter) => {
    const { name, in: where, description } = parameter as { name: string; in: string; description?: string };
    return `<tr><td><code>${safe(name)}</code></td><td>${safe(where)}</td><td>${safe(description)}</td></tr>`;
  });
  return [
    `<details id="${idOf(`${method} ${path}`)}"><summary><b>${method.toUpperCase()}</b> <code>${safe(path)}</code> `,
    `${safe(operation.summary)}</summary>`,
    operation.description === undefined ? '' : `<p>${safe(operation.description)}</p>`,
    right === undefined ? '' : `<p>Right: <code>${safe(right)}</code></p>`,
    rows.length === 0 ? '' : `<table><tr><th>Parameter</th><th>In</th><th>Meaning</th></tr>${rows.join('')}</table>`,
    requestBody === undefined ? '' : `<h4>Body</h4>${writeContent(requestBody as object)}`,
    ...Object.entries(responses as Record<string, { description?: string }>).map(
      ([status, answer]) => `<h4>${safe(status)} ${safe(answer.description)}</h4>${writeContent(answer)}`,
    ),
    '</details>',
  ].join('');
}

function writeContent(of: object): string {
  const { content = {} } = of as { content?: Record<string, { schema?: object }> };
  return Object.entries(content)
    .map(([type, { schema }]) => `<p><code>${safe(type)}</code></p>${schema === undefined ? '' : writeJson(schema)}`)
    .join('');
}

/** JSON with its references as links. */
function writeJson(value: object): string {
  const text = safe(JSON.stringify(value, null, 2));
  const linked = text.replaceAll(
    /#\/components\/schemas\/([A-Za-z0-9_-]+)/g,
    (whole, name) => `<a href="#schema-${name}">${whole}</a>`,
  );
  return `<pre>${linked}</pre>`;
}

export const DOCS_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
nav ul { columns: 3 10rem; padding-left: 1.2rem; }
details { border-top: 1px solid #8885; padding: .4rem 0; }
summary { cursor: pointer; }
summary b { display: inline-block; min-width: 4rem; }
pre { overflow: auto; padding: .6rem; background: #8882; font-size: .85rem; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: .1rem 1rem .1rem 0; vertical-align: top; }
`;
