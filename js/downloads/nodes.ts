/** Nodes, made without any HTML, which a page's policy may forbid to come out of a string. */

/** An element with a part, which is its class, too. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  part = '',
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (part) {
    element.className = part;
    element.setAttribute('part', part);
  }
  element.append(...children);
  return element;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Of 24 units each way; hidden from screen readers, as the button has a name. */
export function drawing(part: string, ...shapes: [tag: string, attributes: Record<string, string>][]): SVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  set(svg, { viewBox: '0 0 24 24', 'aria-hidden': 'true', class: part, part });
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    set(shape, attributes);
    svg.append(shape);
  }
  return svg;
}

/** Only what differs, so that nothing is done when nothing has changed. */
export function set(element: Element, attributes: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

export function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** The paths of the icons. */
export const ICONS: Partial<Record<string, string>> = {
  get: 'M12 7v8m-3-3 3 3 3-3M8 18h8',
  pause: 'M10 8v8m4-8v8',
  resume: 'M10 8l6 4-6 4z',
  cancel: 'M9 9l6 6m0-6-6 6',
  retry: 'M16 12a4 4 0 1 1-1-3m1-2v3h-3',
  remove: 'M8 9h8m-7 0 1 8h4l1-8m-4 0V7h2v2',
  done: 'M8 12l3 3 5-6',
};
