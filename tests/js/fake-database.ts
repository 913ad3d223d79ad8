/** As much of IndexedDB as it takes to read the rows of one database, to put and remove some by key, and to delete it. */

type Rows = Record<string, { key: IDBValidKey; value: unknown }[]>;

const later = <T>(result: T): IDBRequest<T> => {
  const request = { result } as IDBRequest<T>;
  queueMicrotask(() => request.onsuccess?.(new Event('success')));
  return request;
};

/** Whether an array is a key of the range below these. */
const isWithin = (key: IDBValidKey, range: FakeRange | undefined): boolean =>
  range === undefined || (key as unknown[])[0] === range.prefix[0];

class FakeRange {
  readonly prefix: unknown[];

  constructor(prefix: unknown[]) {
    this.prefix = prefix;
  }

  static bound = (lower: unknown[]): FakeRange => new FakeRange(lower);
}

/** Puts it on the global object, with these rows by the names of their stores; without rows there is no database. */
export function installDatabase(name: string, rows?: Rows): { deleted: string[]; connections: { open: number } } {
  const deleted: string[] = [];
  const connections = { open: 0 };
  const objectStore = (store: string) => ({
    getAll: (range?: FakeRange) =>
      later((rows?.[store] ?? []).filter(({ key }) => isWithin(key, range)).map(({ value }) => value)),
    get: (wanted: IDBValidKey) => later(rows?.[store]?.find(({ key }) => key === wanted)?.value),
    clear: () => later(undefined),
    put: (value: unknown, key?: IDBValidKey) => {
      if (key && rows) rows[store] = [...(rows[store] ?? []).filter((row) => row.key !== key), { key, value }];
      return later(undefined);
    },
    delete: (key: IDBValidKey) => {
      if (rows) rows[store] = (rows[store] ?? []).filter((row) => row.key !== key);
      return later(undefined);
    },
    getAllKeys: () => later((rows?.[store] ?? []).map(({ key }) => key)),
    count: () => later(rows?.[store]?.length ?? 0),
  });
  const connect = () => {
    connections.open += 1;
    return later({ transaction: () => ({ objectStore }), close: () => void (connections.open -= 1) });
  };
  Object.assign(globalThis, {
    IDBKeyRange: FakeRange,
    indexedDB: {
      databases: async () => (rows ? [{ name }] : []),
      open: connect,
      deleteDatabase: (which: string) => {
        deleted.push(which);
        return later(undefined);
      },
    },
  });
  return { deleted, connections };
}
