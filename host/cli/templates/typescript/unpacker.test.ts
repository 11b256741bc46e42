// The plugin in the Node of this machine: npm test

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Bytes, Host } from 'docmill-plugin/testing';

import { unpacking } from '../plugin';

test('every note is a member, whatever its bytes are', () => {
  const host = new Host({ settings: { separator: '---' }, tables: { names: { 2: 'two.txt' } } });
  host.run(() => unpacking.unpack(new Bytes('été\n---\n \n---\nÀ')));
  assert.deepEqual(host.members.map(({ name }) => name), ['note-1.txt', 'two.txt']);
  assert.deepEqual(host.members[1]?.content, new TextEncoder().encode('À'));
});
