#include "config.h"
#include "unit.h"

static struct arena arena;

static void
call(void *argument)
{
	config_read(*(struct slice *)argument);
}

static bool
reads(struct slice text)
{
	arena = unit_arena();
	config_open(&arena);
	return !unit_fails(call, &text);
}

/* a configuration that is to be good; its first check */
static struct check *
read_good(int line, const char *text)
{
	if (!reads(slice_of(text)))
		row_text(line, error.words, "(no error)");
	return config.first;
}

static int
environment(void **state)
{
	(void)state;
	return setenv("UNIT_PORT", "8080", 1) || setenv("UNIT_EMPTY", "", 1) ||
		setenv("UNIT_DOLLAR", "$$ ${UNIT_PORT}", 1) || unsetenv("UNIT_UNSET");
}

static void
smallest(void **state)
{
	static const struct {
		int line;
		const char *text, *kind, *target;
	} rows[] = {
		{ __LINE__, "{\"checks\":[{\"http\":\"http://db/\"}]}", "http", "http://db/" },
		{ __LINE__, "{\"checks\":[{\"tcp\":\"db:1\"}]}", "tcp", "db:1" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"}]}", "file", "a" },
		{ __LINE__, "\r\n\t {\"checks\" : [ { \"file\" : \"/a b\" } ] } \n", "file",
			"/a b" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct check *check = read_good(rows[i].line, rows[i].text);

		row_equal(rows[i].line, config.count, 1);
		row_equal(rows[i].line, config.timeout_ms, CONFIG_TIMEOUT_MS);
		row_slice(rows[i].line, slice_of(check->kind->fields->name),
			slice_of(rows[i].kind));
		row_slice(rows[i].line, check->target, slice_of(rows[i].target));
		row_equal(rows[i].line, check->name.length, 0);
		row_equal(rows[i].line, check->timeout_ms, 0);
		row_true(rows[i].line, !check->optional && !check->next);
	}
}

static void
every_key(void **state)
{
	static const char text[] =
		"{ \"$schema\": \"x ${UNIT_UNSET} ${\", \"notes\": \"n ${file:x}\", \"timeout\": \"1.5s\",\n"
		"\"checks\": [\n"
		"{ \"name\": \"api\", \"http\": \"http://localhost:${UNIT_PORT:-1}/${UNIT_UNSET:-x}\",\n"
		"  \"timeout\": \"250ms\", \"optional\": true, \"roles\": [\"web\", \"all\"],\n"
		"  \"notes\": \"${UNIT_UNSET}\", \"method\": \"POST\", \"status\": \"200-299,401\",\n"
		"  \"headers\": {\"X-A\": \"b ${UNIT_PORT}\", \"Host\": \"\", \"x-c\": \"gr\\u00fc\\u00df\"},\n"
		"  \"body\": \"$$1 \\u0000\", \"contains\": \"${UNIT_DOLLAR}\" },\n"
		"{ \"contains\": \"+PONG\", \"send\": \"PING\\r\\n\", \"tcp\": \"unix:/run/x\",\n"
		"  \"optional\": false },\n"
		"{ \"file\": \"/tmp/beat\", \"max_age\": \"30s\", \"min_size\": 10, \"contains\": \"x\",\n"
		"  \"absent\": false, \"name\": \"beat\" },\n"
		"{ \"absent\": true, \"file\": \"/tmp/gone\" } ] }";
	struct check *check = read_good(__LINE__, text);

	(void)state;
	assert_int_equal(config.count, 4);
	assert_int_equal(config.timeout_ms, 1500);
	assert_slice(check->name, "api");
	assert_slice(check->target, "http://localhost:8080/x");
	assert_int_equal(check->timeout_ms, 250);
	assert_true(check->optional);

	check = check->next;
	assert_slice(check->target, "unix:/run/x");
	assert_false(check->optional);
	assert_int_equal(check->name.length, 0);
	assert_int_equal(check->timeout_ms, 0);

	check = check->next;
	assert_slice(check->name, "beat");
	assert_slice(check->target, "/tmp/beat");

	check = check->next;
	assert_slice(check->target, "/tmp/gone");
	assert_null(check->next);
}

static void
spellings(void **state)
{
	struct check *check;

	(void)state;
	check = read_good(__LINE__,
		"{\"\\u0063hecks\":[{\"ht\\u0074p\":\"http:\\/\\/db\","
		"\"n\\u0061me\":\"\\u0061\\u00fc\\u20ac\\ud83d\\ude00\",\"\\u0073tatus\":204}]}");
	assert_slice(check->target, "http://db");
	assert_slice(check->name, "a\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80");
}

/* what the kinds take their values with */
struct value {
	struct slice json;
	void (*take)(struct value *);
	uint64_t number;
	struct slice text;
	struct pair *headers;
};

static void
take_value(void *argument)
{
	struct value *value = argument;

	arena = unit_arena();
	config_open(&arena);
	json_open(&config.json, value->json, 8);
	config.event = json_next(&config.json);
	value->take(value);
}

static void
take_string(struct value *value)
{
	value->text = config_string();
	assert_int_equal(value->text.bytes[value->text.length], '\0');
}

static void
take_text(struct value *value)
{
	value->text = config_text();
}

static void
take_bool(struct value *value)
{
	value->number = config_bool();
}

static void
take_duration(struct value *value)
{
	value->number = (uint64_t)config_duration();
}

static void
take_whole(struct value *value)
{
	value->number = config_whole();
}

static void
take_headers(struct value *value)
{
	value->headers = config_headers();
}

static void
values(void **state)
{
	static const struct {
		int line;
		struct slice json;
		void (*take)(struct value *);
		uint64_t number;
		struct slice text;
	} rows[] = {
		{ __LINE__, BYTES("\"\""), take_string, 0, BYTES("") },
		{ __LINE__, BYTES("\"PING\\r\\n\""), take_string, 0, BYTES("PING\r\n") },
		{ __LINE__, BYTES("\"$$1 \\u0000\""), take_string, 0, BYTES("$1 \0") },
		{ __LINE__, BYTES("\"${UNIT_DOLLAR}\""), take_string, 0, BYTES("$$ ${UNIT_PORT}") },
		{ __LINE__, BYTES("\"\\u0024{UNIT_PORT}\""), take_string, 0, BYTES("8080") },
		{ __LINE__, BYTES("\"gr\\u00fc\xc3\x9f\""), take_string, 0,
			BYTES("gr\xc3\xbc\xc3\x9f") },
		{ __LINE__, BYTES("\"${UNIT_EMPTY:-x}\""), take_text, 0, BYTES("x") },
		{ __LINE__, BYTES("true"), take_bool, 1, BYTES("") },
		{ __LINE__, BYTES("false"), take_bool, 0, BYTES("") },
		{ __LINE__, BYTES("\"1m30s\""), take_duration, 90000, BYTES("") },
		{ __LINE__, BYTES("\"${UNIT_PORT}ms\""), take_duration, 8080, BYTES("") },
		{ __LINE__, BYTES("0"), take_whole, 0, BYTES("") },
		{ __LINE__, BYTES("4096"), take_whole, 4096, BYTES("") },
		{ __LINE__, BYTES("500000000000000000"), take_whole, 500000000000000000,
			BYTES("") },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct value value = { .json = rows[i].json, .take = rows[i].take };

		row_true(rows[i].line, !unit_fails(take_value, &value));
		row_true(rows[i].line, value.number == rows[i].number);
		row_slice(rows[i].line, value.text, rows[i].text);
	}
}

static void
headers(void **state)
{
	struct value value = {
		.take = take_headers,
		.json = SLICE(
			"{\"X-A\":\"b ${UNIT_PORT}\",\"Host\":\"\",\"x-\\u0063\":\"\\t\xc3\xbc\"}")
	};

	(void)state;
	assert_false(unit_fails(take_value, &value));
	assert_slice(value.headers->name, "X-A");
	assert_slice(value.headers->value, "b 8080");
	assert_slice(value.headers->next->name, "Host");
	assert_slice(value.headers->next->value, "");
	assert_slice(value.headers->next->next->name, "x-c");
	assert_slice(value.headers->next->next->value, "\t\xc3\xbc");
	assert_null(value.headers->next->next->next);

	value.json = SLICE("{}");
	assert_false(unit_fails(take_value, &value));
	assert_null(value.headers);
}

struct adding {
	const char *kind, *target;
};

static void
add(void *argument)
{
	struct adding *adding = argument;

	config_add(unit_kind(adding->kind), slice_of(adding->target));
}

static void
adds(void **state)
{
	static const struct {
		int line;
		struct adding adding;
		const char *words; /* NULL: good */
	} rows[] = {
		{ __LINE__, { "http", "http://db:${UNIT_PORT}/" }, NULL },
		{ __LINE__, { "tcp", "db:1" }, NULL },
		{ __LINE__, { "tcp", "db:1" }, NULL },
		{ __LINE__, { "file", "/a\\u0041" }, NULL }, /* a word is no JSON string */
		{ __LINE__, { "http", "db:1" }, "a URL starts with http://, got \"db:1\"" },
		{ __LINE__, { "http", "http://${UNIT_UNSET}/" },
			"the variable UNIT_UNSET is not set" },
		{ __LINE__, { "tcp", "db:70000" }, "port must be 1 to 65535, got 70000" },
		{ __LINE__, { "file", "" }, "must not be empty" },
	};
	const struct check *check;

	(void)state;
	arena = unit_arena();
	config_open(&arena);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct adding adding = rows[i].adding;

		row_equal(rows[i].line, unit_fails(add, &adding), rows[i].words != NULL);
		if (rows[i].words)
			row_text(rows[i].line, error.words, rows[i].words);
	}
	assert_int_equal(config.count, 4);
	check = config.first;
	assert_slice(check->target, "http://db:8080/");
	check = check->next;
	assert_slice(check->target, "db:1");
	check = check->next->next;
	assert_slice(check->target, "/a\\u0041");
	assert_null(check->next);

	/* after a file, and as many as that may hold */
	assert_true(reads(SLICE("{\"checks\":[{\"file\":\"a\"}]}")));
	for (unsigned i = 1; i < CHECK_LIMIT; i++)
		assert_false(unit_fails(add, &(struct adding){ "tcp", "db:1" }));
	assert_int_equal(config.count, CHECK_LIMIT);
	assert_true(unit_fails(add, &(struct adding){ "tcp", "db:1" }));
	assert_text(error.words, "there must be at most 1024 checks");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(smallest),
		cmocka_unit_test(every_key),
		cmocka_unit_test(spellings),
		cmocka_unit_test(values),
		cmocka_unit_test(headers),
		cmocka_unit_test(adds),
	};

	return cmocka_run_group_tests_name("config", tests, environment, NULL);
}
