// The plugin in the Node of this machine: npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Misconfigured } from 'docmill-plugin';
import { Host } from 'docmill-plugin/testing';

import { translation } from '../plugin';

test('every segment has one, and an empty one stays empty', () => {
  const host = new Host({ settings: { target: 'en' }, tables: { glossary: { été: 'summer' } } });
  const { segments } = host.run(() => translation.translate(['À l’été 🌞.', ''], { original: 'fr', target: 'en' }));
  assert.deepEqual(segments, ['À l’summer 🌞.', '']);
});

test('what is no language is refused', () => {
  assert.throws(() => new Host({ settings: { target: 'English' } }).run(() => translation.pairs()), Misconfigured);
});
