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

// How much is asked of the host at a time; it may give less.
const SLICE = 1 << 20;

// Sizes and offsets of sources are u64, which is BigInt here; the length of a read is u32, which is Number.
export function readAll(source) {
  const bytes = new Uint8Array(Number(source.size()));
  let filled = 0;
  while (filled < bytes.length) {
    const part = source.read(BigInt(filled), SLICE);
    if (part.length === 0) break;
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes.subarray(0, filled);
}

const encoded = (content) => (typeof content === 'string' ? new TextEncoder().encode(content) : content);

export function emit({ name, mediaType, content, attributes: said = [] }) {
  interfaceOf('members').emit({ name, mediaType, content: encoded(content), attributes: said });
}

export function emitInPieces({ name, mediaType, pieces, attributes: said = [] }) {
  const { begin, end } = interfaceOf('members');
  const member = begin(name, mediaType, said);
  try {
    for (const piece of pieces) member.write(encoded(piece));
  } catch (thrown) {
    // Dropped before its end, it is no member.
    member[Symbol.dispose ?? Symbol.for('dispose')]?.();
    throw thrown;
  }
  end(member);
}
