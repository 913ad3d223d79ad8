/** One download: get it, see it come, pause or cancel it, remove it. */
import { BackgroundFetchElement, type Description } from './element.ts';
import { Row } from './row.ts';

export class BackgroundFetchButton extends BackgroundFetchElement {
  static readonly observedAttributes = ['fetch-id', 'src', 'label'];

  static override readonly tag: string = 'background-fetch-button';

  readonly #row = new Row('button', (action) => this.act(action, this.fetchId, this.#download));

  constructor() {
    super();
    this.root.prepend(this.#row.element);
  }

  attributeChangedCallback(name: string): void {
    if (name === 'fetch-id') this.forgetSaid();
    this.update();
  }

  /** The id of the background fetch. */
  get fetchId(): string {
    return this.getAttribute('fetch-id') ?? '';
  }

  set fetchId(id: string) {
    this.setAttribute('fetch-id', id);
  }

  override focus(options?: FocusOptions): void {
    this.#row.main.focus(options);
  }

  get #download() {
    return this.downloads?.find(({ id }) => id === this.fetchId);
  }

  protected override describeOne(id: string): Description {
    const [title, requests] = [this.getAttribute('label'), this.getAttribute('src')];
    return { ...(title && { title }), ...(requests && { requests }), ...super.describeOne(id) };
  }

  protected render(): void {
    const looks = this.looksOf(this.fetchId, this.#download);
    this.#row.show(looks);
    this.setState(looks.state);
    this.say([looks]);
  }
}
