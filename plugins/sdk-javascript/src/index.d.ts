/** Plugins of docmill in JavaScript and TypeScript: what a plugin uses, and the records of the contract. */

/** A half-open range of UTF-8 bytes; `Offsets` makes one out of the units that JavaScript counts. */
export interface Span {
  start: number;
  end: number;
}

export interface Attribute {
  name: string;
  value: string;
}

/** A piece of the structure of a text, such as a `heading` with a `level`. */
export interface Mark {
  kind: string;
  span: Span;
  attributes?: Attribute[];
}

/** What the host gives has all fields; of what a plugin returns, lists may be left out. */
export interface Document {
  text: string;
  language?: string;
  attributes: Attribute[];
  marks: Mark[];
}

/** Something found in a document; without a span it concerns the document as a whole. */
export interface Annotation {
  kind: string;
  span?: Span;
  value?: string;
  confidence?: number;
  attributes?: Attribute[];
}

export interface Label {
  name: string;
  confidence: number;
  evidence?: Span[];
  attributes?: Attribute[];
}

/** A text beside the main one; `position` is where in that it belongs, in bytes. */
export interface Aside {
  kind: string;
  text: string;
  position: number;
  attributes?: Attribute[];
}

export interface Extracted {
  document: Partial<Document> & { text: string };
  asides?: Aside[];
}

/** What an unpacker takes out of a container: `name` is what that calls it, and `mediaType` what it claims it to be. */
export interface Member {
  name: string;
  mediaType?: string;
  content: Uint8Array | string;
  attributes?: Attribute[];
}

export interface Rendering {
  segments: string[];
  attributes?: Attribute[];
}

export interface LanguagePair {
  original: string;
  target: string;
}

/** The bytes of a source, and what came with it. */
export interface Source {
  mediaType(): string;
  size(): bigint;
  /** Up to `length` bytes, and maybe fewer; none at the end. */
  read(offset: bigint, length: number): Uint8Array;
  attributes(): Attribute[];
}

export interface Description {
  name: string;
  version: string;
  summary: string;
  settings?: { key: string; summary: string; defaultValue?: string }[];
  tables?: { name: string; summary: string; required: boolean }[];
  reads?: string[];
  attributes?: Attribute[];
}

/** What every plugin exports as `metadata`. */
export interface Metadata {
  describe(): Description;
}

/** What an analyzer exports as `analysis`. */
export interface Analysis {
  kinds(): string[];
  analyze(document: Document): Annotation[];
}

/** What a classifier exports as `classification`. */
export interface Classification {
  labels(): string[];
  classify(document: Document): Label[];
}

/** What an extractor exports as `extraction`. */
export interface Extraction {
  accepts(): string[];
  extract(source: Source): Extracted[];
}

/** What a translator exports as `translation`. */
export interface Translation {
  pairs(): LanguagePair[];
  translate(segments: string[], pair: LanguagePair): Rendering;
}

/** What an unpacker exports as `unpacking`. */
export interface Unpacking {
  accepts(): string[];
  unpack(container: Source): void;
}

/** An error of the contract. Reasons are lower-case fragments without a final period, which name neither plugin nor document. */
export class PluginError extends Error {
  readonly tag: 'unsupported' | 'malformed' | 'misconfigured' | 'internal';
  readonly val: unknown;
}
/** The input is not for this plugin: the host goes on to the next one that accepts it. */
export class Unsupported extends PluginError {
  constructor(reason: string);
}
/** The input is of the right kind, but damaged; `offset` counts bytes. */
export class Malformed extends PluginError {
  constructor(reason: string, offset?: number | bigint);
}
/** The setting or table `key` cannot be used: the host ends the run and points at it. */
export class Misconfigured extends PluginError {
  constructor(key: string, reason: string);
}
/** The plugin noticed a bug of its own. */
export class Internal extends PluginError {
  constructor(reason: string);
}

/** Counts one text in both ways: made in one pass, and each question after that costs the same wherever it is asked. */
export class Offsets {
  constructor(text: string);
  /** The byte at which the character at this UTF-16 unit begins. */
  byte(unit: number): number;
  /** The UTF-16 unit of the character that begins at this byte. */
  unit(byte: number): number;
  /** The span of `text.slice(start, end)`. */
  span(start: number, end: number): Span;
  /** The text that a span covers. */
  text(span: Span): string;
  /** Every match of a regular expression, with its span. */
  matches(pattern: RegExp): IterableIterator<[Span, RegExpMatchArray]>;
}

/** Attributes by name, without those that are undefined: `{ pageCount: 3 }` is `page-count`, with the value `3`. */
export function attributes(values: Record<string, unknown>): Attribute[];

export type Level = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/** Tells the operator something, as `console` does. It never influences a result. */
export function log(message: string, level?: Level, fields?: Record<string, unknown>): void;

/** A table that the operator granted. */
export interface Table {
  size(): bigint;
  get(key: string): string | undefined;
  getMany(keys: string[]): (string | undefined)[];
  find(text: string): { span: Span; value: string }[];
}

/** The value of a setting that the plugin declares. */
export function setting(key: string): string | undefined;
/** A table that the plugin declares, if the operator granted it. */
export function openTable(name: string): Table | undefined;
/** What the named classifier found in the document at hand. */
export function labels(classifier: string): Label[] | undefined;
/** What the named analyzer found in the document at hand. */
export function annotations(analyzer: string): Annotation[] | undefined;
/** The text of the document at hand as the named translator rendered it. */
export function translation(translator: string, target: string): string | undefined;

/** All bytes of a source, for a format that has to be read whole. */
export function readAll(source: Source): Uint8Array;
/** Hands a member over to the host, which takes it through the pipeline as a source of its own. */
export function emit(member: Member): void;
/** Hands a member over in pieces, because it may be larger than the plugin's memory. What throws while they are made leaves no member. */
export function emitInPieces(member: Omit<Member, 'content'> & { pieces: Iterable<Uint8Array | string> }): void;
