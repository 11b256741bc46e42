/* Takes files of notes apart, which stand between lines of their own. */

#include <stdio.h>

#include "docmill.h"

/* How much is asked of the host at a time; it may give less. */
enum { SLICE = 1 << 20 };

void exports_docmill_plugin_metadata_describe(exports_docmill_plugin_metadata_description_t *ret) {
  memset(ret, 0, sizeof *ret); /* nothing read, no attributes */
  ret->name = text_of("@NAME@");
  ret->version = text_of("0.1.0");
  ret->summary = text_of("Takes files of notes apart");
  add_setting(ret, "separator", "The line between two notes", "---");
  add_table(ret, "names", "What a note is called, by its number", false);
}

bool exports_docmill_plugin_unpacking_accepts(exports_docmill_plugin_unpacking_list_media_type_t *ret,
                                              exports_docmill_plugin_unpacking_error_t *err) {
  ret->ptr = room_for(NULL, 1, sizeof *ret->ptr);
  ret->len = 1;
  ret->ptr[0] = text_of("application/x-notes");
  return true;
}

static text_t read_all(docmill_plugin_sources_borrow_source_t source) {
  uint64_t size = docmill_plugin_sources_method_source_size(source);
  text_t all = {room_for(NULL, (size_t)size, 1), 0};
  while (all.len < size) {
    unpacker_list_u8_t part;
    docmill_plugin_sources_method_source_read(source, all.len, SLICE, &part);
    if (part.len == 0) break;
    memcpy(all.ptr + all.len, part.ptr, part.len);
    all.len += part.len;
    free(part.ptr);
  }
  docmill_plugin_sources_source_drop_borrow(source);
  return all;
}

static bool is_space(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

/* Emits a note, unless it is empty, and counts it. */
static void emit_note(uint8_t *note, size_t length, unsigned *count) {
  size_t blank = 0;
  while (blank < length && is_space(note[blank])) blank++;
  if (blank == length) return;
  char number[16], name[32];
  snprintf(number, sizeof number, "%u", ++*count);
  snprintf(name, sizeof name, "note-%s.txt", number);
  text_t called = lent(name), key = lent(number), better;
  table_t names;
  if (open_table("names", &names)) {
    if (docmill_plugin_lookup_method_table_get(docmill_plugin_lookup_borrow_table(names), &key, &better)) called = better;
    docmill_plugin_lookup_table_drop_own(names);
  }
  docmill_plugin_members_member_t member = {
      .name = called,
      .media_type = {.is_some = true, .val = lent("text/plain")},
      .content = {note, length},
  };
  docmill_plugin_members_emit(&member);
}

bool exports_docmill_plugin_unpacking_unpack(exports_docmill_plugin_unpacking_borrow_source_t container,
                                             exports_docmill_plugin_unpacking_error_t *err) {
  text_t content = read_all(container), separator = setting("separator");
  unsigned count = 0;
  size_t start = 0;
  for (size_t at = 0; at < content.len;) {
    uint8_t *line = content.ptr + at, *feed = memchr(line, '\n', content.len - at);
    size_t length = feed ? (size_t)(feed - line) : content.len - at, next = at + length + (feed != NULL);
    while (length > 0 && is_space(line[length - 1])) length--;
    if (length == separator.len && (length == 0 || memcmp(line, separator.ptr, length) == 0)) {
      emit_note(content.ptr + start, at - start, &count);
      start = next;
    }
    at = next;
  }
  emit_note(content.ptr + start, content.len - start, &count);
  return true;
}
