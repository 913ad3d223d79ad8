/** What the documents import of packages that only the packaging tests install. */
declare module 'vite' {
  export function defineConfig(config: { plugins: object[] }): object;
}
declare module 'vite-plugin-pwa' {
  export function VitePWA(options: object): object;
}
declare module 'workbox-precaching' {
  export function precacheAndRoute(entries: object[]): void;
}
