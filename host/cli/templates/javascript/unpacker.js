// Takes files of notes apart, which stand between lines of their own.

import { get } from 'docmill:plugin/config@CONTRACT@';
import { open } from 'docmill:plugin/lookup@CONTRACT@';
import { emit } from 'docmill:plugin/members@CONTRACT@';

// How much is asked of the host at a time; it may give less.
const SLICE = 1 << 20;

export const metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Takes files of notes apart',
    settings: [{ key: 'separator', summary: 'The line between two notes', defaultValue: '---' }],
    tables: [{ name: 'names', summary: 'What a note is called, by its number', required: false }],
    reads: [],
    attributes: [],
  }),
};

export const unpacking = {
  accepts: () => ['application/x-notes'],

  unpack(container) {
    const separator = get('separator') ?? '';
    const names = open('names');
    const bytes = readAll(container);
    let number = 0;
    const emitNote = (content) => {
      if (content.every(isSpace))
        return;
      number += 1;
      const name = names?.get(String(number)) ?? `note-${number}.txt`;
      emit({ name, mediaType: 'text/plain', content, attributes: [] });
    };
    // Bytes stay bytes: a note need not be UTF-8.
    let start = 0;
    let at = 0;
    while (at < bytes.length) {
      const feed = bytes.indexOf(0x0a, at);
      const next = feed < 0 ? bytes.length : feed + 1;
      if (new TextDecoder().decode(bytes.subarray(at, next)).trimEnd() === separator) {
        emitNote(bytes.subarray(start, at));
        start = next;
      }
      at = next;
    }
    emitNote(bytes.subarray(start));
  },
};

function isSpace(byte) {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

// Sizes and offsets of sources are u64, which is BigInt here; the length of a read is u32, which is Number.
function readAll(source) {
  const bytes = new Uint8Array(Number(source.size()));
  let filled = 0;
  while (filled < bytes.length) {
    const part = source.read(BigInt(filled), SLICE);
    if (part.length === 0)
      break;
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes.subarray(0, filled);
}
