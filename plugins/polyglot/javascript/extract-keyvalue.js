// Reads `key: value` headers, a blank line and a body.

import { Malformed } from 'docmill-plugin';

// How much is asked of the host at a time; it may give less.
const SLICE = 4096;

const HEADER = /^([A-Za-z0-9-]+):[ \t]*([^]*?)[ \t]*$/;

export const metadata = {
  describe: () => ({
    name: 'extract-keyvalue-javascript',
    version: '0.1.0',
    summary: 'Reads headers and a body, in JavaScript',
  }),
};

export const extraction = {
  accepts: () => ['text/x-keyvalue'],

  extract(source) {
    const bytes = readAll(source);
    const damage = firstInvalidByte(bytes);
    if (damage !== undefined) throw new Malformed('the text is not UTF-8', damage);
    if (bytes.length === 0) return [];

    const decode = (start, end) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end));
    const document = { text: '', language: undefined, attributes: [], marks: [] };
    // Lines are found in bytes, so that positions are what the contract counts.
    let position = 0;
    while (position < bytes.length) {
      const feed = bytes.indexOf(0x0a, position);
      const end = feed < 0 ? bytes.length : feed;
      const next = Math.min(end + 1, bytes.length);
      const line = decode(position, end > position && bytes[end - 1] === 0x0d ? end - 1 : end);
      if (line === '') {
        document.text = decode(next, bytes.length);
        break;
      }
      const [, key, value] = line.match(HEADER) ?? [];
      if (!value) throw new Malformed('a header needs a key, a colon and a value', position);
      const name = key.toLowerCase();
      if (name === 'language') document.language = value;
      else document.attributes.push({ name, value });
      position = next;
    }
    // Of the language the host would not fill the gap.
    document.language ??= source.attributes().find(({ name }) => name === 'language')?.value;
    return [{ document }];
  },
};

// Sizes and offsets of sources are u64, which is BigInt here; the length of a read is u32, which is Number.
function readAll(source) {
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

// Where the first character begins that is no UTF-8. TextDecoder finds the damage, but does not tell where.
function firstInvalidByte(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at];
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const length = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (length === 0 || at + length > bytes.length) return at;
    const second = bytes[at + 1];
    // The ranges that shut out overlong forms, surrogates and what lies past U+10FFFF.
    const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) return at;
    for (let i = 2; i < length; i += 1) if (bytes[at + i] < 0x80 || bytes[at + i] > 0xbf) return at;
    at += length;
  }
  return undefined;
}
