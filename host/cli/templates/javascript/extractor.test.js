// The plugin in the Node of this machine: npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Malformed } from 'docmill-plugin';
import { Bytes, Host } from 'docmill-plugin/testing';

import { extraction } from '../plugin.js';

/** @param {string | Uint8Array} content */
const read = (content) =>
  new Host({ settings: { mark: '#' } }).run(() => extraction.extract(new Bytes(content)));

test('a heading after accents has its place in bytes', () => {
  const [found] = read('été\n# Hà Nội\n');
  assert.equal(found?.document.text, 'été\nHà Nội\n');
  assert.deepEqual(found?.document.marks?.map(({ span }) => span), [{ start: 6, end: 15 }]);
});

test('damage is told', () => {
  assert.throws(() => read(Uint8Array.of(0x61, 0xff)), Malformed);
});

test('an empty source has no document', () => {
  assert.deepEqual(read(''), []);
});
