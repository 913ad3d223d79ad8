/** What is said. */

/** In English: what is said of a download that there is, by notifications, too. */
export const STATES = {
  amount: '{done} of {total}',
  left: '{time} left',
  running: 'Downloading',
  waiting: 'Waiting',
  'waiting-offline': 'Waiting for the network',
  'waiting-server': 'Waiting for the server',
  'waiting-server-until': 'Waiting for the server until {time}',
  'waiting-retry': 'Trying again soon',
  'waiting-retry-until': 'Trying again at {time}',
  'waiting-turn': 'Waiting for its turn',
  paused: 'Paused',
  finishing: 'Almost done',
  done: 'Downloaded',
  failed: 'Failed',
  'failed-quota-exceeded': 'Not enough room',
  'failed-bad-status': 'The server has refused it',
  'failed-fetch-error': 'Could not be downloaded',
  'failed-download-total-exceeded': 'Larger than announced',
};

/** All that elements say. `{title}` and its like are filled in; an app may replace each. */
export const ENGLISH = {
  downloads: 'Downloads',
  empty: 'No downloads',
  get: 'Download {title}',
  pause: 'Pause {title}',
  resume: 'Resume {title}',
  cancel: 'Cancel {title}',
  retry: 'Try again: {title}',
  remove: 'Remove {title}',
  /** What is read aloud when the state of one changes. */
  change: '{title}: {state}',
  removed: 'Removed',
  unavailable: 'Not possible here',
  unknown: 'Not known yet',
  none: 'Not downloaded',
  ...STATES,
};

export type States = typeof STATES;
export type Strings = typeof ENGLISH;

/** With what belongs into the braces. */
export const fill = (text: string, values: Record<string, string>): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
