// Looks at what a plugin returns: the runtime would stop it without a word of where. What may be left out is filled in.

import { describe } from './stacks.js';

const text = (value) => typeof value === 'string';
const number = (value) => typeof value === 'number';
const count = (value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32;
const optional = (is) => (value) => value === undefined || is(value);

// Of each field: what it has to be, in words and as a test, or the record, or the record of a list.
const attribute = { name: ['a string', text], value: ['a string', text] };
const span = { start: ['a number of bytes', count], end: ['a number of bytes', count] };
const attributes = [attribute];
const mark = { kind: ['a string', text], span, attributes };
const document = { text: ['a string', text], language: ['a string or undefined', optional(text)], attributes, marks: [mark] };
const aside = { kind: ['a string', text], text: ['a string', text], position: ['a number of bytes', count], attributes };

const RESULTS = {
  accepts: [['a string', text]],
  labels: [['a string', text]],
  kinds: [['a string', text]],
  pairs: [{ original: ['a string', text], target: ['a string', text] }],
  extract: [{ document, asides: [aside] }],
  translate: { segments: [['a string', text]], attributes },
  classify: [{ name: ['a string', text], confidence: ['a number', number], evidence: [span], attributes }],
  analyze: [
    {
      kind: ['a string', text],
      span: { optional: span },
      value: ['a string or undefined', optional(text)],
      confidence: ['a number or undefined', optional(number)],
      attributes,
    },
  ],
  describe: {
    name: ['a string', text],
    version: ['a string', text],
    summary: ['a string', text],
    settings: [{ key: ['a string', text], summary: ['a string', text], defaultValue: ['a string or undefined', optional(text)] }],
    tables: [{ name: ['a string', text], summary: ['a string', text], required: ['true or false', (it) => typeof it === 'boolean'] }],
    reads: [['a string', text]],
    attributes,
  },
};

export function checked(name, value) {
  if (typeof value?.then === 'function') throw new TypeError(`\`${name}\` returned a promise: a plugin's functions cannot be async`);
  return RESULTS[name] === undefined ? value : fit(value, RESULTS[name], () => `what \`${name}\` returned`);
}

// Where something lies is only put into words when it does not fit.
function fit(value, shape, where) {
  if (Array.isArray(shape)) {
    if (typeof shape[1] === 'function') {
      if (!shape[1](value)) throw new TypeError(`${where()} has to be ${shape[0]}, and is ${describe(value)} (${typeof value})`);
      return value;
    }
    if (!Array.isArray(value)) throw new TypeError(`${where()} has to be an array, and is ${describe(value)} (${typeof value})`);
    return value.map((item, index) => fit(item, shape[0], () => `${where()}, item ${index},`));
  }
  if (shape.optional !== undefined) return value === undefined || value === null ? undefined : fit(value, shape.optional, where);
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`${where()} has to be an object, and is ${describe(value)} (${typeof value})`);
  }
  const fitting = {};
  for (const field in shape) {
    const of = shape[field];
    const isList = Array.isArray(of) && typeof of[1] !== 'function';
    const given = value[field] ?? (isList ? [] : undefined);
    fitting[field] = fit(given, of, () => `\`${field}\` of ${where()}`);
  }
  return fitting;
}
