#include "guard.h"
#include "json.h"
#include "unit.h"

static const char codes[] = {
	[JSON_END] = '.',
	[JSON_OBJECT] = '{',
	[JSON_OBJECT_END] = '}',
	[JSON_ARRAY] = '[',
	[JSON_ARRAY_END] = ']',
	[JSON_KEY] = 'k',
	[JSON_STRING] = 's',
	[JSON_NUMBER] = 'n',
	[JSON_TRUE] = 't',
	[JSON_FALSE] = 'f',
	[JSON_NULL] = 'z',
};

/* a reading of a whole text, with a letter for each event */
struct reading {
	struct slice input;
	unsigned depth;
	struct text events;
};

static void
call(void *argument)
{
	struct reading *reading = argument;
	enum json_event event;
	struct json json;

	json_open(&json, reading->input, reading->depth);
	do {
		event = json_next(&json);
		text_char(&reading->events, codes[event]);
		assert_true(error.offset <= reading->input.length);
		assert_true(json.at <= reading->input.bytes + reading->input.length);
	} while (event != JSON_END);
	/* and it says so again */
	assert_int_equal(json_next(&json), JSON_END);
}

/* the events; '!' ends them where the text is not JSON */
static struct text
events(struct slice input, unsigned depth)
{
	static char bytes[4096];
	struct reading reading = { input, depth, UNIT_TEXT(bytes) };

	if (unit_fails(call, &reading))
		text_char(&reading.events, '!');
	return reading.events;
}

static void
valid(void **state)
{
	static const struct {
		int line;
		struct slice input;
		const char *events;
	} rows[] = {
		{ __LINE__, BYTES("{}"), "{}." },
		{ __LINE__, BYTES("[]"), "[]." },
		{ __LINE__, BYTES("\"\""), "s." },
		{ __LINE__, BYTES("0"), "n." },
		{ __LINE__, BYTES("-0"), "n." },
		{ __LINE__, BYTES("-12.5e-3"), "n." },
		{ __LINE__, BYTES("0.0"), "n." },
		{ __LINE__, BYTES("0e1"), "n." },
		{ __LINE__, BYTES("0E+0"), "n." },
		{ __LINE__, BYTES("1e00"), "n." },
		{ __LINE__, BYTES("123123e100000"), "n." },
		{ __LINE__, BYTES("-1e-2"), "n." },
		{ __LINE__, BYTES("100000000000000000000000000000000000000000"), "n." },
		{ __LINE__, BYTES("true"), "t." },
		{ __LINE__, BYTES("false"), "f." },
		{ __LINE__, BYTES("null"), "z." },
		{ __LINE__, BYTES(" \t\r\n[ \t\r\n] \t\r\n"), "[]." },
		{ __LINE__, BYTES("[1,-2 , 3.5]"), "[nnn]." },
		{ __LINE__, BYTES("[[],[[]],{}]"), "[[][[]]{}]." },
		{ __LINE__, BYTES("{\"a\":1}"), "{kn}." },
		{ __LINE__, BYTES("{\"a\" : [true, false, null], \"b\":{\"c\":\"d\"}}"),
			"{k[tfz]k{ks}}." },
		{ __LINE__, BYTES("{\"\":0}"), "{kn}." },
		{ __LINE__, BYTES("{\"a\":1,\"a\":2}"), "{knkn}." }, /* the caller's to find */
		{ __LINE__, BYTES("{\"a\":[{\"b\":[{}]}]}"), "{k[{k[{}]}]}." },
		{ __LINE__, BYTES("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\\u0060\\u012a\\u12AB\\uabcd\\uABCD\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\\u0000\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\\ud801\\udc37\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\\uDBFF\\uDFFF\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\\ud83d\\ude39\\ud83d\\udc8d\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\\uD7FF\\uE000\\uFFFF\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\\\\u0000\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\x7f\"]"), "[s]." },
		{ __LINE__, BYTES("[\"\xc2\x80 \xe2\x82\xac \xf0\x9f\x98\x80 \xf4\x8f\xbf\xbf\"]"),
			"[s]." },
		{ __LINE__, BYTES("[\"\xef\xbb\xbf\"]"),
			"[s]." }, /* a mark inside is a character */
		{ __LINE__, BYTES("[\"\xe2\x80\xa8\xe2\x80\xa9\"]"), "[s]." },
		{ __LINE__, BYTES("\"/* */ // #\""), "s." },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 256);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice whole = rows[i].input;
		bool closes = slice_find(SLICE("]}\"el"), whole.bytes[whole.length - 1]) < 5;
		struct text got = events(guard_string(&guard, whole), 64);

		row_text(rows[i].line, got, rows[i].events);
		for (size_t length = 0; closes && length < whole.length; length++) {
			got = events(guard_string(&guard, slice_first(whole, length)), 64);
			row_true(rows[i].line, got.bytes[got.length - 1] == '!');
			row_true(rows[i].line, error.offset <= length && error.words.length > 0);
		}
	}
	guard_close(&guard);
}

