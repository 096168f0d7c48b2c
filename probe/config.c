#include <string.h>

#include "clock.h"
#include "config.h"
#include "expand.h"
#include "http.h"

struct config config;

static const char too_much[] = "the configuration takes too much memory";

static enum json_event
next(void)
{
	return config.event = json_next(&config.json);
}

static void *
take_memory(size_t size)
{
	void *memory = arena_take(config.arena, size);

	if (!memory)
		refuse(too_much);
	return memory;
}

void
config_wrong_type(const char *wanted)
{
	refuse("must be %s, got %s", wanted, json_name(config.event));
}

/* What a raw key or string stands for; in the arena where it has escapes. */
static struct slice
unescape(struct slice raw)
{
	struct text text;

	if (!slice_has(raw, '\\'))
		return raw;
	text_open(&text, config.arena, CONFIG_LIMIT);
	json_unescape(&text, raw);
	if (text.cut)
		refuse(too_much);
	return text_keep(config.arena, &text);
}

struct slice
config_string(void)
{
	struct slice raw = config.json.raw;
	struct text text;

	if (config.event != JSON_STRING)
		config_wrong_type("a string");
	if (!config.word)
		raw = unescape(raw);
	text_open(&text, config.arena, CONFIG_STRING_LIMIT);
	expand(raw, &text);
	if (text.cut)
		refuse(text.capacity < CONFIG_STRING_LIMIT
				? too_much
				: "must be at most 8 KiB after expansion");
	return text_keep(config.arena, &text);
}

struct slice
config_text(void)
{
	struct slice value = config_string();

	if (value.length == 0)
		refuse("must not be empty");
	return value;
}

bool
config_bool(void)
{
	if (config.event != JSON_TRUE && config.event != JSON_FALSE)
		config_wrong_type("true or false");
	return config.event == JSON_TRUE;
}

int64_t
config_duration(void)
{
	/* a bare number is refused by the same words, which name the fix */
	return duration_parse(config.event == JSON_NUMBER ? config.json.raw : config_string());
}

uint64_t
config_whole(void)
{
	uint64_t value;

	if (config.event != JSON_NUMBER)
		config_wrong_type("a whole number");
	value = slice_decimal(config.json.raw, UINT64_C(1) << 59);
	if (value == UINT64_MAX)
		refuse("must be a whole number up to 2^59, got %e", config.json.raw);
	return value;
}

void
config_later(void *structure)
{
	(void)structure;
	refuse("not supported by this version");
}

void
config_ignored(void *structure)
{
	(void)structure;
	if (config.event != JSON_STRING)
		config_wrong_type("a string");
}

struct pair *
config_headers(void)
{
	struct pair *first = NULL, **end = &first;

	if (config.event != JSON_OBJECT)
		config_wrong_type("an object of strings");
	for (; next() == JSON_KEY; end = &(*end)->next) {
		struct pair *pair = take_memory(sizeof(*pair));

		pair->name = unescape(config.json.raw);
		if (!http_token(pair->name))
			refuse("a header's name is a token, got %q", pair->name);
		for (const struct pair *at = first; at; at = at->next) {
			if (slice_same(at->name, pair->name))
				refuse("duplicate key %q, header names are the same in any case",
					pair->name);
		}
		config.header = pair->name;
		next();
		pair->value = config_string();
		if (slice_has(pair->value, '\r') || slice_has(pair->value, '\n') ||
			slice_has(pair->value, '\0'))
			refuse("a header must not hold CR, LF or NUL");
		config.header.length = 0;
		*end = pair;
	}
	return first;
}

static struct slice
take_name(void)
{
	struct slice name = config_text();

	if (name.length > CONFIG_NAME_LIMIT)
		refuse("a name must be 1 to 64 bytes, got %q", name);
	return name;
}

static void
take_roles(void *structure)
{
	size_t offset = error.offset;

	(void)structure;
	if (config.event != JSON_ARRAY)
		config_wrong_type("an array of names");
	if (next() == JSON_ARRAY_END) {
		error.offset = offset;
		refuse("must name at least one role");
	}
	do
		take_name();
	while (next() != JSON_ARRAY_END);
}

static void
take_check_name(void *structure)
{
	struct slice name = take_name();
	uint64_t index = 0;

	for (const struct check *at = config.first; at; at = at->next, index++) {
		if (at->name.length == name.length &&
			memcmp(at->name.bytes, name.bytes, name.length) == 0)
			refuse("a name must be unique, %q is that of checks[%u]", name, index);
	}
	((struct check *)structure)->name = name;
}

static void
take_check_timeout(void *structure)
{
	((struct check *)structure)->timeout_ms = config_duration();
}

static void
take_optional(void *structure)
{
	((struct check *)structure)->optional = config_bool();
}

static const struct field check_fields[] = {
	{ "name", take_check_name },
	{ "timeout", take_check_timeout },
	{ "optional", take_optional },
	{ "roles", take_roles },
	{ "notes", config_ignored },
	{ NULL, NULL },
};

/* Its entry, or the one that ends the table. */
static const struct field *
find_field(const struct field *fields, struct slice name)
{
	while (fields->name && !slice_is(name, fields->name))
		fields++;
	return fields;
}

static const char *
resembling(const struct field *fields, struct slice name)
{
	while (fields->name && !slice_resembles(name, slice_of(fields->name)))
		fields++;
	return fields->name;
}

static void
skip_value(void *structure)
{
	(void)structure;
	json_skip(&config.json, config.event);
}

/* A key that is not among fields, and not one of the check's kind. Where the check has no kind,
 * every kind's keys will do until that is found, at its end; then a number for the key, which
 * no other has. */
