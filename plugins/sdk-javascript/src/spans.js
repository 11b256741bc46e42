// Offsets: the contract counts UTF-8 bytes, and JavaScript counts UTF-16 units.

// So many units lie between two places whose offset is remembered.
const STEP = 256;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class Offsets {
  #text;
  // Where each piece begins, in units and in bytes; `undefined` for a text of ASCII alone, where the two are the same.
  #units;
  #bytes;
  #size;

  constructor(text) {
    this.#text = text;
    const units = [];
    const bytes = [];
    let size = 0;
    for (let start = 0; start < text.length; ) {
      units.push(start);
      bytes.push(size);
      let end = Math.min(start + STEP, text.length);
      // A pair of surrogates is one character.
      if (isWithinPair(text, end)) end += 1;
      size += encoder.encode(text.slice(start, end)).length;
      start = end;
    }
    this.#size = size;
    if (size !== text.length) [this.#units, this.#bytes] = [units, bytes];
  }

  byte(unit) {
    if (!(unit >= 0 && unit <= this.#text.length)) throw new RangeError(`unit ${unit} of a text of ${this.#text.length}`);
    if (this.#units === undefined) return unit;
    if (unit === this.#text.length) return this.#size;
    if (isWithinPair(this.#text, unit)) throw new RangeError(`unit ${unit} lies within a character`);
    const place = placeOf(this.#units, unit);
    return this.#bytes[place] + encoder.encode(this.#text.slice(this.#units[place], unit)).length;
  }

  unit(byte) {
    if (!(byte >= 0 && byte <= this.#size)) throw new RangeError(`byte ${byte} of a text of ${this.#size}`);
    if (this.#units === undefined) return byte;
    if (byte === this.#size) return this.#text.length;
    const place = placeOf(this.#bytes, byte);
    const first = this.#units[place];
    const piece = encoder.encode(this.#text.slice(first, this.#units[place + 1]));
    const rest = byte - this.#bytes[place];
    if ((piece[rest] & 0xc0) === 0x80) throw new RangeError(`byte ${byte} lies within a character`);
    return first + decoder.decode(piece.subarray(0, rest)).length;
  }

  span(start, end) {
    return { start: this.byte(start), end: this.byte(end) };
  }

  text({ start, end }) {
    return this.#text.slice(this.unit(start), this.unit(end));
  }

  *matches(pattern) {
    const global = pattern.global ? pattern : new RegExp(pattern.source, `${pattern.flags}g`);
    for (const match of this.#text.matchAll(global)) {
      yield [this.span(match.index, match.index + match[0].length), match];
    }
  }
}

function isWithinPair(text, unit) {
  const [before, after] = [text.charCodeAt(unit - 1), text.charCodeAt(unit)];
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}

// The last of these that is not beyond `wanted`.
function placeOf(places, wanted) {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (places[middle] <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}
