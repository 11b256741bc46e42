// What stands between the host and the author's functions; `build.mjs` puts it there.

import { Internal, PluginError } from './errors.js';
import { isConnected, log } from './host.js';
import { checked } from './results.js';
import { describe, here, words } from './stacks.js';

export { connect } from './host.js';

const DECLARATIONS = new Set(['accepts', 'pairs', 'labels', 'kinds']);
const LEVELS = { log: 'info', info: 'info', warn: 'warn', error: 'error', debug: 'debug', trace: 'trace' };

const warnings = [];
const native = globalThis.console;
let isLoading = false;

// Guards every function of an interface: what they throw becomes an error of the contract, with its place in the source, and the whole
// stack goes to the log; so does what they write to the console.
export function guarded(exported) {
  const guard = (name) => [name, (...given) => run(name, () => exported[name](...given))];
  return Object.fromEntries(Object.keys(exported).filter((name) => typeof exported[name] === 'function').map(guard));
}

function run(name, call) {
  if (!isConnected()) return checked(name, call());
  if (name === 'describe') {
    // It may call nothing of the host: the runtime's standard error is all there is.
    try {
      return checked(name, call());
    } catch (thrown) {
      native.error(words(thrown).whole);
      throw thrown;
    }
  }
  if (DECLARATIONS.has(name)) warnings.forEach((warning) => log(warning(), 'warn'));
  globalThis.console = console;
  try {
    return checked(name, call());
  } catch (thrown) {
    if (isOfContract(thrown)) throw { tag: thrown.tag, val: thrown.val };
    const { line, whole } = words(thrown);
    log(whole, 'error');
    const internal = new Internal(line);
    throw { tag: internal.tag, val: internal.val };
  } finally {
    globalThis.console = native;
  }
}

const isOfContract = (thrown) =>
  thrown instanceof PluginError ||
  (['unsupported', 'malformed', 'misconfigured', 'internal'].includes(thrown?.tag) && thrown.val !== undefined);

const shown = (value) => (typeof value === 'string' ? value : describe(value));
const console = Object.fromEntries(
  Object.entries(LEVELS).map(([name, level]) => [name, (...values) => log(values.map(shown).join(' '), level)]),
);

// Notes what the author's modules ask a clock or randomness for while the component is built: that has one value for ever.
export function loading() {
  isLoading = true;
  const note = (what) => {
    if (!isLoading || warnings.length >= 20) return;
    const place = here();
    warnings.push(
      () => `\`${what}\` at ${place()} runs while the component is built, and its value stays the same for ever: take such a value from a setting`,
    );
  };
  const { now } = Date;
  const { random } = Math;
  const original = globalThis.Date;
  Math.random = () => (note('Math.random()'), random());
  globalThis.Date = new Proxy(original, {
    construct(target, given, newTarget) {
      if (given.length === 0) note('new Date()');
      return Reflect.construct(target, given, newTarget === globalThis.Date ? target : newTarget);
    },
    apply(target, self, given) {
      note('Date()');
      return Reflect.apply(target, self, given);
    },
    get: (target, name) => (name === 'now' ? () => (note('Date.now()'), now()) : target[name]),
  });
  return () => {
    isLoading = false;
    Math.random = random;
    globalThis.Date = original;
  };
}
