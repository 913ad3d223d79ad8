/** What both elements have in common: what they show, in which words, and what they do when asked. */
import { pause, resume } from '../extras/pause.ts';
import { isNative } from '../platform.ts';
import type { Download } from './download.ts';
import { Format } from './format.ts';
import { type Fetch, type Model, modelOf } from './model.ts';
import { make, write } from './nodes.ts';
import { type Action, type Looks, stateOf } from './row.ts';
import { ENGLISH, fill, type Strings } from './strings.ts';
import { dress } from './styles.ts';

/** What an app knows of a background fetch, by its id. */
export interface Description {
  title?: string;
  icon?: string;
  /** Where it leads to. */
  href?: string;
  /** What `fetch()` of the standard is given. */
  requests?: unknown;
  downloadTotal?: number;
  /** Whether the app has it, in a place of its own. */
  kept?: boolean;
}

export type Describe = (id: string) => Description | undefined;

/** On a server there is none; the classes must be there all the same. */
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (class {} as typeof HTMLElement);

export abstract class BackgroundFetchElement extends Base {
  /** The usual name. */
  static readonly tag: string = '';

  /** Defines the element, where there are elements, unless there is one of that name. */
  static define(name?: string, registry: CustomElementRegistry | undefined = globalThis.customElements) {
    // biome-ignore lint/complexity/noThisInStatic: it may be a class of the app's, derived from ours.
    const own = this as unknown as CustomElementConstructor & { tag: string };
    const tag = name ?? own.tag;
    if (registry && !registry.get(tag)) registry.define(tag, own);
    return own;
  }

  protected readonly root: ShadowRoot;
  readonly #live = make('div');
  readonly #internals: ElementInternals | undefined;
  /** What is being done, by the ids of background fetches. */
  readonly #busy = new Map<string, { action: Action; done: Promise<void> }>();
  /** What was said of each last, and what it is called; `undefined` before anything is known. */
  #said: Map<string, [title: string, said: string]> | undefined;
  #registration: ServiceWorkerRegistration | undefined;
  #describe: Describe | undefined;
  #strings: Strings = ENGLISH;
  #format: Format | undefined;
  #language: string | undefined;
  #model: Model | undefined;
  #stop: (() => void) | undefined;
  #isMissing = false;
  #state = '';

