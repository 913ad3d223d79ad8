// What files of types declare, read by TypeScript itself. Its API is not stable yet: the lock file holds the version.

import { dirname, resolve } from 'node:path';
import { fromRoot, root } from './paths.mjs';

/** What the library of TypeScript has its own words for. */
const OVERLOADED = ['addEventListener', 'removeEventListener'];

/** Said a second time for the library "webworker". */
const REPEATED = 'DedicatedWorkerGlobalScopeEventMap';

/**
 * @typedef {object} Declaration
 * @property {string} name
 * @property {'interface' | 'events' | 'function' | 'other'} kind
 * @property {string[]} about paragraphs
 * @property {string} [signature] where there are no members to list, or a base
 * @property {{signature: string, about: string}[]} members
 */

/**
 * Reads `files`, and those that they refer to.
 * @param {string[]} files
 */
export async function readDeclarations(files) {
  const [{ API }, { SyntaxKind }] = await Promise.all([
    import('typescript/unstable/sync'),
    import('typescript/unstable/ast'),
  ]);
  const api = new API({ cwd: root });
  try {
    const project = fromRoot('tsconfig.json');
    const [{ program }] = api.updateSnapshot({ openProjects: [project] }).getProjects();
    const read = new Map();
    const visit = (path) => {
      if (read.has(path)) return;
      const source = program.getSourceFile(path);
      read.set(path, readFile(source, SyntaxKind));
      for (const each of read.get(path).references) visit(each);
    };
    for (const file of files) visit(file);
    return {
      of: (path) => read.get(path),
      /** The file after those that it refers to, without those that only refer. */
      closure: (path) => closureOf(path, read).filter((each) => read.get(each).declarations.length > 0),
    };
  } finally {
    api.close();
  }
}

function closureOf(path, read) {
  const { references } = read.get(path);
  return [...new Set([...references.flatMap((each) => closureOf(each, read)), path])];
}

function readFile(source, kinds) {
  const { text, fileName } = source;
  const references = [...text.matchAll(/^\/\/\/ <reference path="(.+)" \/>$/gm)].map(([, path]) =>
    resolve(dirname(fileName), path),
  );
  const statements = [...source.statements].map((node) => ({ node, comments: commentsOf(node, text) }));
  const about = statements.flatMap(({ comments }) => comments.filter(({ isApart }) => isApart));
  const constructors = new Map(statements.flatMap(({ node }) => constructorsOf(node, text, kinds)));
  const declarations = statements
    .map(({ node, comments }) => declarationOf(node, comments, { text, kinds, constructors }))
    .filter((declaration) => declaration !== undefined);
  return { references, about: about.flatMap(paragraphs), declarations };
}

/** Its doc comments. One with an empty line after it is the file's. */
function commentsOf(node, text) {
  return (node.jsDoc ?? []).map(({ pos, end }) => ({
    text: text.slice(pos, end),
    isApart: /^\r?\n\s*\n/.test(text.slice(end)),
  }));
}

/** @returns {string[]} */
function paragraphs(comment) {
  const lines = comment.text
    .replace(/^[\s\S]*?\/\*\*/, '')
    .replace(/\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd());
  return lines
    .join('\n')
    .split(/\n\s*\n/)
    .map((each) => (/^ {2}/.test(each) ? `\`\`\`js\n${each.trim()}\n\`\`\`` : each.trim().replace(/\s+/g, ' ')))
    .filter((each) => each !== '');
}

/** The text of a node without its comments, in one line. */
function signatureOf(node, text) {
  const last = node.jsDoc?.at(-1);
  const written = text.slice(last ? last.end : node.pos, node.end);
  return written
    .replace(/\/\*\*[\s\S]*?\*\//g, ' ')
    .replace(/^\s*\/\/.*$/gm, ' ')
    .replace(/\s+/g, ' ')
    .replace(/: \| /g, ': ')
    .replace(/\( /g, '(')
    .replace(/,? \)/g, ')')
    .trim()
    .replace(/[;,]$/, '');
}

/** Of `declare var X: { new (…): X }`: X, and how it is constructed, if an app may. */
function constructorsOf(node, text, kinds) {
  if (node.kind !== kinds.VariableStatement) return [];
  const [{ name, type }] = [...node.declarationList.declarations];
  const found = [...(type?.members ?? [])].find(({ kind }) => kind === kinds.ConstructSignature);
  if (!found) return [];
  const signature =
    [...found.parameters].length > 0 ? signatureOf(found, text).replace(/^new /, `new ${name.text}`) : '';
  return [[name.text, signature]];
}

function declarationOf(node, comments, { text, kinds, constructors }) {
  const about = comments.filter(({ isApart }) => !isApart).flatMap(paragraphs);
  if (node.kind === kinds.InterfaceDeclaration || node.kind === kinds.ClassDeclaration) {
    const name = node.name.text;
    if (name === REPEATED) return undefined;
    const members = membersOf(node, text);
    if (name.endsWith('EventMap')) return { name: name.replace(/EventMap$/, ''), kind: 'events', about, members };
    const made = constructors.get(name);
    if (made) members.unshift({ signature: made, about: '' });
    return { name, kind: 'interface', about: [...base(node, text), ...about], members };
  }
  if (node.kind === kinds.FunctionDeclaration) {
    const signature = signatureOf(node, text).replace(/^export /, '');
    return { name: `${node.name.text}()`, kind: 'function', about, signature, members: [] };
  }
  if (node.kind === kinds.TypeAliasDeclaration) {
    const signature = signatureOf(node, text).replace(/^export /, '');
    return { name: node.name.text, kind: 'other', about, signature, members: [] };
  }
  if (node.kind === kinds.VariableStatement) {
    const [{ name }] = [...node.declarationList.declarations];
    if (constructors.has(name.text)) return undefined;
    return { name: name.text, kind: 'other', about, signature: signatureOf(node, text), members: [] };
  }
  return undefined;
}

function base(node, text) {
  const clauses = [...(node.heritageClauses ?? [])].map((clause) => text.slice(clause.pos, clause.end).trim());
  return clauses.map((clause) => clause.replace(/^extends (.+)$/, 'Extends `$1`.'));
}

function membersOf(node, text) {
  return [...node.members]
    .filter(({ name }) => !OVERLOADED.includes(name?.text))
    .map((member) => ({
      signature: signatureOf(member, text),
      about: commentsOf(member, text).flatMap(paragraphs).join(' '),
    }));
}
