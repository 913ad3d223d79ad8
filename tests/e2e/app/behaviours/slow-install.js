/** Takes 3 s to be installed. */
addEventListener('install', (event) => event.waitUntil(new Promise((resolve) => setTimeout(resolve, 3_000))));
