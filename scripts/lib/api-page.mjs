// The reference of the API, in Markdown: each entry of the package, with what its types declare.

import { basename } from 'node:path';
import { fromRoot } from './paths.mjs';
import { readDeclarations } from './type-declarations.mjs';

const HEAD = `# API

Made from [types/](../types) by \`npm run docs\`. What the standard has is described there:
[Background Fetch](https://wicg.github.io/background-fetch/), and on
[MDN](https://developer.mozilla.org/docs/Web/API/Background_Fetch_API). Its interfaces are global; what an entry exports
is imported from it by name.
`;

/** @param {string} name of the package @param {Record<string, any>} exports its entries */
export async function describeEntries(name, exports) {
  const entries = Object.entries(exports).filter(([, { types }]) => types);
  const files = entries.map(([, { types }]) => fromRoot('types', basename(types)));
  const declared = await readDeclarations(files);
  const seen = new Set();
  const sections = groupsOf(entries, declared).map(({ names, file }) => {
    const fresh = declared.closure(file).filter((path) => !seen.has(path));
    for (const path of fresh) seen.add(path);
    const title = `## ${names.map((entry) => `\`${name}${entry.slice(1)}\``).join(', ')}`;
    return [title, ...fresh.flatMap((path) => describeFile(declared.of(path)))].join('\n\n');
  });
  return `${[HEAD.trimEnd(), ...sections].join('\n\n')}\n`;
}

/** Entries that declare the same, in the order of the package. */
function groupsOf(entries, declared) {
  const groups = new Map();
  for (const [entry, { types }] of entries) {
    const file = fromRoot('types', basename(types));
    const key = declared.closure(file).join();
    const group = groups.get(key) ?? { names: [], file };
    group.names.push(entry);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function describeFile({ about, declarations }) {
  return [...about, ...declarations.flatMap(describe)];
}

function describe({ name, kind, about, signature, members }) {
  const title = `### ${kind === 'events' ? `Events of ${name}` : name}`;
  const shown = signature ? [`\`\`\`ts\n${signature}\n\`\`\``] : [];
  const list = members.map((member) => `- \`${member.signature}\`${member.about ? `\\\n  ${member.about}` : ''}`);
  return [title, ...about, ...shown, ...(list.length > 0 ? [list.join('\n')] : [])];
}
