/**
 * The one BackgroundFetchRegistration that this realm has for each background fetch,
 * https://wicg.github.io/background-fetch/#get-a-backgroundfetchregistration-instance.
 */
import type { FetchState } from '../border/engine.ts';
import type { Connection } from '../border/messages.ts';
import { type BackgroundFetchRegistration, BackgroundFetchRegistrationImpl } from './BackgroundFetchRegistration.ts';
import { loseRecords } from './live-record.ts';

/** By unique id; held strongly until the records are gone, after which nothing changes any more. */
const instances = new Map<string, BackgroundFetchRegistrationImpl>();

/** States that came before their object: an update can overtake the answer that it belongs to. */
const early = new Map<string, FetchState>();

export function instanceOf(state: FetchState, connection: Connection): BackgroundFetchRegistration {
  let impl = instances.get(state.uid);
  if (!impl) {
    impl = new BackgroundFetchRegistrationImpl(state, connection);
    instances.set(state.uid, impl);
    const later = early.get(state.uid);
    if (later) updateInstance(later);
  }
  return impl.wrapper;
}

/** What the realm's connection hears from the engine. */
export function updateInstance(state: FetchState): void {
  const { uid, recordsAvailable } = state;
  const impl = instances.get(uid);
  early.delete(uid);
  if (impl) impl.update(state);
  else if (recordsAvailable) early.set(uid, state);
  if (recordsAvailable) return;
  instances.delete(uid);
  loseRecords(uid);
}

/** Unique ids of the realm's objects that may still change. */
export function liveInstances(connection: Connection): string[] {
  return [...instances].filter(([, impl]) => impl.connection === connection).map(([uid]) => uid);
}

/** A fetch that ended while nobody could tell: what there is to know of it is known. */
export function loseInstance(uid: string): void {
  const impl = instances.get(uid);
  if (impl) updateInstance({ ...impl.state, recordsAvailable: false });
}
