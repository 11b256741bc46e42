/* Tells short documents from long ones, and those that are on the topic of a table. */

#include <stdio.h>

#include "docmill.h"

typedef docmill_plugin_types_label_t label_t;

void exports_docmill_plugin_metadata_describe(exports_docmill_plugin_metadata_description_t *ret) {
  memset(ret, 0, sizeof *ret); /* nothing read, no attributes */
  ret->name = text_of("@NAME@");
  ret->version = text_of("0.1.0");
  ret->summary = text_of("Tells short documents from long ones, and those on a topic");
  add_setting(ret, "long-from", "Documents with at least as many words are long", "100");
  add_table(ret, "terms", "Words that speak for the topic, and why", false);
}

bool exports_docmill_plugin_classification_labels(classifier_list_string_t *ret, exports_docmill_plugin_classification_error_t *err) {
  static const char *const labels[] = {"short", "long", "on-topic"};
  uint32_t long_from;
  /* A value that is no number is refused before the first document, and the operator pointed at the setting. */
  if (!number("long-from", &long_from)) return misconfigured(err, "long-from", "it is no number");
  ret->len = sizeof labels / sizeof *labels;
  ret->ptr = room_for(NULL, ret->len, sizeof *ret->ptr);
  for (size_t i = 0; i < ret->len; i++) ret->ptr[i] = text_of(labels[i]);
  return true;
}

static label_t *add(exports_docmill_plugin_classification_list_label_t *to, const char *name, float confidence) {
  to->ptr = room_for(to->ptr, to->len + 1, sizeof *to->ptr);
  label_t *added = &to->ptr[to->len++];
  memset(added, 0, sizeof *added);
  added->name = text_of(name);
  added->confidence = confidence;
  return added;
}

static size_t words_in(text_t text) {
  size_t words = 0;
  bool within = false;
  for (size_t i = 0; i < text.len; i++) {
    bool is_word = text.ptr[i] > ' ';
    words += is_word && !within;
    within = is_word;
  }
  return words;
}

bool exports_docmill_plugin_classification_classify(exports_docmill_plugin_classification_document_t *document,
                                                    exports_docmill_plugin_classification_list_label_t *ret,
                                                    exports_docmill_plugin_classification_error_t *err) {
  uint32_t long_from;
  if (!number("long-from", &long_from)) return misconfigured(err, "long-from", "it is no number");
  ret->ptr = NULL;
  ret->len = 0;
  size_t words = words_in(document->text);
  if (words > 0) {
    label_t *length = add(ret, words < long_from ? "short" : "long", 1.0f);
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", words);
    length->attributes.ptr = room_for(NULL, 1, sizeof *length->attributes.ptr);
    length->attributes.len = 1;
    length->attributes.ptr[0].name = text_of("word-count");
    length->attributes.ptr[0].value = text_of(digits);
  }
  occurrences_t terms = find("terms", document->text);
  if (terms.len > 0) {
    /* The most confident label comes first, and evidence in the order of the text. */
    label_t *topic = add(ret, "on-topic", 0.75f);
    topic->evidence.ptr = room_for(NULL, terms.len, sizeof *topic->evidence.ptr);
    topic->evidence.len = terms.len;
    for (size_t i = 0; i < terms.len; i++) topic->evidence.ptr[i] = terms.ptr[i].span;
    docmill_plugin_lookup_list_occurrence_free(&terms);
  }
  exports_docmill_plugin_classification_document_free(document);
  return true;
}
