/* Finds years, and terms of a table. */

#include "docmill.h"

typedef docmill_plugin_types_annotation_t annotation_t;

void exports_docmill_plugin_metadata_describe(exports_docmill_plugin_metadata_description_t *ret) {
  memset(ret, 0, sizeof *ret); /* nothing read, no attributes */
  ret->name = text_of("@NAME@");
  ret->version = text_of("0.1.0");
  ret->summary = text_of("Finds years, and terms of a table");
  add_setting(ret, "first", "Years before this one are numbers like others", "1900");
  add_table(ret, "terms", "Words to find, and what each stands for", false);
}

bool exports_docmill_plugin_analysis_kinds(analyzer_list_string_t *ret, exports_docmill_plugin_analysis_error_t *err) {
  uint32_t first;
  /* A value that is no number is refused before the first document, and the operator pointed at the setting. */
  if (!number("first", &first)) return misconfigured(err, "first", "it is no number");
  ret->ptr = room_for(NULL, 2, sizeof *ret->ptr);
  ret->len = 2;
  ret->ptr[0] = text_of("term");
  ret->ptr[1] = text_of("year");
  return true;
}

static bool is_digit(uint8_t byte) { return byte >= '0' && byte <= '9'; }

static void add(exports_docmill_plugin_analysis_list_annotation_t *to, const char *kind, size_t start, size_t end, text_t value) {
  to->ptr = room_for(to->ptr, to->len + 1, sizeof *to->ptr);
  annotation_t *added = &to->ptr[to->len++];
  memset(added, 0, sizeof *added);
  added->kind = text_of(kind);
  added->span.is_some = true;
  added->span.val.start = (uint32_t)start;
  added->span.val.end = (uint32_t)end;
  added->value.is_some = true;
  added->value.val = value;
}

static int in_order(const void *one, const void *other) {
  const docmill_plugin_types_span_t *a = &((const annotation_t *)one)->span.val, *b = &((const annotation_t *)other)->span.val;
  if (a->start != b->start) return a->start < b->start ? -1 : 1;
  return a->end == b->end ? 0 : a->end < b->end ? -1 : 1;
}

bool exports_docmill_plugin_analysis_analyze(exports_docmill_plugin_analysis_document_t *document,
                                             exports_docmill_plugin_analysis_list_annotation_t *ret,
                                             exports_docmill_plugin_analysis_error_t *err) {
  uint32_t first;
  if (!number("first", &first)) return misconfigured(err, "first", "it is no number");
  const uint8_t *text = document->text.ptr;
  size_t length = document->text.len;
  ret->ptr = NULL;
  ret->len = 0;
  for (size_t start = 0, end; start < length; start = end + 1) {
    uint32_t value = 0;
    for (end = start; end < length && is_digit(text[end]); end++) value = value * 10 + (text[end] - '0');
    if (end - start == 4 && value >= first) add(ret, "year", start, end, copy_of(text + start, 4));
  }
  occurrences_t terms = find("terms", document->text);
  for (size_t i = 0; i < terms.len; i++) {
    /* The value was made for this call, and is handed on. */
    add(ret, "term", terms.ptr[i].span.start, terms.ptr[i].span.end, terms.ptr[i].value);
  }
  if (terms.len > 0) free(terms.ptr);
  /* The contract wants them in the order of the text. */
  if (ret->len > 1) qsort(ret->ptr, ret->len, sizeof *ret->ptr, in_order);
  exports_docmill_plugin_analysis_document_free(document);
  return true;
}
