/** Takes minutes to be installed, as an app with much to precache on a slow line. */
addEventListener('install', (event) => event.waitUntil(new Promise((resolve) => setTimeout(resolve, 600_000))));
