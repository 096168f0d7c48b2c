#include <string.h>

#include "clock.h"
#include "config.h"
#include "expand.h"
#include "http.h"
#include "json.h"

/* the keys of the top level and those every check may have */
enum key {
	KEY_CHECKS,
	KEY_TIMEOUT,
	KEY_SCHEMA,
	KEY_NOTES,
	KEY_NAME,
	KEY_OPTIONAL,
	KEY_ROLES,
	KEY_COUNT,
};

static const char keys[KEY_COUNT][9] = {
	[KEY_CHECKS] = "checks",
	[KEY_TIMEOUT] = "timeout",
	[KEY_SCHEMA] = "$schema",
	[KEY_NOTES] = "notes",
	[KEY_NAME] = "name",
	[KEY_OPTIONAL] = "optional",
	[KEY_ROLES] = "roles",
};

static const unsigned top_keys =
	1u << KEY_CHECKS | 1u << KEY_TIMEOUT | 1u << KEY_SCHEMA | 1u << KEY_NOTES;
static const unsigned check_keys =
	1u << KEY_TIMEOUT | 1u << KEY_NOTES | 1u << KEY_NAME | 1u << KEY_OPTIONAL | 1u << KEY_ROLES;

/* where the reader is; what an error's path is made of */
struct reader {
	struct config *config;
	struct config_error *error;
	struct json json;
	bool in_check;
	unsigned index;       /* of the check */
	struct slice key;     /* raw; empty: at none */
	struct slice sub_key; /* raw, of "headers" */
};

static void
print_path(const struct reader *reader, struct text *path)
{
	if (reader->in_check) {
		text_string(path, "checks[");
		text_decimal(path, reader->index);
		text_char(path, ']');
	}
	if (reader->key.length > 0) {
		if (reader->in_check)
			text_char(path, '.');
		text_escaped(path, reader->key);
	}
	if (reader->sub_key.length > 0) {
		text_char(path, '.');
		text_escaped(path, reader->sub_key);
	}
}

static const char too_much_memory[] = "the configuration takes too much memory";

static bool
fail(struct reader *reader, const char *words)
{
	return error_set(&reader->error->error, words);
}

static bool
fail_got(struct reader *reader, const char *words, struct slice found)
{
	struct text *text = error_begin(&reader->error->error);

	text_string(text, words);
	text_string(text, ", got ");
	text_quoted(text, found);
	return false;
}

/* The next event. Until the one after it, what is found wrong is reported at its token. */
static enum json_event
next(struct reader *reader)
{
	enum json_event event = json_next(&reader->json);

	if (event != JSON_ERROR)
		reader->error->error.offset = reader->json.token;
	return event;
}

/* False, for return, on an event that is not the one wanted; wanted: "a string". */
static bool
wrong_type(struct reader *reader, enum json_event event, const char *wanted)
{
	struct text *text;

	if (event == JSON_ERROR)
		return false;
	text = error_begin(&reader->error->error);
	text_string(text, "must be ");
	text_string(text, wanted);
	text_string(text, ", got ");
	text_string(text, json_name(event));
	return false;
}

/* What a raw key or string stands for; in the arena where it has escapes. */
static bool
unescaped(struct reader *reader, struct slice raw, struct slice *value)
{
	struct arena *arena = reader->config->arena;
	struct text text = text_open(arena);

	*value = raw;
	if (slice_find(raw, '\\') == raw.length)
		return true;
	json_unescape(&text, raw);
	if (text.cut)
		return fail(reader, too_much_memory);
	*value = text_keep(arena, &text);
	return true;
}

static bool
expanded(struct config *config, struct slice in, struct slice *out, struct error *error)
{
	struct text text = text_open(config->arena);
	bool roomy = text.capacity >= CONFIG_STRING_LIMIT;

	if (roomy)
		text.capacity = CONFIG_STRING_LIMIT;
	if (!expand(in, &text, error))
		return false;
	if (text.cut)
		return error_set(error, roomy ? "must be at most 8 KiB after expansion"
					      : too_much_memory);
	*out = text_keep(config->arena, &text);
	return true;
}

