/** Whether there is room. */
import { storageLeft } from '../border/storage-left.ts';

/** Whether the browser says that it has room for so many bytes more. Those that do not say are believed to have it. */
export const canStore = async (bytes: number): Promise<boolean> => (await storageLeft()) >= bytes;
