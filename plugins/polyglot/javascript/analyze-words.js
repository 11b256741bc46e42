// Counts words and sentences, names the longest word and finds hashtags.

export const metadata = {
  describe: () => ({
    name: 'analyze-words-javascript',
    version: '0.1.0',
    summary: 'Counts words and finds hashtags, in JavaScript',
  }),
};

export const analysis = {
  kinds: () => ['word-count', 'sentence-count', 'longest-word', 'hashtag'],

  analyze({ text }) {
    let words = 0;
    let sentences = 0;
    let wordsInSentence = 0;
    let longest = '';
    let longestLength = 0;
    const hashtags = [];

    // JavaScript counts UTF-16 units and the contract counts UTF-8 bytes: `offset` is where `index` is, in bytes.
    let index = 0;
    let offset = 0;
    // The two characters before, to tell `#tag` from `c#7`.
    let before = 0x20;
    let secondBefore = 0x20;
    while (index < text.length) {
      let character = text.codePointAt(index);
      if (isWord(character)) {
        const start = index;
        const startOffset = offset;
        let length = 0;
        let last = character;
        while (index < text.length && isWord((character = text.codePointAt(index)))) {
          last = character;
          index += unitsOf(character);
          offset += bytesOf(character);
          length += 1;
        }
        const word = text.slice(start, index);
        words += 1;
        wordsInSentence += 1;
        if (length > longestLength) [longest, longestLength] = [word, length];
        if (before === 0x23 && !isWord(secondBefore)) {
          hashtags.push(annotation('hashtag', word, { start: startOffset - 1, end: offset }));
        }
        [secondBefore, before] = [0x20, last];
        continue;
      }
      index += unitsOf(character);
      offset += bytesOf(character);
      const next = index < text.length ? text.codePointAt(index) : 0;
      if (isTerminator(character) && !isWord(next) && wordsInSentence > 0) {
        sentences += 1;
        wordsInSentence = 0;
      }
      [secondBefore, before] = [before, character];
    }
    if (wordsInSentence > 0) sentences += 1;

    const found = [annotation('word-count', `${words}`), annotation('sentence-count', `${sentences}`)];
    if (words > 0) found.push(annotation('longest-word', longest));
    return [...found, ...hashtags];
  },
};

function annotation(kind, value, span) {
  return { kind, span, value };
}

// A rule that every language can follow without a table of Unicode.
function isWord(c) {
  if (c < 0x80) return (c >= 0x30 && c <= 0x39) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
  return c >= 0xc0 && c !== 0xd7 && c !== 0xf7 && !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f);
}

function isTerminator(c) {
  return c === 0x2e || c === 0x21 || c === 0x3f || c === 0x2026;
}

function unitsOf(c) {
  return c > 0xffff ? 2 : 1;
}

function bytesOf(c) {
  if (c < 0x80) return 1;
  if (c < 0x800) return 2;
  return c > 0xffff ? 4 : 3;
}
