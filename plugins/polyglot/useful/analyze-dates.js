// Finds dates as people write them, in English, French and German: `12 mars 2025`, and `hier` or `next Friday`, counted from the date of the
// document. Of the library `chrono-node` only these languages are taken: others ask for tables of Unicode that the engine has not.

import * as de from 'chrono-node/de';
import * as en from 'chrono-node/en';
import * as fr from 'chrono-node/fr';
import { Offsets, attributes } from 'docmill-plugin';

const PARSERS = { de: de.casual, en: en.casual, fr: fr.casual };

/** @type {import('docmill-plugin').Metadata} */
export const metadata = {
  describe: () => ({ name: 'analyze-dates', version: '0.1.0', summary: 'Finds dates, and what yesterday was, in three languages' }),
};

/** @type {import('docmill-plugin').Analysis} */
export const analysis = {
  kinds: () => ['date'],

  analyze({ text, language, attributes: known }) {
    const parser = PARSERS[(language ?? '').split('-')[0]];
    if (parser === undefined) return [];
    const said = known.find(({ name }) => name === 'date')?.value ?? '';
    const written = new Date(said);
    const hasDate = !Number.isNaN(written.getTime());
    const parse = (instant) => parser.parse(text, { instant, timezone: 'UTC' });
    // What is another date when it is counted from another day was said from a day: without one, it says nothing.
    const elsewhere = new Map(parse(new Date('1987-06-05T12:00:00Z')).map(({ index, start }) => [index, value(start)]));
    const offsets = new Offsets(text);
    return parse(hasDate ? written : new Date('2011-10-19T12:00:00Z'))
      .map(({ index, text: words, start }) => ({ index, words, day: value(start), isCounted: value(start) !== elsewhere.get(index) }))
      .filter(({ isCounted }) => hasDate || !isCounted)
      .map(({ index, words, day, isCounted }) => ({
        kind: 'date',
        span: offsets.span(index, index + words.length),
        value: day,
        attributes: attributes({ countedFrom: isCounted ? said : undefined }),
      }));
  },
};

// A day where one is said or follows, else a month.
function value(date) {
  const two = (number) => String(number).padStart(2, '0');
  const month = `${String(date.get('year')).padStart(4, '0')}-${two(date.get('month'))}`;
  return date.isCertain('day') || date.isCertain('weekday') || !date.isCertain('month') ? `${month}-${two(date.get('day'))}` : month;
}
