/** What is shown of one download: as a line of the list, or as a button with a ring. */
import type { Download } from './download.ts';
import type { Format } from './format.ts';
import { drawing, ICONS, make, set, write } from './nodes.ts';
import { fill, type Strings } from './strings.ts';

export type Action = 'get' | 'pause' | 'resume' | 'cancel' | 'retry' | 'remove';

/** Beside those of a download: nothing is known yet, the API is missing, there is nothing. */
export type Standing = Download['state'] | 'unknown' | 'unavailable' | 'none';

export interface Looks {
  id: string;
  state: Standing;
  /** `undefined` where there is none. */
  download: Download | undefined;
  canPause: boolean;
  title: string;
  icon: string;
  href: string;
  strings: Strings;
  format: Format;
}

export class Row {
  readonly element: HTMLElement;
  readonly main = make('button', 'action main');
  readonly #second = make('button', 'action second');
  readonly #icon = make('img', 'icon');
  // Apart from the text around it, which may run the other way.
  readonly #title = make('bdi');
  readonly #link = make('a', 'title', this.#title);
  readonly #said = make('bdi');
  readonly #text = make('p', 'text', this.#said);
  readonly #progress = make('progress', 'progress');
  readonly #drawings = [drawing('glyph', ['path', {}]), drawing('glyph', ['path', {}])] as const;
  readonly #ring = drawing('ring', ['circle', CIRCLE], ['circle', { ...CIRCLE, class: 'value', pathLength: '100' }]);
  #actions: readonly (Action | undefined)[] = [];

  /** `act` is called for what the user asks for. */
  constructor(kind: 'item' | 'button', act: (action: Action) => void) {
    const isButton = kind === 'button';
    this.main.append(...(isButton ? [this.#ring] : []), this.#drawings[0]);
    this.#second.append(this.#drawings[1]);
    for (const [index, button] of [this.main, this.#second].entries()) {
      button.type = 'button';
      button.addEventListener('click', () => {
        const action = this.#actions[index];
        if (action) act(action);
      });
    }
    // It says nothing that the title does not.
    this.#icon.alt = '';
    const actions = make('div', 'actions', this.main, this.#second);
    const body = make('div', 'body', ...(isButton ? [] : [this.#link]), this.#text, this.#progress);
    this.element = isButton ? make('div', kind, actions, body) : make('li', kind, this.#icon, body, actions);
  }

  show(looks: Looks): void {
    const { state, download, title, icon, href, strings, format } = looks;
    const isActive = ACTIVE.includes(state);
    const total = download?.total ?? 0;
    const isUnknown = isActive && total === 0;
    const moving = state === 'running' || state === 'finishing';
    const kind = this.element.localName === 'li' ? 'item' : 'button';
    set(this.element, {
      part: `${kind} ${state}`,
      class: `item ${kind}${moving ? ' moving' : ''}${isUnknown ? ' unknown' : ''}`,
      'data-state': state,
    });
    this.#icon.hidden = !icon;
    if (icon) set(this.#icon, { src: icon });
    write(this.#title, title);
    set(this.#link, { href: href || undefined });
    write(this.#said, download ? format.details(download) : state === 'unavailable' ? strings.unavailable : '');
    this.#text.hidden = !this.#said.textContent;
    this.#showProgress(title, isActive, download);
    this.#showActions(looks);
  }

  #showProgress(title: string, isActive: boolean, download: Download | undefined): void {
    const { bytes = 0, total = 0, state } = download ?? {};
    this.#progress.hidden = !isActive;
    const isKnown = total > 0;
    set(this.#progress, {
      'aria-label': title,
      max: isKnown ? `${total}` : undefined,
      value: isKnown ? `${Math.min(bytes, total)}` : undefined,
    });
    const share = state === 'done' ? 100 : !isActive ? 0 : isKnown ? Math.min((100 * bytes) / total, 100) : 25;
    set(this.#ring.lastElementChild as Element, { 'stroke-dasharray': `${share.toFixed(1)} 100` });
  }

  #showActions(looks: Looks): void {
    const { state, canPause, title, strings } = looks;
    const [main, second] = actionsOf(state, canPause);
    this.#actions = [main, second];
    // Never `disabled`: who is on it stays there.
    set(this.main, {
      'aria-disabled': main ? undefined : 'true',
      'aria-label': main ? fill(strings[main], { title }) : fill(strings.change, { title, state: stateOf(looks) }),
      part: `action main ${main ?? ''}`,
    });
    this.#draw(0, main ?? (state === 'done' ? 'done' : ''));
    const { activeElement } = this.element.getRootNode() as ShadowRoot;
    const isLeft = !second && activeElement === this.#second;
    this.#second.hidden = !second;
    if (second) {
      set(this.#second, { 'aria-label': fill(strings[second], { title }), part: `action second ${second}` });
      this.#draw(1, second);
    }
    if (isLeft) this.main.focus();
  }

  #draw(index: 0 | 1, name: string): void {
    set(this.#drawings[index].firstElementChild as Element, { d: ICONS[name] });
  }
}

/** How it is, in words. */
export const stateOf = ({ state, download, strings, format }: Looks): string =>
  download ? format.state(download) : ((strings as Partial<Record<string, string>>)[state] ?? '');

/** What the two buttons do. */
function actionsOf(state: Standing, canPause: boolean): [main?: Action | undefined, second?: Action] {
  switch (state) {
    case 'none':
      return ['get'];
    case 'running':
    case 'waiting':
      return canPause ? ['pause', 'cancel'] : ['cancel'];
    case 'paused':
      return ['resume', 'cancel'];
    case 'failed':
      return ['retry', 'remove'];
    case 'done':
      return [undefined, 'remove'];
    default:
      return [];
  }
}

const ACTIVE: Standing[] = ['running', 'waiting', 'paused', 'finishing'];

const CIRCLE = { cx: '12', cy: '12', r: '10.5', 'stroke-width': '1.5' };
