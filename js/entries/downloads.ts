/** Defines the elements, where there are elements. */
import { BackgroundFetchButton } from '../downloads/button.ts';
import { BackgroundFetchElement } from '../downloads/element.ts';
import { BackgroundFetchDownloads } from '../downloads/list.ts';

BackgroundFetchButton.define();
BackgroundFetchDownloads.define();

export { BackgroundFetchButton, BackgroundFetchDownloads, BackgroundFetchElement };