static unsigned
foreign_key(const struct field *fields, struct slice name)
{
	const char *meant = resembling(fields, name);

	for (unsigned i = 0; config.in_check && check_kinds[i]; i++) {
		const struct field *known = find_field(check_kinds[i]->fields, name);

		if (!meant)
			meant = resembling(check_kinds[i]->fields, name);
		if (!known->name)
			continue;
		if (!config.kind)
			return 8 + 8 * i + (unsigned)(known - check_kinds[i]->fields);
		refuse(known == check_kinds[i]->fields ? "%q beside \"%s\", a check has one target"
						       : "%q is not for \"%s\" checks",
			name, config.kind->fields->name);
	}
	refuse(meant ? "unknown key %q, did you mean \"%s\"?" : "unknown key %q", name, meant);
}

/* Reads an object up to its end, with the fields of the check's kind if it has one. */
static void
read_object(const struct field *fields, void *structure)
{
	static const struct field skipped = { "", skip_value };
	const struct field *own = config.kind ? config.kind->fields : fields;
	uint64_t seen = 0;

	if (config.event != JSON_OBJECT)
		config_wrong_type("an object");
	while (next() == JSON_KEY) {
		struct slice name = unescape(config.json.raw);
		const struct field *field = find_field(own, name);
		size_t offset = error.offset;
		uint64_t bit = UINT64_C(1) << (field - own);

		if (!field->name) {
			field = find_field(fields, name);
			bit = UINT64_C(1) << (40 + (field - fields));
		}
		if (!field->name) {
			field = &skipped;
			bit = UINT64_C(1) << foreign_key(fields, name);
		}
		if (seen & bit)
			refuse("duplicate key %q", name);
		seen |= bit;
		config.key = *field->name ? field->name : NULL;
		if (field->take == config_later)
			config_later(NULL);
		next();
		field->take(structure);
		if (config.kind && config.kind->conflict && config.kind->conflict(structure)) {
			error.offset = offset;
			refuse(config.kind->conflict(structure));
		}
		config.key = NULL;
	}
}

/* Looks ahead for the key that says of which kind the check is. Where it fails it just
 * ends: the reading proper comes to that, too. */
static void
look_for_kind(void)
{
	struct json json = config.json;
	struct error outer;

	outer = error;
	config.kind = NULL;
	if (setjmp(error.trap) == 0) {
		while (!config.kind && json_next(&json) == JSON_KEY) {
			struct slice name = unescape(json.raw);

			for (unsigned i = 0; check_kinds[i] && !config.kind; i++) {
				if (slice_is(name, check_kinds[i]->fields->name))
					config.kind = check_kinds[i];
			}
			json_skip(&json, json_next(&json));
		}
	}
	error = outer;
}

static struct check *
new_check(void)
{
	struct check *check = take_memory(config.kind ? config.kind->size : sizeof(*check));

	if (config.count == CHECK_LIMIT)
		refuse("there must be at most 1024 checks");
	check->kind = config.kind;
	return check;
}

static void
add_check(struct check *check)
{
	if (check->kind->prepare && !check->kind->prepare(check, config.arena))
		refuse(too_much);
	*config.end = check;
	config.end = &check->next;
	config.count++;
}

static void
read_check(void)
{
	size_t offset = error.offset;
	struct check *check;

	config.in_check = true;
	config.key = NULL;
	if (config.event == JSON_OBJECT)
		look_for_kind();
	check = new_check();
	read_object(check_fields, check);
	error.offset = offset;
	if (!config.kind)
		refuse("missing key: a check has one of \"http\", \"tcp\" and \"file\"");
	add_check(check);
	config.kind = NULL;
	config.in_check = false;
	config.key = "checks";
}

static void
take_checks(void *structure)
{
	size_t offset = error.offset;

	(void)structure;
	if (config.event != JSON_ARRAY)
		config_wrong_type("an array of checks");
	while (next() != JSON_ARRAY_END)
		read_check();
	error.offset = offset;
	if (config.count == 0)
		refuse("there must be at least one check");
}

static void
take_timeout(void *structure)
{
	(void)structure;
	config.timeout_ms = config_duration();
}

static const struct field top_fields[] = {
	{ "checks", take_checks },
	{ "timeout", take_timeout },
	{ "$schema", config_ignored },
	{ "notes", config_ignored },
	{ NULL, NULL },
};

static void
read_top(void)
{
	size_t offset;

	next();
	offset = error.offset;
	read_object(top_fields, NULL);
	if (config.count == 0) {
		error.offset = offset;
		refuse("missing key \"checks\"");
	}
	next();
}

void
config_open(struct arena *arena)
{
	config = (struct config){ .arena = arena, .timeout_ms = CONFIG_TIMEOUT_MS };
	config.end = &config.first;
}

void
config_print_path(struct text *text)
{
	if (config.in_check)
		text_print(text, config.key ? "checks[%u]." : "checks[%u]: ", config.count);
	if (config.key)
		text_print(text, config.header.length ? "%s.%e: " : "%s: ", config.key,
			config.header);
}

void
config_read(struct slice text)
{
	json_open(&config.json, text, CONFIG_DEPTH);
	read_top();
	error.offset = CONFIG_LIMIT;
	if (text.length > CONFIG_LIMIT)
		refuse("it goes on after that");
}

void
config_add(const struct check_kind *kind, struct slice target)
{
	struct check *check;

	config.kind = kind;
	config.word = true;
	config.event = JSON_STRING;
	config.json.raw = target;
	check = new_check();
	kind->fields->take(check);
	add_check(check);
}
