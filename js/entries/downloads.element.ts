/** The elements' classes, which nobody has defined yet. */
export { BackgroundFetchButton } from '../downloads/button.ts';
export { BackgroundFetchElement } from '../downloads/element.ts';
export { BackgroundFetchDownloads } from '../downloads/list.ts';
