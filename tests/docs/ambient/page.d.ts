/** What the app of the documents has in its pages. `../world.mjs` has the same. */
import '../../../types/window.d.ts';
import '../../../types/aliases.d.ts';

declare global {
  /** To the user: a fraction, bytes, a truth. */
  function show(what: number | boolean | string): void;
  function list(url: string): void;
  function play(film: Blob): void;
  function run(weights: Blob): void;
  function openPlainDownload(url: string): Promise<void>;

  /** What it looks for in its own page is there. */
  interface ParentNode {
    querySelector<K extends keyof HTMLElementTagNameMap>(selectors: K): HTMLElementTagNameMap[K];
  }
}
