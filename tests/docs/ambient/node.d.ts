/** What the documents use of other packages, and go on with from one block to the next. */
import type { Page } from 'puppeteer-core';

declare global {
  const page: Page;
  /** Of workbox-build. */
  function generateSW(config: { importScripts: string[] }): Promise<object>;
}
