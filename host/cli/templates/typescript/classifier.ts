// Tells short documents from long ones, and those that are on the topic of a table.

import { get } from 'docmill:plugin/config@CONTRACT@';
import { open } from 'docmill:plugin/lookup@CONTRACT@';
import type { Description } from 'docmill:plugin/metadata@CONTRACT@';
import type { Document, Label } from 'docmill:plugin/types@CONTRACT@';

export const metadata = {
  describe: (): Description => ({
    name: '@NAME@',
    version: '0.1.0',
    summary: 'Tells short documents from long ones, and those on a topic',
    settings: [{ key: 'long-from', summary: 'Documents with at least as many words are long', defaultValue: '100' }],
    tables: [{ name: 'terms', summary: 'Words that speak for the topic, and why', required: false }],
    reads: [],
    attributes: [],
  }),
};

export const classification = {
  labels(): string[] {
    // A value that is no number is refused before the first document, and the operator pointed at the setting.
    longFrom();
    return ['short', 'long', 'on-topic'];
  },

  classify({ text }: Document): Label[] {
    const least = longFrom();
    const words = text.split(/\s+/).filter((word) => word !== '').length;
    const labels: Label[] = [];
    if (words > 0) {
      const attributes = [{ name: 'word-count', value: String(words) }];
      labels.push({ name: words < least ? 'short' : 'long', confidence: 1, evidence: [], attributes });
    }
    const occurrences = open('terms')?.find(text) ?? [];
    if (occurrences.length > 0) {
      // The most confident label comes first, and evidence in the order of the text.
      const evidence = occurrences.map(({ span }) => span);
      labels.push({ name: 'on-topic', confidence: 0.75, evidence, attributes: [] });
    }
    return labels;
  },
};

function longFrom(): number {
  const value = get('long-from') ?? '';
  if (!/^[0-9]{1,9}$/.test(value)) throw { tag: 'misconfigured', val: { key: 'long-from', reason: 'it is no number' } };
  return Number(value);
}
