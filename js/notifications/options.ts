/** What an app may say of its notifications. */
import type { Manager } from '../extras/manager.ts';
import type { Strings } from './strings.ts';

/** What the app knows of a background fetch. */
export interface Description {
  /** By default, the one that `fetch()` was given; else the id. */
  title?: string;
  /** URL of an image. By default, the first icon that `fetch()` was given. */
  icon?: string;
  /** Where a click leads. */
  href?: string;
}

/** `false` for one that is not to be shown. */
export type Described = Description | false | undefined;

export interface Options {
  when?: 'finished' | 'progress';
  describe?: (id: string) => Described | PromiseLike<Described>;
  /** Where a click leads, unless `describe` says so. */
  url?: string;
  strings?: Partial<Strings>;
  /** A BCP 47 tag. */
  lang?: string;
  /** Whether those of the browser's own API are shown, too. */
  native?: boolean;
  /** Of the ponyfill: where the events are dispatched, and what begins fetches. */
  target?: EventTarget;
  manager?: Manager;
}
