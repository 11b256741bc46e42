/* Reads `key: value` headers, a blank line and a body. */

#include <stdlib.h>
#include <string.h>

#include "extractor.h"

/* How much is asked of the host at a time; it may give less. */
enum { SLICE = 4096 };

typedef exports_docmill_plugin_extraction_error_t error_t;

/* What a result points to is freed after the call by the generated code, so every string in it has to be a copy. */
static extractor_string_t copy_of(const uint8_t *bytes, size_t length) {
  extractor_string_t copy = {NULL, length};
  if (length == 0) return copy; /* the generated code frees no empty string */
  copy.ptr = malloc(length);
  if (copy.ptr == NULL) abort();
  memcpy(copy.ptr, bytes, length);
  return copy;
}

static extractor_string_t text_of(const char *text) { return copy_of((const uint8_t *)text, strlen(text)); }

void exports_docmill_plugin_metadata_describe(exports_docmill_plugin_metadata_description_t *ret) {
  memset(ret, 0, sizeof *ret); /* no settings, no tables, nothing read, no attributes */
  ret->name = text_of("extract-keyvalue-c");
  ret->version = text_of("0.1.0");
  ret->summary = text_of("Reads headers and a body, in C");
}

bool exports_docmill_plugin_extraction_accepts(exports_docmill_plugin_extraction_list_media_type_t *ret, error_t *err) {
  (void)err; /* there is no setting that could be unusable */
  ret->len = 1;
  ret->ptr = malloc(sizeof *ret->ptr);
  if (ret->ptr == NULL) abort();
  ret->ptr[0] = text_of("text/x-keyvalue");
  return true;
}

/* All bytes of the source, to be freed. */
static uint8_t *read_all(docmill_plugin_sources_borrow_source_t source, size_t *filled) {
  size_t room = (size_t)docmill_plugin_sources_method_source_size(source);
  uint8_t *bytes = malloc(room ? room : 1);
  if (bytes == NULL) abort();
  *filled = 0;
  while (*filled < room) {
    extractor_list_u8_t part;
    docmill_plugin_sources_method_source_read(source, *filled, SLICE, &part);
    size_t length = part.len < room - *filled ? part.len : room - *filled;
    memcpy(bytes + *filled, part.ptr, length);
    *filled += length;
    extractor_list_u8_free(&part);
    if (length == 0) break;
  }
  return bytes;
}

/* Where the first character begins that is no UTF-8, or `length`. */
static size_t first_invalid_byte(const uint8_t *bytes, size_t length) {
  size_t at = 0;
  while (at < length) {
    uint8_t lead = bytes[at];
    if (lead < 0x80) {
      at++;
      continue;
    }
    size_t size = lead >= 0xc2 && lead <= 0xdf ? 2 : lead >= 0xe0 && lead <= 0xef ? 3 : lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
    if (size == 0 || size > length - at) return at;
    /* The ranges that shut out overlong forms, surrogates and what lies past U+10FFFF. */
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (bytes[at + 1] < low || bytes[at + 1] > high) return at;
    for (size_t i = 2; i < size; i++) {
      if ((bytes[at + i] & 0xc0) != 0x80) return at;
    }
    at += size;
  }
  return length;
}

static bool is_blank(uint8_t c) { return c == ' ' || c == '\t'; }

