// What the package does where there is no component: `node --test`.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Malformed, Offsets, attributes, emit, emitInPieces, log, openTable, readAll, setting } from '../src/index.js';
import { loading } from '../src/guard.js';
import { Bytes, Host, guarded } from '../src/testing.js';

const TEXTS = ['', 'plain', 'été à Łódź', 'a👩‍👩‍👧b🇻🇳c', '日本語 '.repeat(200), `${'x'.repeat(255)}🙂${'y'.repeat(300)}é`];

test('both ways of counting agree at every character', () => {
  for (const text of TEXTS) {
    const offsets = new Offsets(text);
    let unit = 0;
    for (const character of text) {
      const byte = Buffer.byteLength(text.slice(0, unit));
      assert.equal(offsets.byte(unit), byte);
      assert.equal(offsets.unit(byte), unit);
      unit += character.length;
    }
    assert.equal(offsets.byte(text.length), Buffer.byteLength(text));
    assert.equal(offsets.unit(Buffer.byteLength(text)), text.length);
  }
});

test('what lies outside or within a character is refused', () => {
  const offsets = new Offsets('é🙂'.repeat(300));
  for (const wrong of [-1, 1, 3, 1801]) assert.throws(() => offsets.unit(wrong), RangeError);
  for (const wrong of [-1, 2, 901]) assert.throws(() => offsets.byte(wrong), RangeError);
});

test('matches have spans in bytes', () => {
  const offsets = new Offsets('écrivez à jérôme');
  assert.deepEqual([...offsets.matches(/\S+/)].map(([span, [word]]) => [span.start, word]), [[0, 'écrivez'], [9, 'à'], [12, 'jérôme']]);
  assert.equal(offsets.text({ start: 9, end: 11 }), 'à');
});

test('a hundred thousand questions take no quadratic time', () => {
  const text = 'é '.repeat(200_000);
  const begun = process.cpuUsage();
  const offsets = new Offsets(text);
  for (let unit = 0; unit < text.length; unit += 4) offsets.byte(unit);
  // Encoding each prefix would take minutes.
  assert.ok(process.cpuUsage(begun).user < 10e6);
});

const mistakes = guarded({
  kinds: () => ['x'],
  analyze: (what) => {
    if (what === 'throw') return null[what];
    if (what === 'malformed') throw new Malformed('no number', 3);
    if (what === 'string') throw 'words';
    if (what === 'async') return Promise.resolve([]);
    if (what === 'console') console.log('one', { two: 2 });
    if (what === 'value') return [{ kind: 'x', value: 7 }];
    if (what === 'long') throw new Error('é'.repeat(9_000));
    return [{ kind: 'x', span: { start: 0, end: 1 } }];
  },
});

function thrown(host, what) {
  try {
    host.run(() => mistakes.analyze(what));
  } catch (error) {
    return error;
  }
  return undefined;
}

test('an exception is told with its place, and without the frames of the package', () => {
  const host = new Host();
  const { tag, val } = thrown(host, 'throw');
  assert.equal(tag, 'internal');
  assert.match(val, /^TypeError: .* \(.*sdk\.test\.mjs:\d+, in analyze\)$/);
  const [[level, words]] = host.log;
  assert.equal(level, 'error');
  assert.doesNotMatch(words, /guard\.js/);
});

test('an error of the contract stays one, and what is no error has words', () => {
  const host = new Host();
  assert.deepEqual(thrown(host, 'malformed'), { tag: 'malformed', val: { reason: 'no number', offset: 3n } });
  assert.match(thrown(host, 'string').val, /"words" was thrown, which is no Error/);
  assert.match(thrown(host, 'async').val, /a plugin's functions cannot be async/);
});

test('a value that does not fit is named', () => {
  assert.match(thrown(new Host(), 'value').val, /`value` of what `analyze` returned, item 0, has to be a string or undefined, and is 7/);
});

test('what is left out is filled in', () => {
  assert.deepEqual(mistakes.analyze(''), [
    { kind: 'x', span: { start: 0, end: 1 }, value: undefined, confidence: undefined, attributes: [] },
  ]);
});

test('the console goes to the log, and words have a longest', () => {
  const host = new Host();
  host.run(() => mistakes.analyze('console'));
  assert.deepEqual(host.log, [['info', 'one {"two":2}']]);
  assert.ok(thrown(host, 'long').val.length < 1_000);
  assert.ok(Buffer.byteLength(host.log.at(-1)[1]) < 4_096);
});

test('the host of tests gives what it was given', () => {
  const host = new Host({ settings: { unit: 'km' }, tables: { places: { Łódź: 'PL', ó: '-' } } });
  host.run(() => {
    assert.equal(setting('unit'), 'km');
    assert.deepEqual(openTable('places').find('à Łódź').map(({ span, value }) => [span.start, span.end, value]), [[3, 10, 'PL'], [5, 7, '-']]);
    log('seen', 'info', { pageCount: 2 });
  });
  assert.deepEqual(host.log, [['info', 'seen page-count=2']]);
  assert.throws(() => setting('unit'), /docmill-plugin\/testing/);
  assert.deepEqual(attributes({ title: undefined, pageCount: 3 }), [{ name: 'page-count', value: '3' }]);
});

test('a source gives less than it is asked for', () => {
  const source = new Bytes('0123456789');
  assert.equal(source.read(0n, 4_096).length, 7);
  assert.equal(source.size(), 10n);
  assert.equal(Buffer.from(readAll(source)).toString(), '0123456789');
  assert.equal(readAll(new Bytes('')).length, 0);
});

test('members come whole or in pieces, and what throws on the way is none', () => {
  const host = new Host();
  host.run(() => {
    emit({ name: 'a', content: 'é' });
    emitInPieces({ name: 'b', mediaType: 'text/plain', pieces: ['1', Uint8Array.of(0x32)], attributes: attributes({ date: '2025-01-01' }) });
    assert.throws(() => emitInPieces({ name: 'c', pieces: (function* () { yield '3'; throw new RangeError('broken'); })() }), RangeError);
  });
  assert.deepEqual(host.members.map(({ name, content }) => [name, Buffer.from(content).toString()]), [['a', 'é'], ['b', '12']]);
});

test('what is asked of a clock while a component is built is noted, with its place', () => {
  const loaded = loading();
  const moment = [Date.now(), new Date(), Math.random(), new Date(0)];
  loaded();
  assert.ok(moment[1] instanceof Date);
  const host = new Host();
  Date.now();
  host.run(() => mistakes.kinds());
  assert.equal(host.log.length, 3);
  assert.match(host.log[0][1], /`Date\.now\(\)` at .*sdk\.test\.mjs:\d+ runs while the component is built/);
});
