#include "guard.h"
#include "json.h"
#include "unit.h"

#define FOUND(wanted, found) "expected " wanted ", found " found
#define IN_STRING "a JSON string cannot hold "
#define WORD "expected a value, found "
#define QUOTE "a closing quote"
#define KEY "a key in double quotes"
#define MARK "expected no byte-order mark, found \"\xef\xbb\xbf\""

static const struct {
	int line;
	struct slice input;
	size_t offset;
	const char *words;
} rows[] = {
	/* nothing, and too much */
	{ __LINE__, BYTES(""), 0, FOUND("a value", "the end") },
	{ __LINE__, BYTES(" \n "), 3, FOUND("a value", "the end") },
	{ __LINE__, BYTES("1 2"), 2, FOUND("the end", "\"2\"") },
	{ __LINE__, BYTES("{}}"), 2, FOUND("the end", "\"}\"") },
	{ __LINE__, BYTES("[]]"), 2, FOUND("the end", "\"]\"") },
	{ __LINE__, BYTES("{},"), 2, FOUND("the end", "\",\"") },
	{ __LINE__, BYTES("\"a\"x"), 3, FOUND("the end", "\"x\"") },
	{ __LINE__, BYTES("[]\0"), 2, FOUND("the end", "\"\\x00\"") },
	{ __LINE__, BYTES("1\xc2\xa0"), 1, FOUND("the end", "\"\xc2\xa0\"") },
	/* white space that is none */
	{ __LINE__, BYTES("\f[]"), 0, FOUND("a value", "\"\\x0c\"") },
	{ __LINE__, BYTES("\v1"), 0, FOUND("a value", "\"\\x0b\"") },
	{ __LINE__, BYTES("[\xe2\x81\xa0]"), 1, FOUND("a value", "\"\xe2\x81\xa0\"") },
	/* byte-order marks */
	{ __LINE__, BYTES("\xef\xbb\xbf{}"), 0, MARK },
	{ __LINE__, BYTES("\xff\xfe{\0}\0"), 0, FOUND("a value", "\"\\xff\"") },
	{ __LINE__, BYTES("\xfe\xff\0{\0}"), 0, FOUND("a value", "\"\\xfe\"") },
	/* arrays */
	{ __LINE__, BYTES("["), 1, FOUND("a value", "the end") },
	{ __LINE__, BYTES("[1"), 2, FOUND("',' or ']'", "the end") },
	{ __LINE__, BYTES("[1,"), 3, FOUND("a value", "the end") },
	{ __LINE__, BYTES("[1,]"), 3, FOUND("a value", "\"]\"") },
	{ __LINE__, BYTES("[,1]"), 1, FOUND("a value", "\",\"") },
	{ __LINE__, BYTES("[1,,2]"), 3, FOUND("a value", "\",\"") },
	{ __LINE__, BYTES("[1 2]"), 3, FOUND("',' or ']'", "\"2\"") },
	{ __LINE__, BYTES("[1}"), 2, FOUND("',' or ']'", "\"}\"") },
	{ __LINE__, BYTES("[\"a\":1]"), 4, FOUND("',' or ']'", "\":\"") },
	{ __LINE__, BYTES("]"), 0, FOUND("a value", "\"]\"") },
	{ __LINE__, BYTES("[1;2]"), 2, FOUND("',' or ']'", "\";\"") },
	/* objects */
	{ __LINE__, BYTES("{"), 1, FOUND(KEY, "the end") },
	{ __LINE__, BYTES("{]"), 1, FOUND(KEY, "\"]\"") },
	{ __LINE__, BYTES("{,}"), 1, FOUND(KEY, "\",\"") },
	{ __LINE__, BYTES("{a:1}"), 1, FOUND(KEY, "\"a\"") },
	{ __LINE__, BYTES("{'a':1}"), 1, FOUND(KEY, "\"'a\"") },
	{ __LINE__, BYTES("{1:1}"), 1, FOUND(KEY, "\"1\"") },
	{ __LINE__, BYTES("{\"a\"}"), 4, FOUND("':'", "\"}\"") },
	{ __LINE__, BYTES("{\"a\""), 4, FOUND("':'", "the end") },
	{ __LINE__, BYTES("{\"a\",1}"), 4, FOUND("':'", "\",\"") },
	{ __LINE__, BYTES("{\"a\" 1}"), 5, FOUND("':'", "\"1\"") },
	{ __LINE__, BYTES("{\"a\"::1}"), 5, FOUND("a value", "\":\"") },
	{ __LINE__, BYTES("{\"a\":"), 5, FOUND("a value", "the end") },
	{ __LINE__, BYTES("{\"a\":}"), 5, FOUND("a value", "\"}\"") },
	{ __LINE__, BYTES("{\"a\":1"), 6, FOUND("',' or '}'", "the end") },
	{ __LINE__, BYTES("{\"a\":1]"), 6, FOUND("',' or '}'", "\"]\"") },
	{ __LINE__, BYTES("{\"a\":1,}"), 7, FOUND(KEY, "\"}\"") },
	{ __LINE__, BYTES("{\"a\":1,"), 7, FOUND(KEY, "the end") },
	{ __LINE__, BYTES("{\"a\":1 \"b\":2}"), 7, FOUND("',' or '}'", "\"\"b\"") },
	{ __LINE__, BYTES("}"), 0, FOUND("a value", "\"}\"") },
	/* comments */
	{ __LINE__, BYTES("// a\n1"), 0, NULL },
	{ __LINE__, BYTES("[1] # a"), 4, NULL },
	{ __LINE__, BYTES("{/* */}"), 1, NULL },
	/* words */
	{ __LINE__, BYTES("tru"), 0, WORD "\"tru\"" },
	{ __LINE__, BYTES("truee"), 0, WORD "\"truee\"" },
	{ __LINE__, BYTES("[nul]"), 1, WORD "\"nul\"" },
	{ __LINE__, BYTES("[True]"), 1, WORD "\"True\"" },
	{ __LINE__, BYTES("NULL"), 0, WORD "\"NULL\"" },
	{ __LINE__, BYTES("[NaN]"), 1, WORD "\"NaN\"" },
	{ __LINE__, BYTES("Infinity"), 0, WORD "\"Infinity\"" },
	{ __LINE__, BYTES("undefined"), 0, WORD "\"undefined\"" },
	{ __LINE__, BYTES("true1"), 4, FOUND("the end", "\"1\"") },
	/* numbers */
	{ __LINE__, BYTES("-"), 1, NULL },
	{ __LINE__, BYTES("[01]"), 1, NULL },
	{ __LINE__, BYTES("-01"), 0, NULL },
	{ __LINE__, BYTES("00"), 0, NULL },
	{ __LINE__, BYTES("-00.5"), 0, NULL },
	{ __LINE__, BYTES("1."), 2, NULL },
	{ __LINE__, BYTES("[1.]"), 1, NULL },
	{ __LINE__, BYTES("1.e1"), 0, NULL },
	{ __LINE__, BYTES("1e"), 2, NULL },
	{ __LINE__, BYTES("1e+"), 3, NULL },
	{ __LINE__, BYTES("1eE2"), 0, NULL },
	{ __LINE__, BYTES("-.5"), 0, NULL },
	{ __LINE__, BYTES("-a"), 0, NULL },
	{ __LINE__, BYTES(".5"), 0, FOUND("a value", "\".\"") },
	{ __LINE__, BYTES("+1"), 0, FOUND("a value", "\"+\"") },
	{ __LINE__, BYTES("0x10"), 1, FOUND("the end", "\"x\"") },
	{ __LINE__, BYTES("1.2.3"), 3, FOUND("the end", "\".\"") },
	{ __LINE__, BYTES("[1e5.5]"), 4, FOUND("',' or ']'", "\".\"") },
	{ __LINE__, BYTES("--1"), 0, NULL },
	{ __LINE__, BYTES("[\xef\xbc\x91]"), 1, FOUND("a value", "\"\xef\xbc\x91\"") },
	/* strings */
	{ __LINE__, BYTES("\""), 1, FOUND(QUOTE, "the end") },
	{ __LINE__, BYTES("\"abc"), 4, FOUND(QUOTE, "the end") },
	{ __LINE__, BYTES("['a']"), 1, FOUND("a value", "\"'a\"") },
	{ __LINE__, BYTES("[\"a\0\"]"), 1, IN_STRING "\"\\x00\"" },
	{ __LINE__, BYTES("[\"a\nb\"]"), 1, IN_STRING "\"\\x0a\"" },
	{ __LINE__, BYTES("\"\t\""), 0, IN_STRING "\"\\x09\"" },
	{ __LINE__, BYTES("\"\x1f\""), 0, IN_STRING "\"\\x1f\"" },
	{ __LINE__, BYTES("{\"a\n\":1}"), 1, IN_STRING "\"\\x0a\"" },
	{ __LINE__, BYTES("\"\\x00\""), 0, NULL },
	{ __LINE__, BYTES("\"\\a\""), 0, NULL },
	{ __LINE__, BYTES("\"\\'\""), 0, NULL },
	{ __LINE__, BYTES("\"\\\n\""), 0, NULL },
	{ __LINE__, BYTES("\"\\\0\""), 0, NULL },
	{ __LINE__, BYTES("\"\\U0041\""), 0, NULL },
	{ __LINE__, BYTES("[\"\\\xc3\xa9\"]"), 1, NULL },
	{ __LINE__, BYTES("\"\\u\""), 0, NULL },
	{ __LINE__, BYTES("\"\\u00A\""), 0, NULL },
	{ __LINE__, BYTES("\"\\u00G0\""), 0, NULL },
	{ __LINE__, BYTES("\"\\u-123\""), 0, NULL },
	{ __LINE__, BYTES("\"\\u 123\""), 0, NULL },
	{ __LINE__, BYTES("\"\\u00@0\""), 0, NULL },
	{ __LINE__, BYTES("\"\\u00`0\""), 0, NULL },
	{ __LINE__, BYTES("\"\\ud800\""), 0, NULL },
	{ __LINE__, BYTES("\"\\udc00\""), 0, NULL },
	{ __LINE__, BYTES("\"\\uDFFF\""), 0, NULL },
	{ __LINE__, BYTES("\"\\ud800\\ud800\""), 0, NULL },
	{ __LINE__, BYTES("\"\\ud800\\u0041\""), 0, NULL },
	{ __LINE__, BYTES("\"\\ud800\\n\""), 0, NULL },
	{ __LINE__, BYTES("\"\\ud800abcdef\""), 0, NULL },
	{ __LINE__, BYTES("\"\\ud800\\udc0\""), 0, NULL },
	{ __LINE__, BYTES("\"\\udc00\\ud800\""), 0, NULL },
	/* UTF-8 of every sort that is none */
	{ __LINE__, BYTES("\"\x80\""), 0, IN_STRING "\"\\x80\"" },
	{ __LINE__, BYTES("\"\xe9\""), 0, IN_STRING "\"\\xe9\"" },
	{ __LINE__, BYTES("\"\xc0\xaf\""), 0, IN_STRING "\"\\xc0\"" },
	{ __LINE__, BYTES("\"\xc1\xbf\""), 0, IN_STRING "\"\\xc1\"" },
	{ __LINE__, BYTES("\"\xe0\x80\xaf\""), 0, IN_STRING "\"\\xe0\"" },
	{ __LINE__, BYTES("\"\xf0\x80\x80\xaf\""), 0, IN_STRING "\"\\xf0\"" },
	{ __LINE__, BYTES("\"\xed\xa0\x80\""), 0, IN_STRING "\"\\xed\"" },
	{ __LINE__, BYTES("\"\xed\xbf\xbf\""), 0, IN_STRING "\"\\xed\"" },
	{ __LINE__, BYTES("\"\xf4\x90\x80\x80\""), 0, IN_STRING "\"\\xf4\"" },
	{ __LINE__, BYTES("\"\xf8\x88\x80\x80\x80\""), 0, IN_STRING "\"\\xf8\"" },
	{ __LINE__, BYTES("\"\xff\""), 0, IN_STRING "\"\\xff\"" },
	{ __LINE__, BYTES("\"\xc3\""), 0, IN_STRING "\"\\xc3\"" },
	{ __LINE__, BYTES("\"\xe2\x82\""), 0, IN_STRING "\"\\xe2\"" },
	{ __LINE__, BYTES("\"\xf0\x9f\x98\""), 0, IN_STRING "\"\\xf0\"" },
	{ __LINE__, BYTES("{\"\xff\":1}"), 1, IN_STRING "\"\\xff\"" },
	{ __LINE__, BYTES("[\xff]"), 1, FOUND("a value", "\"\\xff\"") },
	/* bytes of a service are not printed raw */
	{ __LINE__, BYTES("\x1b[31m"), 0, FOUND("a value", "\"\\x1b\"") },
	{ __LINE__, BYTES("\xe2\x80\xae"), 0, FOUND("a value", "\"\\xe2\\x80\\xae\"") },
};

