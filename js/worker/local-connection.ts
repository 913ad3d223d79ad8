import type { Connection } from '../border/connection.ts';
import type { Answer, Arguments, Kind } from '../border/messages.ts';
import { toErrorData, toException } from '../webidl/exceptions.ts';
import type { Server } from './server.ts';
import type { Session } from './sessions.ts';

/** The service worker's connection to its own engine. */
export class LocalConnection implements Connection {
  readonly #registration: ServiceWorkerRegistration;
  readonly #server: Server;
  readonly #session: Session;

  constructor(registration: ServiceWorkerRegistration, server: Server, session: Session) {
    this.#registration = registration;
    this.#server = server;
    this.#session = session;
  }

  get scope(): string {
    return this.#registration.scope;
  }

  get available(): boolean {
    return this.#registration.active !== null;
  }

  /** The server looks by itself. */
  async hasWork(): Promise<boolean> {
    return this.available;
  }

  async call<K extends Kind>(kind: K, ...args: Arguments<K>): Promise<Answer<K>> {
    try {
      return await this.#server.call(this.#session, kind, args);
    } catch (error) {
      throw toException(toErrorData(error));
    }
  }
}
