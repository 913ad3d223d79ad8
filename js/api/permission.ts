/** The permission "background-fetch": https://wicg.github.io/background-fetch/#permissions. */

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
  const native = prototype.query;
  prototype.query = {
    async query(this: Permissions, asked: PermissionDescriptor): Promise<PermissionStatus> {
      try {
        return await native.call(this, asked);
      } catch (error) {
        if (asked?.name !== descriptor.name) throw error;
        return granted();
      }
    },
  }.query;
}

/** A PermissionStatus that never changes; no script can make a real one. */
function granted(): PermissionStatus {
  // WebKit has it in pages only.
  const { prototype } = globalThis.PermissionStatus ?? EventTarget;
  return Object.defineProperties(Object.setPrototypeOf(new EventTarget(), prototype), {
    name: { value: descriptor.name },
    state: { value: 'granted' },
    onchange: { value: null, writable: true },
  });
}