static bool
take_string(struct reader *reader, enum json_event event, struct slice *value)
{
	struct slice meant;

	if (event != JSON_STRING)
		return wrong_type(reader, event, "a string");
	return unescaped(reader, reader->json.raw, &meant) &&
	       expanded(reader->config, meant, value, &reader->error->error);
}

static bool
take_ignored(struct reader *reader, enum json_event event)
{
	return event == JSON_STRING || wrong_type(reader, event, "a string");
}

static bool
take_duration(struct reader *reader, enum json_event event, int64_t *ms)
{
	struct slice value = reader->json.raw;

	/* a bare number is refused by the same words, which name the fix */
	if (event != JSON_NUMBER && event != JSON_STRING)
		return wrong_type(reader, event, "a duration such as \"5s\"");
	if (event == JSON_STRING && !take_string(reader, event, &value))
		return false;
	return duration_parse(value, ms, &reader->error->error);
}

static bool
take_bool(struct reader *reader, enum json_event event, bool *value)
{
	*value = event == JSON_TRUE;
	return event == JSON_TRUE || event == JSON_FALSE || wrong_type(reader, event, "true or false");
}

static bool
take_whole(struct reader *reader, enum json_event event, uint64_t *value)
{
	if (event != JSON_NUMBER)
		return wrong_type(reader, event, "a whole number");
	return json_whole(reader->json.raw, INT64_MAX, value) ||
	       fail_got(reader, "must be a whole number, 0 to 9223372036854775807", reader->json.raw);
}

static bool
take_status(struct reader *reader, enum json_event event, struct slice *value)
{
	struct text text;
	uint64_t code;

	if (event != JSON_NUMBER && event != JSON_STRING)
		return wrong_type(reader, event, "a status such as 200 or \"2xx\"");
	if (event == JSON_STRING)
		return take_string(reader, event, value);
	if (!json_whole(reader->json.raw, INT64_MAX, &code))
		return fail_got(reader, "a status lies in 100 to 599", reader->json.raw);
	text = text_open(reader->config->arena);
	text_decimal(&text, code);
	*value = text_keep(reader->config->arena, &text);
	return true;
}

static bool
take_header(struct reader *reader, struct pair **headers)
{
	struct slice name, value;
	struct pair *pair;

	if (!unescaped(reader, reader->json.raw, &name))
		return false;
	if (!http_token(name))
		return fail_got(reader, "a header's name is a token", name);
	while (*headers) {
		if (slice_equal_nocase((*headers)->name, name))
			return fail_got(reader, "duplicate key: header names are the same in any case", name);
		headers = &(*headers)->next;
	}
	reader->sub_key = name;
	if (!take_string(reader, next(reader), &value))
		return false;
	for (size_t i = 0; i < value.length; i++) {
		if (value.bytes[i] == '\r' || value.bytes[i] == '\n' || value.bytes[i] == '\0')
			return fail(reader, "a header's value must not hold CR, LF or NUL");
	}
	pair = arena_take(reader->config->arena, sizeof(*pair));
	if (!pair)
		return fail(reader, too_much_memory);
	*pair = (struct pair){ NULL, name, value };
	*headers = pair;
	reader->sub_key.length = 0;
	return true;
}

static bool
take_headers(struct reader *reader, enum json_event event, struct pair **headers)
{
	if (event != JSON_OBJECT)
		return wrong_type(reader, event, "an object of strings");
	while ((event = next(reader)) == JSON_KEY) {
		if (!take_header(reader, headers))
			return false;
	}
	return event == JSON_OBJECT_END;
}

static bool
valid_name(struct reader *reader, struct slice name)
{
	return (name.length > 0 && name.length <= CONFIG_NAME_LIMIT) ||
	       fail_got(reader, "a name must be 1 to 64 bytes", name);
}

