/** The dictionaries and unions of the standard's IDL (background-fetch.idl). */
import type { MatchOptions, UIOptions } from '../border/engine.ts';
import {
  type Convert,
  createSequence,
  optional,
  required,
  toBoolean,
  toDictionary,
  toDOMString,
  toSequence,
  toUnsignedLongLong,
} from '../webidl/convert.ts';

/** `ImageResource` of https://w3c.github.io/image-resource/ */
type ImageResource = NonNullable<UIOptions['icons']>[number];

const toImageResource = toDictionary<ImageResource>('ImageResource', {
  label: optional(toDOMString),
  sizes: optional(toDOMString),
  // A USVString, which the URL parser makes of it.
  src: required(toDOMString),
  type: optional(toDOMString),
});

/** The members of `BackgroundFetchUIOptions`. */
export const uiOptions = {
  icons: optional(toSequence(toImageResource)),
  title: optional(toDOMString),
};

/** https://wicg.github.io/background-fetch/#dictdef-backgroundfetchoptions */
export interface BackgroundFetchOptions extends UIOptions {
  downloadTotal: number;
}

export const toBackgroundFetchOptions = toDictionary<BackgroundFetchOptions>('BackgroundFetchOptions', {
  ...uiOptions,
  downloadTotal: toUnsignedLongLong,
});

/** https://w3c.github.io/ServiceWorker/#dictdef-cachequeryoptions */
export const toCacheQueryOptions = toDictionary<MatchOptions>('CacheQueryOptions', {
  ignoreMethod: toBoolean,
  ignoreSearch: toBoolean,
  ignoreVary: toBoolean,
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
export const toRequestList: Convert<(Request | string)[]> = (value, context) =>
  (isRequest(value) ? undefined : createSequence(value, toRequestInfo, context)) ?? [toRequestInfo(value, context)];
