/**
 * The standard's IDL as plain data that can be sent into a browser: every typedef, partial and inherited
 * dictionary is resolved here, so that the checks need not know the language.
 */
import { readFileSync } from 'node:fs';
import webref from '@webref/idl';
import { parse } from 'webidl2';

const STANDARD = 'background-fetch';
/** Where the names are defined that it uses. */
const BASES = ['image-resource', 'service-workers', 'dom', 'fetch', 'html'];
const OUR_COPY = new URL('../../js/api/background-fetch.idl', import.meta.url);

/**
 * @typedef {{name: string, type: Type, required: boolean}} Member of a dictionary
 * @typedef {object} Type
 * @property {'primitive' | 'dictionary' | 'enum' | 'interface' | 'sequence' | 'promise' | 'union' | 'handler'} kind
 * @property {string} [name]
 * @property {boolean} [nullable]
 * @property {Type} [of] of a sequence's items, of what a promise resolves to
 * @property {Type[]} [types] of a union, without unions among them
 * @property {string[]} [values] of an enum
 * @property {Member[]} [members] of a dictionary, in the order in which they are read
 *
 * @typedef {{name: string, type: Type, optional: boolean}} Argument
 * @typedef {{name: string, type: Type, readonly: boolean}} Attribute
 * @typedef {{name: string, type: Type, arguments: Argument[], length: number}} Operation
 * @typedef {object} Interface
 * @property {string} name
 * @property {boolean} partial only its members are the standard's
 * @property {boolean} exposed in this global
 * @property {boolean} global its object is the global object itself
 * @property {string | null} parent
 * @property {Omit<Operation, 'name' | 'type'> | null} constructs what its constructor takes, if it may be called
 * @property {Attribute[]} attributes
 * @property {Operation[]} operations
 */

/** The global interfaces that have service workers or are one. */
export const GLOBALS = /** @type {const} */ ({
  window: 'Window',
  dedicated: 'DedicatedWorkerGlobalScope',
  shared: 'SharedWorkerGlobalScope',
  service: 'ServiceWorkerGlobalScope',
});

/** @returns {Promise<{describe: (global: keyof typeof GLOBALS) => Interface[], ourCopyDiffers: string | null}>} */
export async function loadStandard() {
  const files = await webref.listAll();
  const text = await files[STANDARD].text();
  const own = parse(text);
  const others = (await Promise.all(BASES.map((name) => files[name].text()))).flatMap((each) => parse(each));
  const definitions = new Map(
    [...others, ...own].filter((each) => 'name' in each && !each.partial).map((each) => [each.name, each]),
  );
  return {
    describe: (global) =>
      own
        .filter(({ type }) => type === 'interface')
        .map((each) => describeInterface(each, definitions, GLOBALS[global])),
    ourCopyDiffers: difference(text, readFileSync(OUR_COPY, 'utf8')),
  };
}

/** The first definition that is another in our copy, comments and spaces apart. */
function difference(standard, ours) {
  const [one, other] = [standard, ours].map((text) => parse(text).map((each) => JSON.stringify(each)));
  const index = one.findIndex((each, at) => each !== other[at]);
  if (index < 0) return one.length === other.length ? null : 'there are more definitions in our copy';
  return `the standard has ${one[index]}, our copy ${other[index]}`;
}

/** @returns {Interface} */
function describeInterface(definition, definitions, globalName) {
  const whole = definition.partial ? definitions.get(definition.name) : definition;
  const names = identifiers(definitions.get(globalName), 'Global');
  const { members } = definition;
  const constructor = members.find(({ type }) => type === 'constructor');
  const callable = (each) => describeCallable(each, definitions);
  return {
    name: definition.name,
    partial: definition.partial,
    exposed: identifiers(whole, 'Exposed').some((name) => names.includes(name)),
    global: whole.extAttrs.some(({ name }) => name === 'Global'),
    parent: whole.inheritance,
    constructs: constructor ? callable(constructor) : null,
    attributes: members
      .filter(({ type }) => type === 'attribute')
      .map((each) => ({ name: each.name, type: resolve(each.idlType, definitions), readonly: each.readonly })),
    operations: members
      .filter(({ type }) => type === 'operation')
      .map((each) => ({ name: each.name, type: resolve(each.idlType, definitions), ...callable(each) })),
  };
}

/** What an extended attribute lists: `[Exposed=(Window,Worker)]`. @returns {string[]} */
function identifiers({ extAttrs }, name) {
  const value = extAttrs.find((each) => each.name === name)?.rhs?.value;
  return Array.isArray(value) ? value.map((each) => each.value) : [value];
}

function describeCallable(each, definitions) {
  const list = each.arguments.map(({ name, idlType, optional }) => ({
    name,
    type: resolve(idlType, definitions),
    optional,
  }));
  return { arguments: list, length: list.filter(({ optional }) => !optional).length };
}

/** @returns {Type} */
function resolve({ generic, nullable, union, idlType }, definitions) {
  if (union) {
    const types = idlType.flatMap((each) => {
      const type = resolve(each, definitions);
      return type.kind === 'union' ? type.types : [type];
    });
    return { kind: 'union', nullable, types };
  }
  if (generic) return { kind: generic.toLowerCase(), nullable, of: resolve(idlType[0], definitions) };
  const definition = definitions.get(idlType);
  switch (definition?.type) {
    case undefined:
      return { kind: 'primitive', name: idlType, nullable };
    case 'typedef':
      return resolve(definition.idlType, definitions);
    case 'callback':
      return { kind: 'handler', name: idlType, nullable };
    case 'enum':
      return { kind: 'enum', name: idlType, nullable, values: definition.values.map(({ value }) => value) };
    case 'dictionary':
      return { kind: 'dictionary', name: idlType, nullable, members: membersOf(definition, definitions) };
    default:
      return { kind: 'interface', name: idlType, nullable };
  }
}

/**
 * From the least derived dictionary on, each in lexicographical order:
 * https://webidl.spec.whatwg.org/#js-dictionary. @returns {Member[]}
 */
function membersOf({ inheritance, members }, definitions) {
  const inherited = inheritance ? membersOf(definitions.get(inheritance), definitions) : [];
  const own = members.map(({ name, idlType, required }) => ({ name, type: resolve(idlType, definitions), required }));
  return [...inherited, ...own.sort((a, b) => (a.name < b.name ? -1 : 1))];
}
