// Puts the words of a glossary in the place of others.

import { get } from 'docmill:plugin/config@CONTRACT@';
import { open } from 'docmill:plugin/lookup@CONTRACT@';

export const metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Puts the words of a glossary in the place of others',
    settings: [{ key: 'target', summary: "The language of the glossary's words, such as `en`", defaultValue: 'en' }],
    tables: [{ name: 'glossary', summary: 'Words in French, and what stands for them', required: false }],
    reads: [],
    attributes: [],
  }),
};

export const translation = {
  pairs() {
    const target = get('target') ?? '';
    if (!/^[a-z]{2,3}$/.test(target)) {
      throw { tag: 'misconfigured', val: { key: 'target', reason: 'a language is two or three small letters, such as `en`' } };
    }
    return [{ original: 'fr', target }];
  },

  translate(segments) {
    const glossary = open('glossary');
    // Exactly one segment for each, and an empty one stays empty.
    const render = (segment) => (glossary ? rendered(segment, glossary.find(segment)) : segment);
    return { segments: segments.map(render), attributes: [] };
  },
};

// Of words that overlap, the first and longest counts.
function rendered(segment, occurrences) {
  // Spans count bytes, so the segment is taken apart as bytes.
  const bytes = new TextEncoder().encode(segment);
  const decode = (start, end) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(start, end));
  let text = '';
  let done = 0;
  for (const { span, value } of occurrences) {
    if (span.start < done)
      continue;
    text += decode(done, span.start) + value;
    done = span.end;
  }
  return text + decode(done, bytes.length);
}
