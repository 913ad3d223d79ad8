// The browsers that the tests drive: where they are, and what has to be installed. The only such table.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canInstall } from './apt.mjs';
import { isExecutable, PlainError, say, which } from './run.mjs';

const macApp = (name) => `/Applications/${name}.app/Contents/MacOS/${name}`;

/** Each program: the variable that overrides the search, names on PATH, other places, the package. */
const programs = {
  chromium: {
    env: 'CHROMIUM_BIN',
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    places: () => [macApp('Google Chrome'), macApp('Chromium')],
    package: 'chromium',
  },
  chromedriver: {
    env: 'CHROMEDRIVER_BIN',
    names: ['chromedriver'],
    places: () => ['/usr/lib/chromium-browser/chromedriver', '/usr/lib/chromium/chromedriver'],
    package: 'chromium-driver',
  },
  firefox: {
    env: 'FIREFOX_BIN',
    names: ['firefox-esr', 'firefox'],
    places: () => ['/Applications/Firefox.app/Contents/MacOS/firefox'],
    package: 'firefox-esr',
  },
  miniBrowser: {
    env: 'MINI_BROWSER_BIN',
    names: ['MiniBrowser'],
    places: miniBrowsers,
    package: 'webkit2gtk-driver',
  },
  xvfb: { env: 'XVFB_BIN', names: ['Xvfb'], places: () => [], package: 'xvfb' },
};

/** The absolute path of a program (a key of the table); throws what to do if it is not here. */
export function browserPath(name) {
  const path = find(programs[name]);
  if (!path)
    throw new PlainError(`${name} is missing. Get it with \`npm run setup\`. ${byHand([programs[name].package])}`);
  return path;
}

export async function ensureBrowsers(names = Object.keys(programs)) {
  const missing = () => names.filter((name) => !find(programs[name]));
  if (missing().length === 0) return;
  const packages = [...new Set(missing().map((name) => programs[name].package))];
  if (canInstall()) {
    say(`missing for the tests: ${missing().join(', ')}`);
    await aptInstall(packages, byHand(packages));
  }
  if (missing().length > 0) {
    throw new PlainError(`These are missing for the tests: ${missing().join(', ')}. ${byHand(packages)}`);
  }
}

function byHand(packages) {
  const variables = packages.flatMap((name) =>
    Object.values(programs)
      .filter((program) => program.package === name)
      .map(({ env }) => env),
  );
  return (
    `On Debian: \`apt-get install ${packages.join(' ')}\`. ` +
    `Elsewhere install them, and if they are not on PATH say where with ${variables.join(', ')}.`
  );
}

function find({ env, names, places }) {
  const given = process.env[env];
  if (given) return isExecutable(given) ? given : undefined;
  for (const name of names) {
    const file = which(name);
    if (file) return file;
  }
  return places().find(isExecutable);
}

/** WebKitGTK keeps its test browser among its libraries: /usr/lib/<triple>/webkit2gtk-4.x/. */
function miniBrowsers() {
  const list = (dir) => (existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name)) : []);
  return ['/usr/lib', '/usr/libexec', '/usr/lib64']
    .flatMap((dir) => [...list(dir), dir])
    .filter((dir) => !dir.endsWith('.so'))
    .flatMap((dir) => {
      try {
        return list(dir).filter((entry) => /webkit(2gtk|gtk)-[\d.]+$/.test(entry));
      } catch {
        return [];
      }
    })
    .sort()
    .reverse()
    .map((dir) => join(dir, 'MiniBrowser'));
}
