/* What every plugin in C needs: strings that may be given to the host, settings, and tables. */

#ifndef DOCMILL_H
#define DOCMILL_H

#include <stdlib.h>
#include <string.h>

#include "@ROLE@.h"

typedef @ROLE@_string_t text_t;
typedef docmill_plugin_lookup_own_table_t table_t;
typedef docmill_plugin_lookup_list_occurrence_t occurrences_t;

/* Memory for so many things, which may move what was there. There is no way on without it. */
static inline void *room_for(void *there, size_t count, size_t size) {
  void *room = realloc(there, count * size > 0 ? count * size : 1);
  if (room == NULL) abort();
  return room;
}

/* What a result points to is freed after the call by the generated code, so every string in it has to be a copy. */
static inline text_t copy_of(const uint8_t *bytes, size_t length) {
  text_t copy = {NULL, length};
  if (length == 0) return copy; /* the generated code frees no empty string */
  copy.ptr = room_for(NULL, length, 1);
  memcpy(copy.ptr, bytes, length);
  return copy;
}

static inline text_t text_of(const char *text) { return copy_of((const uint8_t *)text, strlen(text)); }

/* An argument of a function of the host, which reads it and keeps nothing. */
static inline text_t lent(const char *text) { return (text_t){(uint8_t *)text, strlen(text)}; }

static inline void add_setting(exports_docmill_plugin_metadata_description_t *to, const char *key, const char *summary, const char *value) {
  to->settings.ptr = room_for(to->settings.ptr, to->settings.len + 1, sizeof *to->settings.ptr);
  exports_docmill_plugin_metadata_setting_t *added = &to->settings.ptr[to->settings.len++];
  added->key = text_of(key);
  added->summary = text_of(summary);
  added->default_value.is_some = value != NULL;
  if (value != NULL) added->default_value.val = text_of(value);
}

static inline void add_table(exports_docmill_plugin_metadata_description_t *to, const char *name, const char *summary, bool required) {
  to->tables.ptr = room_for(to->tables.ptr, to->tables.len + 1, sizeof *to->tables.ptr);
  exports_docmill_plugin_metadata_table_use_t *added = &to->tables.ptr[to->tables.len++];
  added->name = text_of(name);
  added->summary = text_of(summary);
  added->required = required;
}

/* The value of a setting. Every setting that is declared has one. */
static inline text_t setting(const char *key) {
  text_t name = lent(key), value = {NULL, 0};
  if (!docmill_plugin_config_get(&name, &value)) value = (text_t){NULL, 0};
  return value;
}

/* The value of a setting that has to be a number of at most nine digits. */
static inline bool number(const char *key, uint32_t *number) {
  text_t value = setting(key);
  bool fits = value.len >= 1 && value.len <= 9;
  *number = 0;
  for (size_t i = 0; fits && i < value.len; i++) {
    fits = value.ptr[i] >= '0' && value.ptr[i] <= '9';
    *number = *number * 10 + (value.ptr[i] - '0');
  }
  if (value.len > 0) free(value.ptr);
  return fits;
}

/* What a function returns that cannot use a setting: the operator is pointed at it. */
static inline bool misconfigured(docmill_plugin_types_error_t *err, const char *key, const char *reason) {
  err->tag = DOCMILL_PLUGIN_TYPES_ERROR_MISCONFIGURED;
  err->val.misconfigured.key = text_of(key);
  err->val.misconfigured.reason = text_of(reason);
  return false;
}

static inline bool open_table(const char *name, table_t *table) {
  text_t asked = lent(name);
  return docmill_plugin_lookup_open(&asked, table);
}

/* Where the keys of a table stand in a text, and what they stand for; nothing if the table was not granted. */
static inline occurrences_t find(const char *table_name, text_t text) {
  occurrences_t found = {NULL, 0};
  table_t table;
  if (!open_table(table_name, &table)) return found;
  docmill_plugin_lookup_method_table_find(docmill_plugin_lookup_borrow_table(table), &text, &found);
  docmill_plugin_lookup_table_drop_own(table);
  return found;
}

#endif
