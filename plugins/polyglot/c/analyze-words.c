/* Counts words and sentences, names the longest word and finds hashtags. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer.h"

typedef docmill_plugin_types_annotation_t annotation_t;

/* What a result points to is freed after the call by the generated code, so every string in it has to be a copy. */
static analyzer_string_t copy_of(const uint8_t *bytes, size_t length) {
  analyzer_string_t copy = {NULL, length};
  if (length == 0) return copy; /* the generated code frees no empty string */
  copy.ptr = malloc(length);
  if (copy.ptr == NULL) abort();
  memcpy(copy.ptr, bytes, length);
  return copy;
}

static analyzer_string_t text_of(const char *text) { return copy_of((const uint8_t *)text, strlen(text)); }

void exports_docmill_plugin_metadata_describe(exports_docmill_plugin_metadata_description_t *ret) {
  memset(ret, 0, sizeof *ret); /* no settings, no tables, nothing read, no attributes */
  ret->name = text_of("analyze-words-c");
  ret->version = text_of("0.1.0");
  ret->summary = text_of("Counts words and finds hashtags, in C");
}

bool exports_docmill_plugin_analysis_kinds(analyzer_list_string_t *ret, exports_docmill_plugin_analysis_error_t *err) {
  (void)err; /* there is no setting that could be unusable */
  static const char *const kinds[] = {"word-count", "sentence-count", "longest-word", "hashtag"};
  ret->len = sizeof kinds / sizeof *kinds;
  ret->ptr = calloc(ret->len, sizeof *ret->ptr);
  if (ret->ptr == NULL) abort();
  for (size_t i = 0; i < ret->len; i++) ret->ptr[i] = text_of(kinds[i]);
  return true;
}

/* The character at `*at`, which then is the next one's place. The contract promises valid UTF-8. */
static uint32_t next_character(const uint8_t *text, size_t *at) {
  uint32_t lead = text[(*at)++];
  if (lead < 0x80) return lead;
  int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  uint32_t character = lead & (0x3f >> more);
  while (more-- > 0) character = character << 6 | (text[(*at)++] & 0x3f);
  return character;
}

/* A rule that every language can follow without a table of Unicode. */
static bool is_word(uint32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  return c >= 0xc0 && c != 0xd7 && c != 0xf7 && !(c >= 0x2000 && c <= 0x206f) && !(c >= 0x3000 && c <= 0x303f);
}

static bool is_terminator(uint32_t c) { return c == '.' || c == '!' || c == '?' || c == 0x2026; }

/* Appends to a list that grows by doubling. */
static annotation_t *append(exports_docmill_plugin_analysis_list_annotation_t *list, size_t *room) {
  if (list->len == *room) {
    *room = *room ? *room * 2 : 8;
    list->ptr = realloc(list->ptr, *room * sizeof *list->ptr);
    if (list->ptr == NULL) abort();
  }
  annotation_t *added = &list->ptr[list->len++];
  memset(added, 0, sizeof *added);
  return added;
}

static void set(annotation_t *annotation, const char *kind, const uint8_t *value, size_t length) {
  annotation->kind = text_of(kind);
  annotation->value.is_some = true;
  annotation->value.val = copy_of(value, length);
}

static void set_count(annotation_t *annotation, const char *kind, size_t count) {
  char digits[24];
  int length = snprintf(digits, sizeof digits, "%zu", count);
  set(annotation, kind, (const uint8_t *)digits, (size_t)length);
}

bool exports_docmill_plugin_analysis_analyze(exports_docmill_plugin_analysis_document_t *document,
                                             exports_docmill_plugin_analysis_list_annotation_t *ret,
                                             exports_docmill_plugin_analysis_error_t *err) {
  (void)err; /* there is no text that has no words to count */
  const uint8_t *text = document->text.ptr;
  size_t end_of_text = document->text.len;

  size_t words = 0, sentences = 0, words_in_sentence = 0;
  size_t longest = 0, longest_size = 0, longest_length = 0;
  exports_docmill_plugin_analysis_list_annotation_t found = {NULL, 0};
  size_t room = 0;
  /* Three annotations stand before the hashtags; they are filled in at the end. */
  for (int i = 0; i < 3; i++) append(&found, &room);

  /* The two characters before, to tell `#tag` from `c#7`. */
  uint32_t before = ' ', second_before = ' ';
  size_t at = 0;
  while (at < end_of_text) {
    size_t start = at;
    uint32_t character = next_character(text, &at);
    if (is_word(character)) {
      size_t length = 1, end = at;
      uint32_t last = character;
      while (at < end_of_text && is_word(character = next_character(text, &at))) {
        last = character;
        end = at;
        length++;
      }
      at = end;
      words++;
      words_in_sentence++;
      if (length > longest_length) {
        longest = start;
        longest_size = end - start;
        longest_length = length;
      }
      if (before == '#' && !is_word(second_before)) {
        annotation_t *hashtag = append(&found, &room);
        set(hashtag, "hashtag", text + start, end - start);
        hashtag->span.is_some = true;
        hashtag->span.val.start = (uint32_t)(start - 1);
        hashtag->span.val.end = (uint32_t)end;
      }
      second_before = ' ';
      before = last;
      continue;
    }
    size_t peek = at;
    bool word_follows = at < end_of_text && is_word(next_character(text, &peek));
    if (is_terminator(character) && !word_follows && words_in_sentence > 0) {
      sentences++;
      words_in_sentence = 0;
    }
    second_before = before;
    before = character;
  }
  if (words_in_sentence > 0) sentences++;

  set_count(&found.ptr[0], "word-count", words);
  set_count(&found.ptr[1], "sentence-count", sentences);
  if (words > 0) {
    set(&found.ptr[2], "longest-word", text + longest, longest_size);
  } else {
    found.len = 2; /* without words there are no hashtags either */
  }

  exports_docmill_plugin_analysis_document_free(document);
  *ret = found;
  return true;
}
