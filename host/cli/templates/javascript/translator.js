// Puts the words of a glossary in the place of others.

import { Misconfigured, Offsets, openTable, setting } from 'docmill-plugin';

/** @type {import('docmill-plugin').Metadata} */
export const metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Puts the words of a glossary in the place of others',
    settings: [{ key: 'target', summary: "The language of the glossary's words, such as `en`", defaultValue: 'en' }],
    tables: [{ name: 'glossary', summary: 'Words in French, and what stands for them', required: false }],
  }),
};

/** @type {import('docmill-plugin').Translation} */
export const translation = {
  pairs() {
    const target = setting('target') ?? '';
    if (!/^[a-z]{2,3}$/.test(target)) {
      throw new Misconfigured('target', 'a language is two or three small letters, such as `en`');
    }
    return [{ original: 'fr', target }];
  },

  translate(segments) {
    const glossary = openTable('glossary');
    // Exactly one segment for each, and an empty one stays empty.
    return { segments: segments.map((segment) => (glossary ? rendered(glossary, segment) : segment)) };
  },
};

// Of words that overlap, the first and longest counts.
/**
 * @param {import('docmill-plugin').Table} glossary
 * @param {string} segment
 */
function rendered(glossary, segment) {
  // Spans count bytes, and slices of a string UTF-16 units.
  const offsets = new Offsets(segment);
  let text = '';
  let done = 0;
  for (const { span, value } of glossary.find(segment)) {
    const [start, end] = [offsets.unit(span.start), offsets.unit(span.end)];
    if (start < done) continue;
    text += segment.slice(done, start) + value;
    done = end;
  }
  return text + segment.slice(done);
}
