/* Reads notes: lines of text, of which some are headings. */

#include "docmill.h"

/* How much is asked of the host at a time; it may give less. */
enum { SLICE = 1 << 20 };

void exports_docmill_plugin_metadata_describe(exports_docmill_plugin_metadata_description_t *ret) {
  memset(ret, 0, sizeof *ret); /* nothing read, no attributes */
  ret->name = text_of("@NAME@");
  ret->version = text_of("0.1.0");
  ret->summary = text_of("Reads notes: lines of text, of which some are headings");
  add_setting(ret, "mark", "What a heading begins with", "#");
  add_table(ret, "titles", "Titles as they are written, and as they should be", false);
}

bool exports_docmill_plugin_extraction_accepts(exports_docmill_plugin_extraction_list_media_type_t *ret,
                                               exports_docmill_plugin_extraction_error_t *err) {
  ret->ptr = room_for(NULL, 1, sizeof *ret->ptr);
  ret->len = 1;
  ret->ptr[0] = text_of("text/x-note");
  return true;
}

static text_t read_all(docmill_plugin_sources_borrow_source_t source) {
  uint64_t size = docmill_plugin_sources_method_source_size(source);
  text_t all = {room_for(NULL, (size_t)size, 1), 0};
  while (all.len < size) {
    extractor_list_u8_t part;
    docmill_plugin_sources_method_source_read(source, all.len, SLICE, &part);
    if (part.len == 0) break;
    memcpy(all.ptr + all.len, part.ptr, part.len);
    all.len += part.len;
    free(part.ptr);
  }
  docmill_plugin_sources_source_drop_borrow(source);
  return all;
}

/* Where the first byte is that is no UTF-8, or the length. */
static size_t valid_up_to(text_t text) {
  size_t at = 0;
  while (at < text.len) {
    const uint8_t *c = text.ptr + at;
    size_t more = c[0] < 0x80 ? 0 : c[0] >= 0xc2 && c[0] < 0xe0 ? 1 : c[0] >= 0xe0 && c[0] < 0xf0 ? 2 : c[0] >= 0xf0 && c[0] < 0xf5 ? 3 : 4;
    if (more > 3 || at + more >= text.len) return at;
    for (size_t i = 1; i <= more; i++) {
      if ((c[i] & 0xc0) != 0x80) return at;
    }
    /* No detours, no surrogates, nothing past the last character. */
    if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) || (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f)) return at;
    at += more + 1;
  }
  return at;
}

static void set_title(docmill_plugin_types_document_t *document, text_t heading) {
  text_t title = copy_of(heading.ptr, heading.len), better;
  table_t titles;
  if (open_table("titles", &titles)) {
    if (docmill_plugin_lookup_method_table_get(docmill_plugin_lookup_borrow_table(titles), &heading, &better)) title = better;
    docmill_plugin_lookup_table_drop_own(titles);
  }
  document->attributes.ptr = room_for(NULL, 1, sizeof *document->attributes.ptr);
  document->attributes.len = 1;
  document->attributes.ptr[0].name = text_of("title");
  document->attributes.ptr[0].value = title;
}

static void add_heading(docmill_plugin_types_document_t *document, size_t start, size_t end) {
  document->marks.ptr = room_for(document->marks.ptr, document->marks.len + 1, sizeof *document->marks.ptr);
  docmill_plugin_types_mark_t *mark = &document->marks.ptr[document->marks.len++];
  memset(mark, 0, sizeof *mark);
  mark->kind = text_of("heading");
  mark->span.start = (uint32_t)start;
  mark->span.end = (uint32_t)end;
  mark->attributes.ptr = room_for(NULL, 1, sizeof *mark->attributes.ptr);
  mark->attributes.len = 1;
  mark->attributes.ptr[0].name = text_of("level");
  mark->attributes.ptr[0].value = text_of("1");
}

bool exports_docmill_plugin_extraction_extract(exports_docmill_plugin_extraction_borrow_source_t source,
                                               exports_docmill_plugin_extraction_list_extracted_t *ret,
                                               exports_docmill_plugin_extraction_error_t *err) {
  text_t content = read_all(source), mark = setting("mark");
  size_t valid = valid_up_to(content);
  if (valid < content.len) {
    err->tag = DOCMILL_PLUGIN_TYPES_ERROR_MALFORMED;
    err->val.malformed.reason = text_of("the text is not UTF-8");
    err->val.malformed.offset.is_some = true;
    err->val.malformed.offset.val = valid;
    return false;
  }
  ret->ptr = NULL;
  ret->len = 0;
  if (content.len == 0) return true;
  ret->ptr = room_for(NULL, 1, sizeof *ret->ptr);
  ret->len = 1;
  memset(ret->ptr, 0, sizeof *ret->ptr); /* no language, no asides */
  docmill_plugin_types_document_t *document = &ret->ptr[0].document;
  /* A line feed more than there is, where the last line has none. */
  document->text.ptr = room_for(NULL, content.len + 1, 1);
  for (size_t at = 0; at < content.len;) {
    const uint8_t *line = content.ptr + at, *feed = memchr(line, '\n', content.len - at);
    size_t length = feed ? (size_t)(feed - line) : content.len - at;
    at += length + 1;
    if (length > 0 && line[length - 1] == '\r') length--;
    size_t start = document->text.len;
    bool is_heading = mark.len > 0 && length >= mark.len && memcmp(line, mark.ptr, mark.len) == 0;
    if (is_heading) {
      line += mark.len;
      length -= mark.len;
      while (length > 0 && line[0] <= ' ') line++, length--;
      while (length > 0 && line[length - 1] <= ' ') length--;
    }
    memcpy(document->text.ptr + start, line, length);
    document->text.len += length;
    if (is_heading && length > 0) {
      add_heading(document, start, start + length);
      if (document->attributes.len == 0) set_title(document, (text_t){document->text.ptr + start, length});
    }
    document->text.ptr[document->text.len++] = '\n';
  }
  return true;
}
