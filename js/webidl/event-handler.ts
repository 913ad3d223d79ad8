/** Event handler attributes: https://html.spec.whatwg.org/#event-handler-attributes. */
import { isObject } from './convert.ts';

type Handler = object;

/** The listener of an attribute that is set: calls whatever the attribute's value is by then. */
interface Entry extends EventListenerObject {
  value: Handler;
}

/** Of an {@link Entry}. An object that cannot be called is a legal value that does nothing. */
function handleEvent(this: Entry, event: Event): void {
  const { value } = this;
  if (typeof value === 'function' && value.call(event.currentTarget, event) === false) event.preventDefault();
}

/** The values of one attribute, of all objects that have it. */
export class EventHandlerAttribute {
  readonly #entries = new WeakMap<EventTarget, Entry>();
  readonly #type: string;

  constructor(type: string) {
    this.#type = type;
  }

  get(target: EventTarget): Handler | null {
    return this.#entries.get(target)?.value ?? null;
  }

  /** What is not an object counts as null; a new value keeps the old one's place among the listeners. */
  set(target: EventTarget, value: unknown): void {
    const old = this.#entries.get(target);
    if (!isObject(value)) {
      target.removeEventListener(this.#type, old ?? null);
      this.#entries.delete(target);
    } else {
      const entry = old ?? { value, handleEvent };
      entry.value = value;
      this.#entries.set(target, entry);
      // Does nothing for one that is there.
      target.addEventListener(this.#type, entry);
    }
  }
}

/**
 * Defines `on${type}` for each type on a global object, where the attributes' setters take an absent
 * `this` for the global (https://webidl.spec.whatwg.org/#dfn-attribute-setter).
 */
export function defineGlobalEventHandlers(global: EventTarget, types: readonly string[]): void {
  for (const type of types) {
    const name = `on${type}`;
    if (name in global) continue;
    const attribute = new EventHandlerAttribute(type);
    const accessors = {
      get [name](): unknown {
        return attribute.get(own(this));
      },
      set [name](value: unknown) {
        attribute.set(own(this), value);
      },
    };
    const descriptor = Object.getOwnPropertyDescriptor(accessors, name) as PropertyDescriptor;
    // [Global] interfaces keep their members on the global object itself.
    Object.defineProperty(global, name, descriptor);
  }

  function own(receiver: unknown): EventTarget {
    if ((receiver ?? global) !== global) throw new TypeError('Illegal invocation');
    return global;
  }
}
