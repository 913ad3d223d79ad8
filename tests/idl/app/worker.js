/** A dedicated or a shared worker. */
importScripts('/dist/window.js', '/checks.js');

async function serve(event) {
  idl.serve(event, await navigator.serviceWorker?.getRegistration('/idl/'));
}

// A shared worker has a port for each page that asks for it.
if ('onconnect' in globalThis) onconnect = ({ ports: [port] }) => (port.onmessage = serve);
else onmessage = serve;
