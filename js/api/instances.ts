/**
 * The one BackgroundFetchRegistration that this realm has for each background fetch,
 * https://wicg.github.io/background-fetch/#get-a-backgroundfetchregistration-instance.
 */

import type { Connection } from '../border/connection.ts';
import type { FetchState } from '../border/engine.ts';
import {
  type BackgroundFetchRegistration,
  createInstance,
  type Instance,
  update,
} from './BackgroundFetchRegistration.ts';
import { loseRecords } from './live-record.ts';

/** By unique id; held strongly until the records are gone, after which nothing changes any more. */
const instances = new Map<string, Instance>();

/** States that came before their object: an update can overtake the answer that it belongs to. */
const early = new Map<string, FetchState>();

export function instanceOf(state: FetchState, connection: Connection): BackgroundFetchRegistration {
  let instance = instances.get(state.uid);
  if (!instance) {
    instance = createInstance(state, connection);
    instances.set(state.uid, instance);
    const later = early.get(state.uid);
    if (later) updateInstance(later);
  }
  return instance.wrapper;
}

/** What the realm's connection hears from the engine. */
export function updateInstance(state: FetchState): void {
  const { uid, recordsAvailable } = state;
  const instance = instances.get(uid);
  early.delete(uid);
  if (instance) update(instance, state);
  else if (recordsAvailable) early.set(uid, state);
  if (recordsAvailable) return;
  instances.delete(uid);
  loseRecords(uid);
}

/** Unique ids of the realm's objects that may still change. */
export function liveInstances(connection: Connection): string[] {
  return [...instances].filter(([, instance]) => instance.connection === connection).map(([uid]) => uid);
}

/** A fetch that ended while nobody could tell: what there is to know of it is known. */
export function loseInstance(uid: string): void {
  const instance = instances.get(uid);
  if (instance) updateInstance({ ...instance.state, recordsAvailable: false });
}
