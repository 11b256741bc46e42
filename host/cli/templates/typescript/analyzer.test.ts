// The plugin in the Node of this machine: npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Misconfigured } from 'docmill-plugin';
import { Host } from 'docmill-plugin/testing';

import { analysis } from '../plugin';

const document = (text: string) => ({ text, attributes: [], marks: [] });

test('accents before a finding count as bytes', () => {
  const host = new Host({ settings: { first: '1900' }, tables: { terms: { été: 'summer' } } });
  const found = host.run(() => analysis.analyze(document('À l’été 2019, no 1789')));
  assert.deepEqual(found.map(({ kind, span }) => [kind, span?.start]), [['term', 7], ['year', 13]]);
});

test('a setting that is no number is refused', () => {
  assert.throws(() => new Host({ settings: { first: 'later' } }).run(() => analysis.kinds()), Misconfigured);
});