static void
depths(void **state)
{
	static const struct {
		int line;
		unsigned depth, limit;
		const char *words; /* NULL: fine */
	} rows[] = {
		{ __LINE__, 1, 1, NULL },
		{ __LINE__, 2, 1, "expected less nesting" },
		{ __LINE__, 32, 32, NULL },
		{ __LINE__, 33, 32, "expected less nesting" },
		{ __LINE__, 64, 64, NULL },
		{ __LINE__, 65, 64, "expected less nesting" },
		{ __LINE__, 500, 64, "expected less nesting" },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 4096);
	for (size_t i = 0; i < COUNT(rows) * 3; i++) {
		const char *open = (const char *[]){ "[", "{\"\":", "[{\"\":" }[i % 3];
		const char *close = (const char *[]){ "]", "}", "}]" }[i % 3];
		unsigned each = i % 3 == 2 ? 2 : 1, row = (unsigned)i / 3;
		char bytes[4096];
		struct text text = UNIT_TEXT(bytes), got;
		size_t offset = 0;

		if (rows[row].depth % each)
			continue;
		for (unsigned level = 0; level < rows[row].depth; level += each) {
			if (level <= rows[row].limit)
				offset = text.length + (rows[row].limit % each);
			text_print(&text, open);
		}
		text_print(&text, "0");
		for (unsigned level = 0; level < rows[row].depth; level += each)
			text_print(&text, close);
		got = events(guard_string(&guard, unit_written(&text)), rows[row].limit);
		row_equal(rows[row].line, got.bytes[got.length - 1], rows[row].words ? '!' : '.');
		if (!rows[row].words)
			continue;
		row_true(rows[row].line, error.words.length >= strlen(rows[row].words));
		error.words.length = strlen(rows[row].words);
		row_text(rows[row].line, error.words, rows[row].words);
		row_equal(rows[row].line, error.offset, offset);
	}
	guard_close(&guard);
}

static void
tokens(void **state)
{
	static const struct {
		int line;
		enum json_event event;
		size_t token;
		const char *raw; /* NULL: has none */
	} rows[] = {
		{ __LINE__, JSON_OBJECT, 1, NULL },
		{ __LINE__, JSON_KEY, 3, "a\\u0062" },
		{ __LINE__, JSON_NUMBER, 15, "-1.0e+2" },
		{ __LINE__, JSON_KEY, 24, "" },
		{ __LINE__, JSON_ARRAY, 27, NULL },
		{ __LINE__, JSON_STRING, 29, "x\\\"y" },
		{ __LINE__, JSON_TRUE, 37, NULL },
		{ __LINE__, JSON_ARRAY_END, 43, NULL },
		{ __LINE__, JSON_OBJECT_END, 45, NULL },
		{ __LINE__, JSON_END, 47, NULL },
	};
	struct slice input = SLICE(" { \"a\\u0062\" : -1.0e+2 ,\"\":[\n\"x\\\"y\", true  ]\t} ");
	struct json json;

	(void)state;
	json_open(&json, input, 8);
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_equal(rows[i].line, json_next(&json), rows[i].event);
		row_equal(rows[i].line, error.offset, rows[i].token);
		if (rows[i].raw)
			row_slice(rows[i].line, json.raw, slice_of(rows[i].raw));
	}
}

static void
names(void **state)
{
	(void)state;
	assert_string_equal(json_name(JSON_OBJECT), "an object");
	assert_string_equal(json_name(JSON_ARRAY), "an array");
	assert_string_equal(json_name(JSON_STRING), "a string");
	assert_string_equal(json_name(JSON_NUMBER), "a number");
	assert_string_equal(json_name(JSON_TRUE), "true");
	assert_string_equal(json_name(JSON_FALSE), "false");
	assert_string_equal(json_name(JSON_NULL), "null");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid),
		cmocka_unit_test(depths),
		cmocka_unit_test(tokens),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
