#include "guard.h"
#include "json.h"
#include "unit.h"

static void
unescapes(void **state)
{
	static const struct {
		int line;
		struct slice raw, value;
	} rows[] = {
		{ __LINE__, BYTES(""), BYTES("") },
		{ __LINE__, BYTES("plain"), BYTES("plain") },
		{ __LINE__, BYTES("\\\"\\\\\\/\\b\\f\\n\\r\\t"), BYTES("\"\\/\b\f\n\r\t") },
		{ __LINE__, BYTES("PING\\r\\n"), BYTES("PING\r\n") },
		{ __LINE__, BYTES("a\\u0000b"), BYTES("a\0b") },
		{ __LINE__, BYTES("\\u0041\\u007f"), BYTES("A\x7f") },
		{ __LINE__, BYTES("\\u0080\\u07FF"), BYTES("\xc2\x80\xdf\xbf") },
		{ __LINE__, BYTES("\\u0800\\uffff"), BYTES("\xe0\xa0\x80\xef\xbf\xbf") },
		{ __LINE__, BYTES("\\uD7FF\\uE000"), BYTES("\xed\x9f\xbf\xee\x80\x80") },
		{ __LINE__, BYTES("\\ud800\\udc00"), BYTES("\xf0\x90\x80\x80") },
		{ __LINE__, BYTES("\\uD83D\\uDE00!"), BYTES("\xf0\x9f\x98\x80!") },
		{ __LINE__, BYTES("\\uDBFF\\uDFFF"), BYTES("\xf4\x8f\xbf\xbf") },
		{ __LINE__, BYTES("\\\\u0041"), BYTES("\\u0041") },
		{ __LINE__, BYTES("\\\\\\u0041"), BYTES("\\A") },
		{ __LINE__, BYTES("\xc3\xa9\\u00e9"), BYTES("\xc3\xa9\xc3\xa9") },
		{ __LINE__,
			BYTES("\\u000"
			      "a0"),
			BYTES("\n0") },
	};
	struct guard guard;
	char bytes[64];

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct text text = UNIT_TEXT(bytes);

		json_unescape(&text, guard_string(&guard, rows[i].raw));
		row_slice(rows[i].line, unit_written(&text), rows[i].value);
	}
	guard_close(&guard);
}

/* in [0, VALUE, "next"] the value is passed over */
static void
pass_over(void *argument)
{
	struct json json;

	json_open(&json, *(struct slice *)argument, 8);
	assert_int_equal(json_next(&json), JSON_ARRAY);
	assert_int_equal(json_next(&json), JSON_NUMBER);
	json_skip(&json, json_next(&json));
	assert_int_equal(json_next(&json), JSON_STRING);
	assert_slice(json.raw, "next");
	assert_int_equal(json_next(&json), JSON_ARRAY_END);
	assert_int_equal(json_next(&json), JSON_END);
}

static void
skips(void **state)
{
	static const struct {
		int line;
		const char *value;
		bool good;
	} rows[] = {
		{ __LINE__, "1", true },
		{ __LINE__, "\"a\"", true },
		{ __LINE__, "null", true },
		{ __LINE__, "[]", true },
		{ __LINE__, "{}", true },
		{ __LINE__, "[[],[1,{\"a\":[2]}],3]", true },
		{ __LINE__, "{\"x\":{\"y\":[]},\"z\":{}}", true },
		{ __LINE__, "[1,]", false },
		{ __LINE__, "{\"x\":{\"y\":[}}", false },
		{ __LINE__, "tru", false },
		{ __LINE__, "[[[[[[[[[", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char bytes[128];
		struct text text = UNIT_TEXT(bytes);
		struct slice whole;

		text_print(&text, "[0,%s,\"next\"]", rows[i].value);
		whole = unit_written(&text);
		row_equal(rows[i].line, unit_fails(pass_over, &whole), !rows[i].good);
	}
}

/* a copy goes ahead and the one it was copied from stays where it was */
static void
looks_ahead(void **state)
{
	struct slice input = SLICE("{\"a\":[1,{\"b\":\"c\"}],\"d\":true}");
	enum json_event event;
	unsigned steps = 0;
	struct json json;

	(void)state;
	json_open(&json, input, 8);
	do {
		struct json copy = json;
		unsigned left = 0;

		while (json_next(&copy) != JSON_END)
			left++;
		assert_int_equal(steps + left, 12);
		event = json_next(&json);
		steps++;
	} while (event != JSON_END);
	assert_int_equal(steps, 13);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(unescapes),
		cmocka_unit_test(skips),
		cmocka_unit_test(looks_ahead),
	};

	return cmocka_run_group_tests_name("json: values", tests, NULL, NULL);
}