  constructor() {
    super();
    this.root = this.attachShadow({ mode: 'open' });
    dress(this.root);
    this.#live.className = 'quiet';
    this.#live.setAttribute('role', 'status');
    this.root.append(this.#live);
    // Missing in older browsers, as its set of states may be.
    this.#internals = (this as Partial<HTMLElement>).attachInternals?.();
  }

  connectedCallback(): void {
    for (const name of ['registration', 'describe', 'strings', 'fetchId'] as const) this.#adopt(name);
    this.render();
    void this.#connect();
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** By default, the one of this page. */
  get registration(): ServiceWorkerRegistration | undefined {
    return this.#registration ?? this.#model?.registration;
  }

  set registration(registration: ServiceWorkerRegistration | undefined) {
    this.#registration = registration;
    if (!this.isConnected) return;
    this.disconnectedCallback();
    void this.#connect();
  }

  get describe(): Describe | undefined {
    return this.#describe;
  }

  set describe(describe: Describe | undefined) {
    this.#describe = describe;
    this.update();
  }

  get strings(): Strings {
    return this.#strings;
  }

  set strings(strings: Partial<Strings> | undefined) {
    this.#strings = { ...ENGLISH, ...strings };
    this.#format = undefined;
    this.update();
  }

  /** Shows what there is. */
  protected abstract render(): void;

  protected update(): void {
    if (this.isConnected) this.render();
  }

  /** `undefined` until it is known. */
  protected get downloads(): readonly Download[] | undefined {
    return this.#model?.downloads;
  }

  /** Whether there can be none, as there is no API. */
  protected get isMissing(): boolean {
    return this.#isMissing;
  }

  /** What the app knows of one. */
  protected describeOne(id: string): Description {
    return this.#describe?.(id) ?? {};
  }

  protected looksOf(id: string, download: Download | undefined): Looks {
    const { title, icon, href, kept } = this.describeOne(id);
    const none = kept ? 'done' : 'none';
    const missing = this.#isMissing ? 'unavailable' : this.downloads && id ? none : 'unknown';
    return {
      id,
      state: download?.state ?? missing,
      download,
      canPause: !isNative(this.#model?.manager?.constructor),
      title: title || download?.title || id,
      icon: icon || download?.icon || '',
      href: href ?? '',
      strings: this.#strings,
      format: this.#formatNow(),
    };
  }

  /** Says aloud what has changed since the last time; `removed` of what is not there any more. */
  protected say(all: readonly Looks[], removed?: string): void {
    if (!this.downloads) return;
    const before = this.#said;
    this.#said = new Map(all.map((looks) => [looks.id, [looks.title, stateOf(looks)]]));
    if (!before) return;
    const news = [...this.#said].filter(([id, [, state]]) => before.get(id)?.[1] !== state).map(([, each]) => each);
    for (const [id, [title]] of before) if (removed && !this.#said.has(id)) news.push([title, removed]);
    const { change } = this.#strings;
    if (news.length > 0) write(this.#live, news.map(([title, state]) => fill(change, { title, state })).join('. '));
  }

  /** What it shows is something else from now on: that is no news. */
  protected forgetSaid(): void {
    this.#said = undefined;
  }

  /** For styles. */
  protected setState(state: string): void {
    if (state === this.#state) return;
    const states = (this.#internals as { states?: Set<string> } | undefined)?.states;
    try {
      states?.delete(this.#state);
      states?.add(state);
    } catch {
      // Chromium before 125 wants dashes. The attribute is there.
    }
    this.#state = state;
    this.dataset.state = state;
  }

  /** What the user asks for: the app's affair first. One thing after the other is done with each, and none twice at a time. */
  protected act(action: Action, id: string, download: Download | undefined): void {
    const before = this.#busy.get(id);
    if (before?.action === action) return;
    const detail = { id, fetch: download?.fetch, item: download?.item };
    const options = { bubbles: true, composed: true, cancelable: true, detail };
    if (!this.dispatchEvent(new CustomEvent(`${action}request`, options))) return;
    const done = Promise.resolve(before?.done)
      .then(() => this.#perform(action, id, download))
      .catch(reportError)
      .then(() => {
        if (this.#busy.get(id)?.done === done) this.#busy.delete(id);
      });
    this.#busy.set(id, { action, done });
  }

  async #perform(action: Action, id: string, download: Download | undefined): Promise<void> {
    const model = this.#model;
    if (!model) return;
    const { registration } = model;
    const fetch = download?.fetch as Fetch | undefined;
    if (action === 'get' || action === 'retry') {
      const { requests, icon, downloadTotal = 0 } = this.describeOne(id);
      const { title } = this.looksOf(id, download);
      if (requests) await model.start(id, requests, { title, icons: icon ? [{ src: icon }] : [], downloadTotal });
      return;
    }
    if (action === 'remove') return model.remove(id, download);
    if (action === 'cancel') await fetch?.abort();
    else await (action === 'pause' ? pause : resume)(registration, id);
    if (fetch) await model.look(fetch);
  }

  async #connect(): Promise<void> {
    // Without HTTPS there are none.
    const container = navigator.serviceWorker as ServiceWorkerContainer | undefined;
    const wanted = this.#registration;
    const registration = wanted ?? (await container?.ready);
    if (!this.isConnected || this.#stop || wanted !== this.#registration) return;
    const model = registration && modelOf(registration);
    this.#model = model;
    this.#isMissing = !model?.manager;
    this.#said = undefined;
    if (!this.#isMissing) this.#stop = model?.subscribe(() => this.render());
    this.render();
  }

  /** A property that was set before the element was defined. */
  #adopt(name: 'registration' | 'describe' | 'strings' | 'fetchId'): void {
    if (!Object.hasOwn(this, name)) return;
    const self = this as Record<string, unknown>;
    const value = self[name];
    delete self[name];
    self[name] = value;
  }

  #formatNow(): Format {
    const language = (this.closest<HTMLElement>('[lang]') ?? document.documentElement).lang || undefined;
    if (language !== this.#language) this.#format = undefined;
    this.#language = language;
    return (this.#format ??= new Format(language, this.#strings));
  }
}