static bool
take_roles(struct reader *reader, enum json_event event)
{
	struct slice role;
	bool any = false;

	if (event != JSON_ARRAY)
		return wrong_type(reader, event, "an array of names");
	while ((event = next(reader)) != JSON_ARRAY_END) {
		if (!take_string(reader, event, &role) || !valid_name(reader, role))
			return false;
		any = true;
	}
	return any || fail(reader, "must name at least one role");
}

static bool
take_name(struct reader *reader, enum json_event event, struct check *check)
{
	unsigned index = 0;

	if (!take_string(reader, event, &check->name) || !valid_name(reader, check->name))
		return false;
	for (const struct check *at = reader->config->first; at; at = at->next, index++) {
		if (slice_equal(at->name, check->name)) {
			struct text *text = error_begin(&reader->error->error);

			text_string(text, "a name must be unique, ");
			text_quoted(text, check->name);
			text_string(text, " is that of checks[");
			text_decimal(text, index);
			text_char(text, ']');
			return false;
		}
	}
	return true;
}

static bool
take_field(struct reader *reader, enum json_event event, struct check *check,
	const struct field *field)
{
	void *slot = (char *)check + field->offset;

	switch ((enum field_type)field->type) {
	case FIELD_TARGET:
	case FIELD_TEXT:
		return take_string(reader, event, slot);
	case FIELD_BOOL:
		return take_bool(reader, event, slot);
	case FIELD_DURATION:
		return take_duration(reader, event, slot);
	case FIELD_WHOLE:
		return take_whole(reader, event, slot);
	case FIELD_STATUS:
		return take_status(reader, event, slot);
	case FIELD_HEADERS:
		return take_headers(reader, event, slot);
	case FIELD_LATER:
		break;
	}
	return false;
}

static struct check *
new_check(struct arena *arena, const struct check_kind *kind)
{
	size_t size = kind ? kind->size : sizeof(struct check);
	struct check *check = arena_take(arena, size);

	if (!check)
		return NULL;
	memset(check, 0, size);
	check->kind = kind;
	return check;
}

static const struct field *
find_field(const struct check_kind *kind, struct slice name)
{
	for (const struct field *field = kind->fields; field->name[0]; field++) {
		if (slice_equal(name, slice_of(field->name)))
			return field;
	}
	return NULL;
}

/* Which of the keys in allowed it is; KEY_COUNT: none. */
static enum key
find_key(struct slice name, unsigned allowed)
{
	for (enum key key = 0; key < KEY_COUNT; key++) {
		if (allowed >> key & 1 && slice_equal(name, slice_of(keys[key])))
			return key;
	}
	return KEY_COUNT;
}

static void
suggest(struct slice name, const char *known, const char **best, unsigned *distance)
{
	unsigned found = slice_distance(name, slice_of(known));

	if (found < *distance && slice_resembles(name, slice_of(known))) {
		*best = known;
		*distance = found;
	}
}

static bool
unknown_key(struct reader *reader, struct slice name, unsigned allowed)
{
	struct text *text = error_begin(&reader->error->error);
	const char *best = NULL;
	unsigned distance = 255;

	for (enum key key = 0; key < KEY_COUNT; key++) {
		if (allowed >> key & 1)
			suggest(name, keys[key], &best, &distance);
	}
	for (const struct check_kind *const *kind = check_kinds; reader->in_check && *kind; kind++) {
		for (const struct field *field = (*kind)->fields; field->name[0]; field++)
			suggest(name, field->name, &best, &distance);
	}
	text_string(text, "unknown key ");
	text_quoted(text, name);
	if (best) {
		text_string(text, ", did you mean \"");
		text_string(text, best);
		text_char(text, '"');
	}
	return false;
}

static bool
first_time(struct reader *reader, struct slice name, uint64_t *seen, unsigned bit)
{
	struct text *text;

	if (!(*seen >> bit & 1)) {
		*seen |= UINT64_C(1) << bit;
		reader->key = name;
		return true;
	}
	text = error_begin(&reader->error->error);
	text_string(text, "duplicate key ");
	text_quoted(text, name);
	return false;
}

