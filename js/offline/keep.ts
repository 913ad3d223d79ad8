/** From the records of a background fetch to an item of the library. */
import { invalidState } from '../webidl/exceptions.ts';
import { library } from './changes.ts';
import { copy, type Registration } from './copy.ts';
import { transact } from './database.ts';
import { type Item, toItem } from './items.ts';
import { putItem, succeededFetch } from './rows.ts';
import { requireScope } from './scope.ts';
import { clear } from './tidy.ts';

/**
 * Makes an item of a background fetch that has succeeded, while its event lasts. Another one of the same name is removed
 * when this one is there. May be repeated.
 *
 * Where the engine of this library has fetched it, that is one transaction, and no byte is copied. Where the browser has,
 * its records are read and stored again.
 */
export async function keep(
  registration: Registration,
  { name = registration.id }: { name?: string } = {},
): Promise<Item> {
  const scope = await requireScope();
  const { id, downloaded, result, recordsAvailable } = registration;
  if (result !== 'success' || !recordsAvailable) {
    throw invalidState(`keep() is for a success, during its event: the result is '${result}'.`);
  }
  const kept =
    (await transact(scope, 'readwrite', async (stores) => {
      const row = await succeededFetch(stores, id, downloaded);
      return row && putItem(stores, row, name);
    })) ?? (await copy(scope, registration, name));
  if (kept.news) library.announce(name);
  if (kept.replaced) await clear(scope, kept.replaced);
  return toItem(kept.item);
}
