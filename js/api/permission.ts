/** The permission "background-fetch": https://wicg.github.io/background-fetch/#permissions. */
import { createObject } from '../webidl/define.ts';

const descriptor = { name: 'background-fetch' as PermissionName };

/** Whether the browser knows the permission, and the user has denied it. */
export async function isDenied(): Promise<boolean> {
  try {
    return (await navigator.permissions.query(descriptor)).state === 'denied';
  } catch {
    return false;
  }
}

/** Where the browser does not know the permission, `navigator.permissions.query()` says "granted". */
export function installPermission(): void {
  if (!('Permissions' in globalThis)) return;
  const { prototype } = Permissions;
  const { query } = prototype;
  Object.assign(prototype, {
    async query(this: Permissions, asked: PermissionDescriptor): Promise<PermissionStatus> {
      try {
        return await query.call(this, asked);
      } catch (error) {
        if (asked?.name !== descriptor.name) throw error;
        return granted();
      }
    },
  });
}

/** A PermissionStatus that never changes; no script can make a real one. */
function granted(): PermissionStatus {
  // WebKit has it in pages only.
  return Object.defineProperties(createObject(globalThis.PermissionStatus ?? EventTarget, EventTarget), {
    name: { value: descriptor.name },
    state: { value: 'granted' },
    onchange: { value: null, writable: true },
  });
}