static bool is_key(uint8_t c) {
  return c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Adds one header to the document; false if the line is none. */
static bool add_header(docmill_plugin_types_document_t *document, const uint8_t *line, size_t length) {
  size_t colon = 0;
  while (colon < length && is_key(line[colon])) colon++;
  if (colon == 0 || colon == length || line[colon] != ':') return false;
  size_t start = colon + 1, end = length;
  while (start < end && is_blank(line[start])) start++;
  while (end > start && is_blank(line[end - 1])) end--;
  if (start == end) return false;

  extractor_string_t key = copy_of(line, colon);
  for (size_t i = 0; i < key.len; i++) {
    if (key.ptr[i] >= 'A' && key.ptr[i] <= 'Z') key.ptr[i] += 'a' - 'A';
  }
  extractor_string_t value = copy_of(line + start, end - start);
  if (key.len == strlen("language") && memcmp(key.ptr, "language", key.len) == 0) {
    extractor_string_free(&key);
    if (document->language.is_some) extractor_string_free(&document->language.val);
    document->language.is_some = true;
    document->language.val = value;
    return true;
  }
  docmill_plugin_types_list_attribute_t *list = &document->attributes;
  list->ptr = realloc(list->ptr, (list->len + 1) * sizeof *list->ptr);
  if (list->ptr == NULL) abort();
  list->ptr[list->len].name = key;
  list->ptr[list->len].value = value;
  list->len++;
  return true;
}

/* Takes the language that the container says, unless the text said one: of that the host would not fill the gap. */
static void add_language(docmill_plugin_types_document_t *document, const docmill_plugin_sources_list_attribute_t *said) {
  for (size_t i = 0; i < said->len && !document->language.is_some; i++) {
    const docmill_plugin_types_attribute_t *it = &said->ptr[i];
    if (it->name.len != strlen("language") || memcmp(it->name.ptr, "language", it->name.len) != 0) continue;
    document->language.is_some = true;
    document->language.val = copy_of(it->value.ptr, it->value.len);
  }
}

static bool malformed(error_t *err, const char *reason, size_t offset) {
  err->tag = DOCMILL_PLUGIN_TYPES_ERROR_MALFORMED;
  err->val.malformed.reason = text_of(reason);
  err->val.malformed.offset.is_some = true;
  err->val.malformed.offset.val = offset;
  return false;
}

/* Fills `document`; false with `err` filled in if the bytes are damaged. */
static bool parse(const uint8_t *bytes, size_t length, docmill_plugin_types_document_t *document, error_t *err) {
  size_t damage = first_invalid_byte(bytes, length);
  if (damage < length) return malformed(err, "the text is not UTF-8", damage);
  size_t position = 0;
  while (position < length) {
    const uint8_t *feed = memchr(bytes + position, '\n', length - position);
    size_t end = feed ? (size_t)(feed - bytes) : length;
    size_t next = feed ? end + 1 : length;
    size_t size = end - position;
    if (size > 0 && bytes[end - 1] == '\r') size--;
    if (size == 0) {
      document->text = copy_of(bytes + next, length - next);
      break;
    }
    if (!add_header(document, bytes + position, size)) {
      return malformed(err, "a header needs a key, a colon and a value", position);
    }
    position = next;
  }
  return true;
}

bool exports_docmill_plugin_extraction_extract(exports_docmill_plugin_extraction_borrow_source_t source,
                                               exports_docmill_plugin_extraction_list_extracted_t *ret,
                                               error_t *err) {
  size_t length;
  uint8_t *bytes = read_all(source, &length);
  docmill_plugin_sources_list_attribute_t said;
  docmill_plugin_sources_method_source_attributes(source, &said);
  /* A borrowed handle has to be given back before the call returns. */
  docmill_plugin_sources_source_drop_borrow(source);

  docmill_plugin_types_document_t document;
  memset(&document, 0, sizeof document);
  bool parsed = parse(bytes, length, &document, err);
  free(bytes);
  if (parsed) add_language(&document, &said);
  docmill_plugin_sources_list_attribute_free(&said);
  if (!parsed) {
    docmill_plugin_types_document_free(&document);
    return false;
  }
  ret->len = length > 0 ? 1 : 0; /* an empty source has no documents */
  ret->ptr = calloc(1, sizeof *ret->ptr);
  if (ret->ptr == NULL) abort();
  if (ret->len == 0) {
    docmill_plugin_types_document_free(&document);
    free(ret->ptr);
    ret->ptr = NULL;
    return true;
  }
  ret->ptr[0].document = document;
  return true;
}
