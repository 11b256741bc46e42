// Reads notes: lines of text, of which some are headings.

import { Malformed, openTable, readAll, setting } from 'docmill-plugin';

/** @type {import('docmill-plugin').Metadata} */
export const metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Reads notes: lines of text, of which some are headings',
    settings: [{ key: 'mark', summary: 'What a heading begins with', defaultValue: '#' }],
    tables: [{ name: 'titles', summary: 'Titles as they are written, and as they should be', required: false }],
  }),
};

/** @type {import('docmill-plugin').Extraction} */
export const extraction = {
  accepts: () => ['text/x-note'],

  extract(source) {
    const mark = setting('mark') ?? '';
    const bytes = readAll(source);
    const content = decoded(bytes);
    const titles = openTable('titles');
    /** @type {import('docmill-plugin').Mark[]} */
    const marks = [];
    /** @type {import('docmill-plugin').Attribute[]} */
    const attributes = [];
    let text = '';
    // Where the next line begins, in bytes.
    let start = 0;
    for (const whole of content.replace(/\n$/, '').split('\n')) {
      let line = whole.replace(/\r$/, '');
      const isHeading = mark !== '' && line.startsWith(mark);
      if (isHeading) line = line.slice(mark.length).trim();
      const end = start + new TextEncoder().encode(line).length;
      if (isHeading && line !== '') {
        marks.push({ kind: 'heading', span: { start, end }, attributes: [{ name: 'level', value: '1' }] });
        if (attributes.length === 0) attributes.push({ name: 'title', value: titles?.get(line) ?? line });
      }
      text += line + '\n';
      start = end + 1;
    }
    return bytes.length > 0 ? [{ document: { text, attributes, marks } }] : [];
  },
};

/** @param {Uint8Array} bytes */
function decoded(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed('the text is not UTF-8');
  }
}
