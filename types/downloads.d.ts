/// <reference path="./downloads.element.d.ts" />

import type { BackgroundFetchButton, BackgroundFetchDownloads, BackgroundFetchJSX } from './downloads.element.js';

/** Defines `<background-fetch-button>` and `<background-fetch-downloads>`. */

export * from './downloads.element.js';

declare global {
  interface HTMLElementTagNameMap {
    'background-fetch-button': BackgroundFetchButton;
    'background-fetch-downloads': BackgroundFetchDownloads;
  }

  namespace JSX {
    interface IntrinsicElements extends BackgroundFetchJSX {}
  }
}
