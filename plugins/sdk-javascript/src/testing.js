// Plays the host in unit tests, which run in the Node of your machine.

import { guarded } from './guard.js';
import { connect } from './host.js';

export { guarded };

// A source of these bytes, which gives less than it is asked for, as a host may.
export class Bytes {
  #content;
  constructor(content, { mediaType = 'application/octet-stream', attributes = [], longestRead = 7 } = {}) {
    this.#content = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    this.mediaType = () => mediaType;
    this.attributes = () => attributes;
    this.size = () => BigInt(this.#content.length);
    this.read = (offset, length) => this.#content.slice(Number(offset), Number(offset) + Math.min(length, longestRead));
  }
}

export class Table {
  #entries;
  constructor(entries) {
    this.#entries = new Map(Object.entries(entries));
  }
  size() {
    return BigInt(this.#entries.size);
  }
  get(key) {
    return this.#entries.get(key);
  }
  getMany(keys) {
    return keys.map((key) => this.#entries.get(key));
  }
  find(text) {
    const content = Buffer.from(text);
    const found = [];
    for (const [key, value] of this.#entries) {
      const size = Buffer.byteLength(key);
      for (let at = size ? content.indexOf(key) : -1; at >= 0; at = content.indexOf(key, at + 1)) {
        found.push({ span: { start: at, end: at + size }, value });
      }
    }
    return found.sort((one, other) => one.span.start - other.span.start || other.span.end - one.span.end);
  }
}

// A member while it is written.
class Pieces {
  content = [];
  constructor(name, mediaType, attributes) {
    Object.assign(this, { name, mediaType, attributes });
  }
  write(content) {
    this.content.push(content);
  }
}

// What a plugin is given, and what it said and did: `log` has level and words of each message, `members` what it emitted. `run` calls a
// function within it.
export class Host {
  log = [];
  members = [];
  #interfaces;

  constructor({ settings = {}, tables = {}, labels = {}, annotations = {}, translations = {} } = {}) {
    const granted = Object.fromEntries(Object.entries(tables).map(([name, entries]) => [name, new Table(entries)]));
    const words = (message, fields) => [message, ...fields.map(({ name, value }) => `${name}=${value}`)].join(' ');
    this.#interfaces = {
      log: { write: (level, message, fields) => this.log.push([level, words(message, fields)]) },
      config: { get: (key) => settings[key] },
      lookup: { open: (name) => granted[name] },
      findings: {
        labels: (classifier) => labels[classifier],
        annotations: (analyzer) => annotations[analyzer],
        translation: (translator, target) => translations[`${translator} ${target}`],
      },
      members: {
        emit: (member) => this.members.push(member),
        begin: (name, mediaType, attributes) => new Pieces(name, mediaType, attributes),
        end: ({ content, ...said }) => this.members.push({ ...said, content: Uint8Array.from(Buffer.concat(content)) }),
      },
    };
  }

  run(call) {
    const before = connect(this.#interfaces);
    try {
      return call();
    } finally {
      connect(before);
    }
  }
}
