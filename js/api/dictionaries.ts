/** The dictionaries and unions of the standard's IDL (background-fetch.idl). */
import type { MatchOptions, UIOptions } from '../border/engine.ts';
import {
  type Convert,
  createSequence,
  iteratorMethod,
  toBoolean,
  toDictionary,
  toDOMString,
  toSequence,
  toUnsignedLongLong,
} from '../webidl/convert.ts';

/** `ImageResource` of https://w3c.github.io/image-resource/ */
type ImageResource = NonNullable<UIOptions['icons']>[number];

const toImageResource = toDictionary<ImageResource>('ImageResource', {
  label: { convert: toDOMString },
  sizes: { convert: toDOMString },
  // A USVString, which the URL parser makes of it.
  src: { convert: toDOMString, required: true },
  type: { convert: toDOMString },
});

/** The members of `BackgroundFetchUIOptions`. */
export const uiOptions = {
  icons: { convert: toSequence(toImageResource) },
  title: { convert: toDOMString },
};

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchoptions */
export interface BackgroundFetchOptions extends UIOptions {
  downloadTotal: number;
}

export const toBackgroundFetchOptions = toDictionary<BackgroundFetchOptions>('BackgroundFetchOptions', {
  ...uiOptions,
  downloadTotal: { convert: toUnsignedLongLong, fallback: 0 },
});

/** A `boolean` member that is false if it is not given. */
export const flag = { convert: toBoolean, fallback: false };

/** https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions */
export const toCacheQueryOptions = toDictionary<MatchOptions>('CacheQueryOptions', {
  ignoreMethod: flag,
  ignoreSearch: flag,
  ignoreVary: flag,
});

/** Whether the value is a Request of any realm: the brand check of one of its own getters tells. */
function isRequest(value: unknown): value is Request {
  try {
    return Reflect.get(Request.prototype, 'url', value) !== undefined;
  } catch {
    return false;
  }
}

/** https://fetch.spec.whatwg.org/#requestinfo; of a string, whoever parses it makes a USVString. */
export const toRequestInfo: Convert<Request | string> = (value, context) =>
  isRequest(value) ? value : toDOMString(value, context);

/** `(RequestInfo or sequence<RequestInfo>)`, as a list. */
export const toRequestList: Convert<(Request | string)[]> = (value, context) => {
  const iterate = isRequest(value) ? undefined : iteratorMethod(value, context);
  return iterate ? createSequence(iterate.call(value), toRequestInfo, context) : [toRequestInfo(value, context)];
};
