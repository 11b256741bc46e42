/* Puts the words of a glossary in the place of others. */

#include "docmill.h"

void exports_docmill_plugin_metadata_describe(exports_docmill_plugin_metadata_description_t *ret) {
  memset(ret, 0, sizeof *ret); /* nothing read, no attributes */
  ret->name = text_of("@NAME@");
  ret->version = text_of("0.1.0");
  ret->summary = text_of("Puts the words of a glossary in the place of others");
  add_setting(ret, "target", "The language of the glossary's words, such as `en`", "en");
  add_table(ret, "glossary", "Words in French, and what stands for them", false);
}

static bool is_letter(uint8_t byte) { return byte >= 'a' && byte <= 'z'; }

bool exports_docmill_plugin_translation_pairs(exports_docmill_plugin_translation_list_language_pair_t *ret,
                                              exports_docmill_plugin_translation_error_t *err) {
  text_t target = setting("target");
  bool fits = target.len == 2 || target.len == 3;
  for (size_t i = 0; fits && i < target.len; i++) fits = is_letter(target.ptr[i]);
  if (!fits) return misconfigured(err, "target", "a language is two or three small letters, such as `en`");
  ret->ptr = room_for(NULL, 1, sizeof *ret->ptr);
  ret->len = 1;
  ret->ptr[0].original = text_of("fr");
  ret->ptr[0].target = target; /* made for this call, and handed on */
  return true;
}

static void append(text_t *to, const uint8_t *bytes, size_t length) {
  if (length == 0) return;
  to->ptr = room_for(to->ptr, to->len + length, 1);
  memcpy(to->ptr + to->len, bytes, length);
  to->len += length;
}

/* Of words that overlap, the first and longest counts. */
static text_t rendered(text_t segment) {
  text_t text = {NULL, 0};
  size_t done = 0;
  occurrences_t words = find("glossary", segment);
  for (size_t i = 0; i < words.len; i++) {
    docmill_plugin_lookup_occurrence_t *word = &words.ptr[i];
    if (word->span.start < done) continue;
    append(&text, segment.ptr + done, word->span.start - done);
    append(&text, word->value.ptr, word->value.len);
    done = word->span.end;
  }
  append(&text, segment.ptr + done, segment.len - done);
  if (words.len > 0) docmill_plugin_lookup_list_occurrence_free(&words);
  return text;
}

bool exports_docmill_plugin_translation_translate(translator_list_string_t *segments, exports_docmill_plugin_translation_language_pair_t *pair,
                                                  exports_docmill_plugin_translation_rendering_t *ret,
                                                  exports_docmill_plugin_translation_error_t *err) {
  memset(ret, 0, sizeof *ret); /* no attributes */
  /* Exactly one segment for each, and an empty one stays empty. */
  ret->segments.len = segments->len;
  ret->segments.ptr = room_for(NULL, segments->len, sizeof *ret->segments.ptr);
  for (size_t i = 0; i < segments->len; i++) ret->segments.ptr[i] = rendered(segments->ptr[i]);
  return true;
}
