/**
 * What reflection shows of the API in the realm where it is called. Self-contained, because it is
 * also sent to a browser: see record-native-surface.mjs.
 * @param {Record<PropertyKey, any>} global @returns {Record<string, string>}
 */
export function describeSurface(global) {
  const names = [
    'BackgroundFetchManager',
    'BackgroundFetchRegistration',
    'BackgroundFetchRecord',
    'BackgroundFetchEvent',
    'BackgroundFetchUpdateUIEvent',
  ];
  const handlers = ['success', 'fail', 'abort', 'click'].map((name) => `onbackgroundfetch${name}`);
  /** @type {Record<string, string>} */
  const surface = {};

  const kind = (value) => {
    if (typeof value !== 'function') return `${typeof value} ${String(value)}`;
    const plain = Object.getPrototypeOf(value) === Function.prototype;
    const constructs = Object.hasOwn(value, 'prototype');
    return `${constructs ? 'class' : plain ? 'function' : 'strange function'} ${value.name}/${value.length}`;
  };
  const property = (object, key) => {
    const descriptor = Object.getOwnPropertyDescriptor(object, key);
    if (!descriptor) return 'absent';
    const { get, set, value, writable, enumerable, configurable } = descriptor;
    const flags = Object.entries({ writable, enumerable, configurable });
    return [
      get || set ? `get ${get && kind(get)}, set ${set && kind(set)}` : kind(value),
      ...flags.filter(([, flag]) => flag).map(([name]) => name),
    ].join(' ');
  };
  /** What happens when a member is used on the prototype, which is none of its objects. */
  const onPrototype = (prototype, key) => {
    try {
      const value = prototype[key];
      const result = typeof value === 'function' ? prototype[key]() : value;
      if (!(result instanceof Promise)) return `gives ${typeof result}`;
      result.catch(() => undefined);
      return 'gives a promise';
    } catch (error) {
      return `throws ${error.name}`;
    }
  };

  for (const name of names) {
    surface[name] = property(global, name);
    const constructor = global[name];
    if (!constructor) continue;
    const { prototype } = constructor;
    surface[`${name} keys`] = Reflect.ownKeys(constructor).map(String).sort().join();
    surface[`${name} parent`] = Object.getPrototypeOf(constructor).name;
    surface[`${name}.prototype`] = property(constructor, 'prototype').replace(/^.*\]/, '');
    surface[`${name}.prototype order`] = Object.keys(prototype).join();
    surface[`new ${name}()`] = onPrototype({ make: () => new constructor() }, 'make');
    for (const key of Reflect.ownKeys(prototype)) {
      surface[`${name}#${String(key)}`] = property(prototype, key);
    }
    for (const key of Object.keys(prototype)) {
      surface[`${name}.prototype.${key}`] = onPrototype(prototype, key);
    }
  }
  const registration = global.ServiceWorkerRegistration.prototype;
  surface['ServiceWorkerRegistration#backgroundFetch'] = property(registration, 'backgroundFetch');
  surface['ServiceWorkerRegistration.prototype.backgroundFetch'] = onPrototype(registration, 'backgroundFetch');
  for (const name of handlers) surface[name] = property(global, name);
  return surface;
}
