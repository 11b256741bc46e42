// Finds years, and terms of a table.

import { get } from 'docmill:plugin/config@CONTRACT@';
import { open } from 'docmill:plugin/lookup@CONTRACT@';
import type { Description } from 'docmill:plugin/metadata@CONTRACT@';
import type { Annotation, Document, Span } from 'docmill:plugin/types@CONTRACT@';

export const metadata = {
  describe: (): Description => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Finds years, and terms of a table',
    settings: [{ key: 'first', summary: 'Years before this one are numbers like others', defaultValue: '1900' }],
    tables: [{ name: 'terms', summary: 'Words to find, and what each stands for', required: false }],
    reads: [],
    attributes: [],
  }),
};

export const analysis = {
  kinds(): string[] {
    // A value that is no number is refused before the first document, and the operator pointed at the setting.
    firstYear();
    return ['term', 'year'];
  },

  analyze({ text }: Document): Annotation[] {
    const first = firstYear();
    const found: Annotation[] = [];
    // Strings count UTF-16 units and the contract counts UTF-8 bytes: `offset` is where `index` is, in bytes.
    let index = 0;
    let offset = 0;
    for (const number of text.matchAll(/[0-9]+/g)) {
      offset += byteLength(text.slice(index, number.index));
      index = number.index + number[0].length;
      const span = { start: offset, end: offset + number[0].length };
      offset = span.end;
      if (number[0].length === 4 && Number(number[0]) >= first) found.push(annotation('year', span, number[0]));
    }
    const terms = open('terms');
    for (const { span, value } of terms?.find(text) ?? []) found.push(annotation('term', span, value));
    // The contract wants them in the order of the text.
    return found.sort((one, other) => one.span!.start - other.span!.start || one.span!.end - other.span!.end);
  },
};

function firstYear(): number {
  const value = get('first') ?? '';
  if (!/^[0-9]{1,9}$/.test(value)) throw { tag: 'misconfigured', val: { key: 'first', reason: 'it is no number' } };
  return Number(value);
}

function annotation(kind: string, span: Span, value: string): Annotation {
  return { kind, span, value, confidence: undefined, attributes: [] };
}

function byteLength(text: string): number {
  let length = 0;
  for (const character of text) {
    const code = character.codePointAt(0)!;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
}
