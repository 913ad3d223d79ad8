/** Whether this realm has the real API, beside which ours must not exist. */
export const hasNative = 'BackgroundFetchManager' in globalThis;
