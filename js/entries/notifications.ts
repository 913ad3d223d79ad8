/** In service workers: notifications of background fetches, where the browser shows nothing of them. */
export { notify } from '../notifications/notify.ts';
