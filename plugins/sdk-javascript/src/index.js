// Plugins of docmill in JavaScript: what a plugin uses.

export { Internal, Malformed, Misconfigured, PluginError, Unsupported } from './errors.js';
export { annotations, attributes, emit, emitInPieces, labels, log, openTable, readAll, setting, translation } from './host.js';
export { Offsets } from './spans.js';
