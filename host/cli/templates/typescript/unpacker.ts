// Takes files of notes apart, which stand between lines of their own.

import { emit, openTable, readAll, setting, type Metadata, type Unpacking } from 'docmill-plugin';

export const metadata: Metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Takes files of notes apart',
    settings: [{ key: 'separator', summary: 'The line between two notes', defaultValue: '---' }],
    tables: [{ name: 'names', summary: 'What a note is called, by its number', required: false }],
  }),
};

export const unpacking: Unpacking = {
  accepts: () => ['application/x-notes'],

  unpack(container) {
    const separator = setting('separator') ?? '';
    const names = openTable('names');
    const bytes = readAll(container);
    let number = 0;
    const emitNote = (content: Uint8Array) => {
      if (content.every(isSpace)) return;
      number += 1;
      emit({ name: names?.get(String(number)) ?? `note-${number}.txt`, mediaType: 'text/plain', content });
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

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
