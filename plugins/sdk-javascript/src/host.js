// What the host offers, whether it is docmill or the one of a unit test.

let interfaces = {};

// Says what stands behind the functions below: in a component the contract, in a unit test what `testing` makes.
export function connect(given) {
  const before = interfaces;
  interfaces = given;
  return before;
}

export const isConnected = () => interfaces.log !== undefined;

function interfaceOf(name) {
  if (interfaces[name] === undefined) {
    throw new Error(`there is no \`${name}\` here: a plugin of another role has it, or in a unit test \`Host\` of docmill-plugin/testing`);
  }
  return interfaces[name];
}

const kebab = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll('_', '-');

export function attributes(values) {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return given.map(([name, value]) => ({ name: kebab(name), value: String(value) }));
}

export function log(message, level = 'info', fields = {}) {
  interfaces.log?.write(level, String(message), attributes(fields));
}

export const setting = (key) => interfaceOf('config').get(key);
export const openTable = (name) => interfaceOf('lookup').open(name);
export const labels = (classifier) => interfaceOf('findings').labels(classifier);
export const annotations = (analyzer) => interfaceOf('findings').annotations(analyzer);
export const translation = (translator, target) => interfaceOf('findings').translation(translator, target);
