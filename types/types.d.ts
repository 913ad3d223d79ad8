/// <reference path="./index.d.ts" />

/** What the standard names, and TypeScript's libraries will have as global names one day. */

export type BackgroundFetchResult = BackgroundFetchRegistration['result'];
export type BackgroundFetchFailureReason = BackgroundFetchRegistration['failureReason'];
