/** What the worker tells its pages. */

const channel = new BroadcastChannel('night-ferry');

/** @param {{type: 'log', text: string} | {type: 'sent'}} message */
export const tell = (message) => channel.postMessage(message);

/** @param {string} text */
export const log = (text) => tell({ type: 'log', text });
