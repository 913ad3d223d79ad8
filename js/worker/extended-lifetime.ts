import { invalidState } from '../webidl/exceptions.ts';

let warned = false;

/** An event's extend lifetime promises: https://w3c.github.io/ServiceWorker/#extendableevent-interface. */
export class ExtendedLifetime {
  /** The dispatch flag, and one for each promise that is not settled. */
  #pending = 1;
  #end!: () => void;
  readonly #ended = new Promise<void>((resolve) => {
    this.#end = resolve;
  });

  get active(): boolean {
    return this.#pending > 0;
  }

  /** https://w3c.github.io/ServiceWorker/#dom-extendableevent-waituntil */
  waitUntil(promise: unknown): void {
    if (!this.active) throw invalidState('The event is no longer active.');
    if (typeof promise === 'function') warnOfFunction();
    this.#pending += 1;
    // Only then is the count lowered, so that a handler of the same promise may still add another.
    const settle = (): void => queueMicrotask(() => this.#settle());
    // Not caught: a rejection is reported, as it is natively.
    void Promise.resolve(promise).finally(settle);
  }

  /** To be called right before the event is dispatched; resolves when it is no longer active. */
  async ended(): Promise<void> {
    // A native event is active until the microtasks of its listeners have run. When a script
    // dispatches, they run after it, all of them before the next task, which this timer is: the
    // listeners' own come after it.
    setTimeout(() => this.#settle());
    await this.#ended;
  }

  #settle(): void {
    this.#pending -= 1;
    if (!this.active) this.#end();
  }
}

/** A mistake copied from a well-known page, which natively goes unnoticed: the function never runs. */
function warnOfFunction(): void {
  if (warned) return;
  warned = true;
  console.warn('waitUntil() was given a function, which never runs: give it a promise.');
}
