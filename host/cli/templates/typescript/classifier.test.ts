// The plugin in the Node of this machine: npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Misconfigured } from 'docmill-plugin';
import { Host } from 'docmill-plugin/testing';

import { classification } from '../plugin';

const document = (text: string) => ({ text, attributes: [], marks: [] });

test('a short text on the topic has both labels', () => {
  const host = new Host({ settings: { 'long-from': '5' }, tables: { terms: { loi: 'law' } } });
  const found = host.run(() => classification.classify(document('À la loi')));
  assert.deepEqual(found.map(({ name }) => name), ['short', 'on-topic']);
  // In bytes: the accent before it counts two.
  assert.deepEqual(found[1]?.evidence, [{ start: 6, end: 9 }]);
});

test('a text without words is neither long nor short', () => {
  const host = new Host({ settings: { 'long-from': '5' } });
  assert.deepEqual(host.run(() => classification.classify(document(''))), []);
});

test('a setting that is no number is refused', () => {
  assert.throws(() => new Host({ settings: { 'long-from': 'many' } }).run(() => classification.labels()), Misconfigured);
});
