/** All downloads of a registration. */
import { BackgroundFetchElement } from './element.ts';
import { make, set, write } from './nodes.ts';
import { type Looks, Row } from './row.ts';

export class BackgroundFetchDownloads extends BackgroundFetchElement {
  static override readonly tag: string = 'background-fetch-downloads';

  readonly #list = make('ul', 'list');
  readonly #words = make('slot');
  readonly #empty = make('p', 'empty', this.#words);
  readonly #rows = new Map<string, Row>();

  constructor() {
    super();
    // Safari takes a list without markers for none.
    this.#list.setAttribute('role', 'list');
    this.#words.name = 'empty';
    this.#empty.tabIndex = -1;
    this.root.prepend(this.#list, this.#empty);
  }

  protected render(): void {
    const all = (this.downloads ?? []).map((download) => this.looksOf(download.id, download));
    set(this.#list, { 'aria-label': this.strings.downloads });
    write(this.#words, this.strings.empty);
    this.#list.hidden = all.length === 0;
    this.#empty.hidden = all.length > 0 || !this.downloads;
    const left = this.#remove(new Set(all.map(({ id }) => id)));
    for (const looks of all) this.#rowOf(looks).show(looks);
    this.#order(all);
    if (left !== undefined) this.#focus(all[Math.min(left, all.length - 1)]);
    const isActive = all.some(({ state }) => state !== 'done' && state !== 'failed');
    const known = all.length === 0 ? 'empty' : isActive ? 'active' : 'idle';
    this.setState(this.isMissing ? 'unavailable' : this.downloads ? known : 'unknown');
    this.say(all, this.strings.removed);
  }

  /** All rows but these; answers where that was that had the focus. */
  #remove(wanted: Set<string>): number | undefined {
    let left: number | undefined;
    for (const [index, [id, row]] of [...this.#rows].entries()) {
      if (wanted.has(id)) continue;
      if (row.element.contains(this.root.activeElement)) left = index;
      row.element.remove();
      this.#rows.delete(id);
    }
    return left;
  }

  #rowOf({ id }: Looks): Row {
    let row = this.#rows.get(id);
    if (!row) {
      row = new Row('item', (action) => {
        const download = this.downloads?.find((each) => each.id === id);
        this.act(action, id, download);
      });
      this.#rows.set(id, row);
    }
    return row;
  }

  /** Moves as little as it can: what is moved loses the focus. */
  #order(all: Looks[]): void {
    let next = this.#list.firstElementChild;
    for (const looks of all) {
      const { element } = this.#rowOf(looks);
      if (element === next) next = next.nextElementSibling;
      else this.#list.insertBefore(element, next);
    }
  }

  /** Of what has taken its place. */
  #focus(looks: Looks | undefined): void {
    if (looks) this.#rowOf(looks).main.focus();
    else this.#empty.focus();
  }
}
