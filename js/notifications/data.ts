/** What a notification of ours carries, by which a later life of the worker knows it. */
import { PREFIX } from '../border/names.ts';
import type { Shown } from '../extras/meter.ts';

/** What is used of the standard's objects. */
export type Fetch = Shown & { abort(): Promise<boolean> };

/** The attributes of the standard's object, as they were when the notification was shown. */
export type Attributes = Omit<Shown, keyof EventTarget | 'recordsAvailable'>;

export interface Data extends Attributes {
  /** Unique for ever; undefined where only the browser knows. */
  uid: string | undefined;
  /** Absolute; undefined where nobody has said where a click leads. */
  link: string | undefined;
}

/** One for each id of a registration: what is begun again takes the place of what has failed. */
export const tagOf = (scope: string, id: string): string => `${PREFIX}${scope}#${id}`;

/** What is carried by a notification; undefined if it is not ours. */
export function dataOf({ tag, data }: Pick<Notification, 'tag' | 'data'>, scope: string): Data | undefined {
  const { id } = Object(data) as Partial<Data>;
  return typeof id === 'string' && tag === tagOf(scope, id) ? (data as Data) : undefined;
}

export const attributesOf = (fetch: Shown): Attributes => {
  const { id, uploadTotal, uploaded, downloadTotal, downloaded, result, failureReason } = fetch;
  return { id, uploadTotal, uploaded, downloadTotal, downloaded, result, failureReason };
};