/* A key that is a field of some other kind than the check's, or of none. */
static bool
foreign_key(struct reader *reader, const struct check *check, struct slice name)
{
	const struct check_kind *const *kind = check_kinds;
	struct text *text;

	while (*kind && !find_field(*kind, name))
		kind++;
	if (!*kind)
		return unknown_key(reader, name, check_keys);
	if (!check->kind) /* the missing kind is found at the end; until then every key will do */
		return json_skip(&reader->json, next(reader));
	text = error_begin(&reader->error->error);
	text_quoted(text, name);
	if (check_kind_named(name)) {
		text_string(text, " cannot stand beside \"");
		text_string(text, check->kind->name);
		text_string(text, "\", a check has exactly one target");
	} else {
		text_string(text, " is a key of ");
		text_string(text, (*kind)->name);
		text_string(text, " checks, not of ");
		text_string(text, check->kind->name);
	}
	return false;
}

static bool
check_key(struct reader *reader, struct check *check, uint64_t *seen)
{
	const struct check_kind *kind = check->kind;
	struct error *error = &reader->error->error;
	size_t offset = error->offset;
	const struct field *field;
	const char *conflict;
	enum json_event event;
	struct slice name;
	enum key key;

	if (!unescaped(reader, reader->json.raw, &name))
		return false;
	field = kind ? find_field(kind, name) : NULL;
	key = find_key(name, check_keys);
	if (key == KEY_COUNT && !field)
		return foreign_key(reader, check, name);
	if (!first_time(reader, name, seen, field ? KEY_COUNT + (unsigned)(field - kind->fields) : key))
		return false;
	if (field && field->type == FIELD_LATER)
		return fail(reader, "not supported by this version");
	event = next(reader);
	if (!field) {
		if (key == KEY_TIMEOUT)
			return take_duration(reader, event, &check->timeout_ms);
		if (key == KEY_NAME)
			return take_name(reader, event, check);
		if (key == KEY_OPTIONAL)
			return take_bool(reader, event, &check->optional);
		if (key == KEY_ROLES)
			return take_roles(reader, event);
		return take_ignored(reader, event);
	}
	if (!take_field(reader, event, check, field))
		return false;
	if (field->type == FIELD_TARGET)
		check->target = *(struct slice *)((char *)check + field->offset);
	if (!kind->validate(check, field, error))
		return false;
	conflict = kind->conflict ? kind->conflict(check) : NULL;
	error->offset = conflict ? offset : error->offset;
	return !conflict || error_set(error, conflict);
}

/* Looks ahead for the key that says of which kind the check is. Errors are left to the
 * reading proper, which meets them again. */
static const struct check_kind *
find_kind(struct reader *reader)
{
	struct json json = reader->json;
	struct error ignored;
	enum json_event event;

	json.error = &ignored;
	while ((event = json_next(&json)) == JSON_KEY) {
		const struct check_kind *kind;
		struct slice name;

		if (!unescaped(reader, json.raw, &name))
			break;
		kind = check_kind_named(name);
		if (kind)
			return kind;
		if (!json_skip(&json, json_next(&json)))
			break;
	}
	return NULL;
}

static bool
missing_target(struct reader *reader, size_t offset)
{
	struct text *text = error_begin(&reader->error->error);

	reader->error->error.offset = offset;
	text_string(text, "missing key: a check has exactly one of");
	for (const struct check_kind *const *kind = check_kinds; *kind; kind++) {
		text_string(text, kind == check_kinds ? " \"" : ", \"");
		text_string(text, (*kind)->name);
		text_char(text, '"');
	}
	return false;
}

static bool
add_check(struct config *config, struct check *check, struct error *error)
{
	if (!check->kind->prepare(check, config->arena, error))
		return false;
	*config->end = check;
	config->end = &check->next;
	config->count++;
	return true;
}

