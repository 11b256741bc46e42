// Reads notes: lines of text, of which some are headings.

import { get } from 'docmill:plugin/config@CONTRACT@';
import { open } from 'docmill:plugin/lookup@CONTRACT@';

// How much is asked of the host at a time; it may give less.
const SLICE = 1 << 20;

export const metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Reads notes: lines of text, of which some are headings',
    settings: [{ key: 'mark', summary: 'What a heading begins with', defaultValue: '#' }],
    tables: [{ name: 'titles', summary: 'Titles as they are written, and as they should be', required: false }],
    reads: [],
    attributes: [],
  }),
};

export const extraction = {
  accepts: () => ['text/x-note'],

  extract(source) {
    const mark = get('mark') ?? '';
    const bytes = readAll(source);
    const content = decoded(bytes);
    const titles = open('titles');
    const document = { text: '', language: undefined, attributes: [], marks: [] };
    // Where the next line begins, in bytes.
    let start = 0;
    for (const whole of content.replace(/\n$/, '').split('\n')) {
      let line = whole.replace(/\r$/, '');
      const isHeading = mark !== '' && line.startsWith(mark);
      if (isHeading)
        line = line.slice(mark.length).trim();
      const end = start + new TextEncoder().encode(line).length;
      if (isHeading && line !== '') {
        document.marks.push({ kind: 'heading', span: { start, end }, attributes: [{ name: 'level', value: '1' }] });
        if (document.attributes.length === 0) {
          document.attributes.push({ name: 'title', value: titles?.get(line) ?? line });
        }
      }
      document.text += line + '\n';
      start = end + 1;
    }
    return bytes.length > 0 ? [{ document, asides: [] }] : [];
  },
};

function decoded(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  }
  catch {
    throw { tag: 'malformed', val: { reason: 'the text is not UTF-8', offset: undefined } };
  }
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
