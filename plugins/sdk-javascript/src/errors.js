// The errors of the contract, to throw. Reasons are lower-case fragments without a final period.

// The runtime takes what has a `tag` and a `val` for an error of the contract.
export class PluginError extends Error {
  constructor(tag, val, message) {
    super(message);
    this.name = new.target.name;
    this.tag = tag;
    this.val = val;
  }
}

export class Unsupported extends PluginError {
  constructor(reason) {
    super('unsupported', reason, reason);
  }
}

export class Malformed extends PluginError {
  constructor(reason, offset) {
    super('malformed', { reason, offset: offset === undefined ? undefined : BigInt(offset) }, reason);
  }
}

export class Misconfigured extends PluginError {
  constructor(key, reason) {
    super('misconfigured', { key, reason }, `\`${key}\`: ${reason}`);
  }
}

export class Internal extends PluginError {
  constructor(reason) {
    super('internal', reason, reason);
  }
}
