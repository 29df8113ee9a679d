const SVG = 'http://www.w3.org/2000/svg';

type Child = Node | string;

/** An element with attributes and children. Text stays text: nothing here is read as markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** A shape of a drawing. */
export type Shape = [tag: 'rect' | 'circle' | 'ellipse' | 'path' | 'line', attributes: Record<string, string>];

/** A drawing of 96 by 96, for the eye alone. */
export function draw(shapes: readonly Shape[]): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 96 96');
  svg.setAttribute('aria-hidden', 'true');
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
  }
  return svg;
}
