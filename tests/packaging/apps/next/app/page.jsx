'use client';

// Also rendered at build time, in Node.js, where it does nothing.
import 'background-fetch-polyfill';
import '../page.js';

export default function Page() {
  return <p>An app</p>;
}
