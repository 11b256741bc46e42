/** Plays the host in unit tests, which run in the Node of your machine. */

import type { Annotation, Attribute, Label, Member, Source } from './index.js';

/** A source of these bytes, which gives less than it is asked for, as a host may. */
export class Bytes implements Source {
  constructor(content: string | Uint8Array, options?: { mediaType?: string; attributes?: Attribute[]; longestRead?: number });
  mediaType(): string;
  size(): bigint;
  read(offset: bigint, length: number): Uint8Array;
  attributes(): Attribute[];
}

/** What a plugin is given, and what it said and did: `log` has level and words of each message, `members` what it emitted. */
export class Host {
  constructor(given?: {
    settings?: Record<string, string>;
    tables?: Record<string, Record<string, string>>;
    labels?: Record<string, Label[]>;
    annotations?: Record<string, Annotation[]>;
    /** By translator and language, with a space between them. */
    translations?: Record<string, string>;
  });
  readonly log: [string, string][];
  readonly members: (Member & { content: Uint8Array; attributes: Attribute[] })[];
  /** Calls a function with this host in place. */
  run<T>(call: () => T): T;
}

/** An interface as it is in a component: what is thrown becomes an error of the contract, results are looked at and filled in. */
export function guarded<T extends object>(exported: T): T;
