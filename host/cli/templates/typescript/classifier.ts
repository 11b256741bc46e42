// Tells short documents from long ones, and those that are on the topic of a table.

import { attributes, Misconfigured, openTable, setting, type Classification, type Label, type Metadata } from 'docmill-plugin';

export const metadata: Metadata = {
  describe: () => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Tells short documents from long ones, and those on a topic',
    settings: [{ key: 'long-from', summary: 'Documents with at least as many words are long', defaultValue: '100' }],
    tables: [{ name: 'terms', summary: 'Words that speak for the topic, and why', required: false }],
  }),
};

export const classification: Classification = {
  labels() {
    // A value that is no number is refused before the first document, and the operator pointed at the setting.
    longFrom();
    return ['short', 'long', 'on-topic'];
  },

  classify({ text }) {
    const least = longFrom();
    const words = text.split(/\s+/).filter((word) => word !== '').length;
    const found: Label[] = [];
    if (words > 0) {
      found.push({ name: words < least ? 'short' : 'long', confidence: 1, attributes: attributes({ wordCount: words }) });
    }
    const occurrences = openTable('terms')?.find(text) ?? [];
    if (occurrences.length > 0) {
      // The most confident label comes first, and evidence in the order of the text.
      found.push({ name: 'on-topic', confidence: 0.75, evidence: occurrences.map(({ span }) => span) });
    }
    return found;
  },
};

function longFrom(): number {
  const value = setting('long-from') ?? '';
  if (!/^[0-9]{1,9}$/.test(value)) throw new Misconfigured('long-from', 'it is no number');
  return Number(value);
}
