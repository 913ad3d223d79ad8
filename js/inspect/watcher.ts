/**
 * What the worker notes of its engine's doings, for those who inspect it. All that an engine has done by JavaScript goes
 * through its host: who stands before that sees it, and changes nothing. No value of a header is noted.
 */
import { Failure, type Host, type SentInit } from '../border/engine.ts';
import { entryUrl } from '../border/names.ts';
import type { Connection, Note, Notes } from '../border/notes.ts';

/** So many events are remembered. */
const MOST = 200;

/** Of each {@link Failure}; what is none of them, the engine takes for the second. */
const NAMES = Object.keys(Failure) as (keyof typeof Failure)[];

/** Where the keys of entries begin in their URLs. */
const KEY = entryUrl('').length;

/** What is to be noted before the host does it; what it returns, of what has come of it. */
type Observers = {
  [K in keyof Host]?: (...args: Parameters<Host[K]>) => ((result: ReturnType<Host[K]>) => void) | undefined;
};

export class Watcher {
  readonly #open = new Map<number, Connection>();
  #events: Note[] = [];
  #connections = 0;

  get notes(): Notes {
    return { open: [...this.#open.values()], events: this.#events };
  }

  /** What an engine is to be given in the place of this host. */
  watch(host: Host): Host {
    // What an engine before it had open has died with that.
    this.#open.clear();
    this.#note({ type: 'started' });
    const observers = this.#observers as Partial<Record<PropertyKey, (...args: unknown[]) => unknown>>;
    return new Proxy(host, {
      get: (target, name) => {
        const method = Reflect.get(target, name) as (...args: unknown[]) => unknown;
        return (...args: unknown[]): unknown => {
          const after = observers[name]?.(...args) as ((result: unknown) => void) | undefined;
          const result = Reflect.apply(method, target, args);
          after?.(result);
          return result;
        };
      },
    });
  }

  #note(note: Omit<Note, 'at'>): undefined {
    this.#events.push({ at: Date.now(), ...note });
    if (this.#events.length > MOST) this.#events.shift();
  }

  readonly #observers: Observers = {
    send: (url, init) => {
      const connection = this.#begin(url, init);
      init.signal?.addEventListener('abort', () => this.#close(connection));
      return (response) => {
        response.then(
          ({ status }) => {
            // Who was asked for a part may send all.
            const { from, to } = status === 206 ? connection : { from: 0, to: null };
            Object.assign(connection, { status, from, to });
            this.#note({ type: 'answered', url, status, from, to, connection: connection.connection });
          },
          (reason: number) => {
            // The engine has let go of it.
            if (!this.#open.has(connection.connection)) return;
            const name = NAMES[reason] ?? 'unreachable';
            this.#note({ type: 'failed', url, reason: name, connection: connection.connection });
            this.#close(connection);
          },
        );
      };
    },
    put: (_, url, chunks) => {
      const [uid, index] = decodeURIComponent(url.slice(KEY)).split('/');
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      this.#note({ type: 'stored', uid: `${uid}`, index: Number(index), bytes });
    },
    update: ({ uid, id, downloaded, uploaded, result, failureReason, recordsAvailable }) => {
      // There may be twenty a second: of each fetch the last one tells all.
      this.#events = this.#events.filter((each) => each.type !== 'progress' || each.uid !== uid);
      if (!recordsAvailable) this.#note({ type: 'over', uid, id });
      else if (result) this.#note({ type: 'ended', uid, id, result, reason: failureReason });
      else this.#note({ type: 'progress', uid, id, bytes: downloaded + uploaded });
    },
    fireEvent: (event, { uid, id }) => {
      this.#note({ type: 'event', uid, id, event });
      return (handled) => void handled.then(() => this.#note({ type: 'handled', uid, id, event }));
    },
    active: (active) => this.#note({ type: active ? 'busy' : 'idle' }),
    lost: () => this.#note({ type: 'lost' }),
  };

  #begin(url: string, { method = 'GET', headers }: SentInit): Connection {
    const range = headers.find(([name]) => name === 'range')?.[1] ?? '';
    const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
    const from = Number(first ?? 0);
    const to = last ? Number(last) + 1 : null;
    const connection = (this.#connections += 1);
    const begun = { connection, url, method, from, to, since: Date.now(), status: null };
    this.#open.set(connection, begun);
    this.#note({ type: 'sent', connection, url, method, from, to });
    return begun;
  }

  #close({ connection, url }: Connection): void {
    if (this.#open.delete(connection)) this.#note({ type: 'closed', connection, url });
  }
}