static void
call(void *argument)
{
	struct json json;

	json_open(&json, *(struct slice *)argument, 64);
	while (json_next(&json) != JSON_END)
		continue;
}

static void
invalid(void **state)
{
	struct guard guard;

	(void)state;
	guard_open(&guard, 256);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice input = guard_string(&guard, rows[i].input);

		row_true(rows[i].line, unit_fails(call, &input));
		if (rows[i].words)
			row_text(rows[i].line, error.words, rows[i].words);
		row_true(rows[i].line, error.words.length > 0);
		row_equal(rows[i].line, error.offset, rows[i].offset);
		for (size_t length = 0; length < rows[i].input.length; length++) {
			struct slice part =
				guard_string(&guard, slice_first(rows[i].input, length));

			if (unit_fails(call, &part))
				row_true(rows[i].line, error.offset <= length);
		}
	}
	guard_close(&guard);
}

/* where a text ends, that is what is said, wherever in a token it is; SPEC section 5 */
static void
ends(void **state)
{
	static const struct {
		int line;
		struct slice input;
	} cut[] = {
		{ __LINE__, BYTES("{\"a\":\"b\\") },
		{ __LINE__, BYTES("{\"a\":\"b\\u00") },
		{ __LINE__, BYTES("{\"a\":\"b\\ud800") },
		{ __LINE__, BYTES("{\"a\":\"b\\ud800\\u") },
		{ __LINE__, BYTES("{\"a\":\"b\xe2\x82") },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(cut); i++) {
		struct slice input = guard_string(&guard, cut[i].input);

		row_true(cut[i].line, unit_fails(call, &input));
		row_text(cut[i].line, error.words, FOUND(QUOTE, "the end"));
		row_equal(cut[i].line, error.offset, input.length);
	}
	guard_close(&guard);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(invalid),
		cmocka_unit_test(ends),
	};

	return cmocka_run_group_tests_name("json: invalid", tests, NULL, NULL);
}
