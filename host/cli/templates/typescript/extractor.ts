// Reads notes: lines of text, of which some are headings.

import { Malformed, openTable, readAll, setting, type Attribute, type Extraction, type Mark, type Metadata } from 'docmill-plugin';

export const metadata: Metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Reads notes: lines of text, of which some are headings',
    settings: [{ key: 'mark', summary: 'What a heading begins with', defaultValue: '#' }],
    tables: [{ name: 'titles', summary: 'Titles as they are written, and as they should be', required: false }],
  }),
};

export const extraction: Extraction = {
  accepts: () => ['text/x-note'],

  extract(source) {
    const mark = setting('mark') ?? '';
    const bytes = readAll(source);
    const content = decoded(bytes);
    const titles = openTable('titles');
    const marks: Mark[] = [];
    const attributes: Attribute[] = [];
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

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed('the text is not UTF-8');
  }
}