static bool
read_check(struct reader *reader, enum json_event event)
{
	size_t offset = reader->error->error.offset;
	struct config *config = reader->config;
	struct check *check;
	uint64_t seen = 0;

	reader->in_check = true;
	reader->index = config->count;
	reader->key.length = 0;
	if (event != JSON_OBJECT)
		return wrong_type(reader, event, "an object");
	if (config->count == CHECK_LIMIT)
		return fail(reader, "there must be at most 1024 checks");
	check = new_check(config->arena, find_kind(reader));
	if (!check)
		return fail(reader, too_much_memory);
	while ((event = next(reader)) == JSON_KEY) {
		if (!check_key(reader, check, &seen))
			return false;
		reader->key.length = 0;
	}
	if (event != JSON_OBJECT_END)
		return false;
	if (!check->kind)
		return missing_target(reader, offset);
	return add_check(config, check, &reader->error->error);
}

static bool
read_checks(struct reader *reader, enum json_event event)
{
	size_t offset = reader->error->error.offset;

	if (event != JSON_ARRAY)
		return wrong_type(reader, event, "an array of checks");
	while ((event = next(reader)) != JSON_ARRAY_END) {
		if (event == JSON_ERROR || !read_check(reader, event))
			return false;
		reader->in_check = false;
		reader->key = SLICE("checks");
	}
	if (reader->config->count > 0)
		return true;
	reader->error->error.offset = offset;
	return fail(reader, "there must be at least one check");
}

static bool
top_key(struct reader *reader, uint64_t *seen)
{
	enum json_event event;
	struct slice name;
	enum key key;

	if (!unescaped(reader, reader->json.raw, &name))
		return false;
	key = find_key(name, top_keys);
	if (key == KEY_COUNT)
		return unknown_key(reader, name, top_keys);
	if (!first_time(reader, name, seen, key))
		return false;
	event = next(reader);
	if (key == KEY_CHECKS)
		return read_checks(reader, event);
	if (key == KEY_TIMEOUT)
		return take_duration(reader, event, &reader->config->timeout_ms);
	return take_ignored(reader, event);
}

static bool
read_top(struct reader *reader)
{
	enum json_event event = next(reader);
	size_t offset = reader->error->error.offset;
	uint64_t seen = 0;

	if (event != JSON_OBJECT)
		return wrong_type(reader, event, "an object");
	while ((event = next(reader)) == JSON_KEY) {
		if (!top_key(reader, &seen))
			return false;
		reader->key.length = 0;
	}
	if (event != JSON_OBJECT_END)
		return false;
	if (!(seen >> KEY_CHECKS & 1)) {
		reader->error->error.offset = offset;
		return fail(reader, "missing key \"checks\"");
	}
	return next(reader) == JSON_END;
}

void
config_open(struct config *config, struct arena *arena)
{
	*config = (struct config){ .arena = arena, .timeout_ms = CONFIG_TIMEOUT_MS };
	config->end = &config->first;
}

static void
error_open(struct config_error *error)
{
	error->error.offset = 0;
	error->path = (struct text){ error->path_bytes, 0, sizeof(error->path_bytes), false };
}

bool
config_read(struct config *config, struct slice text, struct config_error *error)
{
	struct reader reader = { .config = config, .error = error };
	bool good;

	error_open(error);
	json_open(&reader.json, text, CONFIG_DEPTH, &error->error);
	good = read_top(&reader);
	if (text.length > CONFIG_LIMIT && (good || error->error.offset >= CONFIG_LIMIT)) {
		error->error.offset = CONFIG_LIMIT;
		return fail(&reader, "larger than 64 KiB");
	}
	if (!good)
		print_path(&reader, &error->path);
	return good;
}

bool
config_add(struct config *config, const struct check_kind *kind, struct slice target,
	struct config_error *error)
{
	struct check *check = new_check(config->arena, kind);
	const struct field *field = kind->fields;

	error_open(error);
	if (!check)
		return error_set(&error->error, too_much_memory);
	if (config->count == CHECK_LIMIT)
		return error_set(&error->error, "there must be at most 1024 checks");
	if (!expanded(config, target, &check->target, &error->error))
		return false;
	*(struct slice *)((char *)check + field->offset) = check->target;
	return kind->validate(check, field, &error->error) && add_check(config, check, &error->error);
}
