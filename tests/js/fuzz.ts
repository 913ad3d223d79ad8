/** Values and messages of any kind, as far as structured clone lets them through; to be run more often on demand. */
import type { TestContext } from 'node:test';

import fc from 'fast-check';

/** `FUZZ_CASES` says how often, `FUZZ_SEED` repeats what was printed. */
export async function fuzz<T>(context: TestContext, property: fc.IAsyncProperty<T>): Promise<void> {
  const numRuns = Number(process.env.FUZZ_CASES ?? 60);
  const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 31);
  context.diagnostic(`FUZZ_CASES=${numRuns} FUZZ_SEED=${seed}`);
  await fc.assert(property, { numRuns, seed, endOnFailure: false });
}

/** Names that an object without any care has already. */
const inherited = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'then'];

const polluting = (value: unknown): object =>
  JSON.parse(`{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}},
    "value": ${JSON.stringify(value) ?? 0}}`) as object;

function cyclic(): object {
  const object: Record<string, unknown> = { kind: 'update', list: [] };
  object.self = object;
  (object.list as unknown[]).push(object, object.list);
  return object;
}

const specials: (() => unknown)[] = [
  cyclic,
  () => [cyclic()],
  () => new Array(100_000).fill(0),
  () => new Array(2 ** 32 - 1),
  () => 'x'.repeat(1_000_000),
  () => ({ toString: 1, valueOf: 1 }),
  () => Object.create(null),
  () =>
    new Map<unknown, unknown>([
      ['__proto__', 1],
      [{}, []],
    ]),
  () => new Set(inherited),
  () => new Error('error', { cause: cyclic() }),
  () => new Date(NaN),
  () => /(a+)+$/g,
  () => new Uint8Array(3),
  () => new ArrayBuffer(8),
  () => Object(Symbol.iterator.description) as unknown,
  () => Object(1n) as unknown,
  // Only what was asked for before it is cloned.
  () => ({
    get kind() {
      return 'answer';
    },
    get id() {
      return 1;
    },
  }),
];

/** Whatever `postMessage` takes. */
export const anything = (): fc.Arbitrary<unknown> =>
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .anything({
          maxDepth: 2,
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withTypedArray: true,
          key: fc.oneof(fc.string(), fc.constantFrom(...inherited)),
        })
        .filter(isCloneable),
    },
    { weight: 1, arbitrary: fc.constantFrom(...specials).map((make) => structuredClone(make())) },
    { weight: 1, arbitrary: fc.constantFrom(...inherited) },
    { weight: 1, arbitrary: fc.constantFrom(undefined, null, 0, -0, NaN, Infinity, 2 ** 53, -1, '', true, 10n, []) },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 1 }).map(polluting) },
  );

function isCloneable(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

/** A message that is right but for some of its members, at any depth, or right. */
export const mutated = (base: fc.Arbitrary<object>): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      base,
      fc.array(
        fc.record({
          path: fc.array(fc.nat(20), { minLength: 1, maxLength: 4 }),
          value: anything(),
          remove: fc.boolean(),
        }),
        { maxLength: 3 },
      ),
    )
    .map(([message, changes]) => {
      const copy = structuredClone(message);
      for (const { path, value, remove } of changes) change(copy, path, value, remove);
      return copy;
    });

function change(target: object, [step = 0, ...rest]: number[], value: unknown, remove: boolean): void {
  const names = Object.keys(target);
  if (names.length === 0 || names.length > 100) return;
  const name = names[step % names.length] as keyof typeof target;
  const child = target[name] as unknown;
  if (rest.length > 0 && typeof child === 'object' && child !== null) return change(child, rest, value, remove);
  // Not those of typed arrays and of wrapped strings.
  const { configurable } = Object.getOwnPropertyDescriptor(target, name) as PropertyDescriptor;
  if (ArrayBuffer.isView(target) || !configurable) return;
  if (remove) delete target[name];
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Listeners that fail are heard of, and do not end the process. */
export function guard(target: { onmessage: ((event: any) => unknown) | null }, thrown: unknown[]): void {
  const listener = target.onmessage;
  if (!listener || guarded.has(listener)) return;
  const careful = function (this: unknown, event: unknown): void {
    try {
      listener.call(this, event);
    } catch (error) {
      thrown.push(error);
    }
  };
  guarded.add(careful);
  target.onmessage = careful;
}

const guarded = new WeakSet<(event: any) => unknown>();
