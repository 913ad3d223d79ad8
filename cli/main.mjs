#!/usr/bin/env node
// `npx background-fetch-polyfill`: what an app needs besides the import. Node.js 20 or later, no dependencies.

import { parseArgs } from 'node:util';
import { copy } from './copy.mjs';
import { doctor } from './doctor.mjs';
import { PlainError } from './plain-error.mjs';

const USAGE = `background-fetch-polyfill copy FOLDER [--modules | --slim] [--maps]
  Puts the scripts for apps without a bundler into FOLDER/background-fetch-polyfill, and
  says which two lines load them. Once more after each update of the package.
    --modules   as modules, instead of classic scripts
    --slim      as modules, with the WebAssembly in a file of its own
    --maps      their source maps, too

background-fetch-polyfill doctor URL [--origin ORIGIN]
  Asks the server of a file whether a download that breaks off will go on from where it was,
  whether it can come in parts, and what to change if not. Exit code 0 if it will go on.
    --origin    of the app, where it is not that of the file: https://app.example`;

const commands = {
  copy: {
    options: { modules: { type: 'boolean' }, slim: { type: 'boolean' }, maps: { type: 'boolean' } },
    run: copy,
  },
  doctor: { options: { origin: { type: 'string' } }, run: doctor },
};

/** @returns {Promise<number>} the exit code */
async function main([name, ...args]) {
  if (name === undefined || name === '--help' || name === '-h' || args.includes('--help')) {
    console.log(USAGE);
    return 0;
  }
  const command = commands[name];
  if (!command) throw new PlainError(`There is no command ${name}.\n\n${USAGE}`);
  const { values, positionals } = read(args, command.options);
  if (positionals.length !== 1) throw new PlainError(`${name} takes one argument.\n\n${USAGE}`);
  return command.run(positionals[0], values, console.log);
}

function read(args, options) {
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new PlainError(`${error.message}\n\n${USAGE}`);
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    console.error(error instanceof PlainError ? error.message : error);
    process.exitCode = 1;
  },
);
