/** What notifications say: of a download, the same as the elements. */
import { STATES } from '../downloads/strings.ts';

/** In English; an app may replace each. */
export const ENGLISH = {
  ...STATES,
  uploading: 'Uploading',
  uploaded: 'Uploaded',
  /** The names of the actions. */
  open: 'Open',
  pause: 'Pause',
  resume: 'Resume',
  cancel: 'Cancel',
};

export type Strings = typeof ENGLISH;

/** Of what is only sent. */
export const ofUpload = (strings: Strings): Strings => ({
  ...strings,
  running: strings.uploading,
  done: strings.uploaded,
  'failed-fetch-error': strings.failed,
});
