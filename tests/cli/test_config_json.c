/* health.json: strict JSON, and the exact place where it is not */
#include "rows.h"

#define STRING "a JSON string cannot hold "
#define LEAF "{\"checks\": [{\"file\": \"/\"}]}"

static void
test_good(void **state)
{
	static const struct config_row rows[] = {
		{ ROW, LEAF, NULL },
		{ ROW, " \t\r\n" LEAF "\r\n\t ", NULL },
		{ ROW, "{\"checks\":[{\"file\":\"/\"},{\"file\":\"/\"}]}", NULL },
		{ ROW, "{\"\\u0063hecks\": [{\"f\\u0069le\": \"\\u002f\"}]}", NULL },
		{ ROW,
			"{\"notes\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\", "
			"\"checks\": [{\"file\": \"/\"}]}",
			NULL },
		{ ROW,
			"{\"notes\": \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\x7f\", "
			"\"checks\": [{\"file\": \"/\"}]}",
			NULL },
	};

	(void)state;
	rows_config(rows, COUNT(rows));
}

static void
test_structure(void **state)
{
	static const struct config_row rows[] = {
		{ ROW, "", "1:1: expected a value, found the end" },
		{ ROW, " \n ", "2:2: expected a value, found the end" },
		{ ROW, "{", "1:2: expected a key in double quotes, found the end" },
		{ ROW, "{\n", "2:1: expected a key in double quotes, found the end" },
		{ ROW, "{\"checks\"", "1:10: checks: expected ':', found the end" },
		{ ROW, "{\"checks\":", "1:11: checks: expected a value, found the end" },
		{ ROW, "{\"checks\": [", "1:13: checks: expected a value, found the end" },
		{ ROW, "{\"checks\": [{\"file\": \"/\"}",
			"1:26: checks: expected ',' or ']', found the end" },
		{ ROW, "{\"checks\": [{\"file\": \"/\"}]",
			"1:27: expected ',' or '}', found the end" },
		{ ROW, "{\"checks\": [{\"file\": \"/\"",
			"1:25: checks[0]: expected ',' or '}', found the end" },
		{ ROW, "{\"checks\": [{\"file\": \"/",
			"1:24: checks[0].file: expected a closing quote, found the end" },
		{ ROW, "{\"checks\" 1}", "1:11: checks: expected ':', found \"1\"" },
		{ ROW, "{checks: []}", "1:2: expected a key in double quotes, found \"checks\"" },
		{ ROW, "{'checks': []}",
			"1:2: expected a key in double quotes, found \"'checks\"" },
		{ ROW, "{\"checks\": [{\"file\": \"/\"} {\"file\": \"/\"}]}",
			"1:27: checks: expected ',' or ']', found \"{\"" },
		{ ROW, "{\"checks\": [{\"file\": \"/\" \"name\": \"a\"}]}",
			"1:26: checks[0]: expected ',' or '}', found \"\"name\"" },
		{ ROW, "{\"checks\": [{\"file\": \"/\"]}",
			"1:25: checks[0]: expected ',' or '}', found \"]\"" },
		/* trailing commas, comments, what follows the value */
		{ ROW, "{\"checks\": [{\"file\": \"/\"},]}",
			"1:27: checks: expected a value, found \"]\"" },
		{ ROW, "{\"checks\": [{\"file\": \"/\",}]}",
			"1:26: checks[0]: expected a key in double quotes, found \"}\"" },
		{ ROW, "{\"checks\": [{\"file\": \"/\"}],}",
			"1:28: expected a key in double quotes, found \"}\"" },
		{ ROW, "// a comment\n" LEAF, "1:1: expected a value, found \"/\"" },
		{ ROW, "{\n  # a comment\n", "2:3: expected a key in double quotes, found \"#\"" },
		{ ROW, "{\"checks\": [{\"file\": \"/\"} /* here */]}",
			"1:27: checks: expected ',' or ']', found \"/\"" },
		{ ROW, LEAF "\n" LEAF, "2:1: expected the end, found \"{\"" },
		{ ROW, LEAF "x", "1:28: expected the end, found \"x\"" },
		{ ROW, "\xef\xbb\xbf" LEAF,
			"1:1: expected no byte-order mark, found \"\xef\xbb\xbf\"" },
		{ ROW, "\xff\xfe{", "1:1: expected a value, found \"\\xff\"" },
		{ ROW, "\xc2\xa0" LEAF, "1:1: expected a value, found \"\xc2\xa0\"" },
		{ ROW, "\xe2\x82\xac" LEAF, "1:1: expected a value, found \"\xe2\x82\xac\"" },
		{ ROW, "\v" LEAF, "1:1: expected a value, found \"\\x0b\"" },
		/* lines and columns count bytes */
		{ ROW, "{\r\n\t\"notes\": \"\xc3\xa9\", x}",
			"2:17: expected a key in double quotes, found \"x\"" },
	};

	(void)state;
	rows_config(rows, COUNT(rows));
}

/* a NUL is a byte like others */
static void
test_nul(void **state)
{
	static const char text[] = LEAF "\0";
	struct run run = { 0 };

	(void)state;
	folder_write("health.json", text, sizeof(text) - 1);
	RUN(&run, "--validate");
	EXPECT_ERROR(&run, "health.json:1:28: expected the end, found \"\\x00\"");
	folder_write("health.json", "{\"notes\": \"a\0b\"}", 16);
	RUN(&run, "--validate");
	EXPECT_ERROR(&run, "health.json:1:11: notes: " STRING "\"\\x00\"");
}

static void
test_scalars(void **state)
{
	static const struct config_row rows[] = {
		{ ROW, "nothing", "1:1: expected a value, found \"nothing\"" },
		{ ROW, "True", "1:1: expected a value, found \"True\"" },
		{ ROW, "NaN", "1:1: expected a value, found \"NaN\"" },
		{ ROW, "truex", "1:1: expected a value, found \"truex\"" },
		{ ROW, "01", "1:1: expected no leading zero, found \"0\"" },
		{ ROW, "-", "1:2: expected a digit, found the end" },
		{ ROW, "1.", "1:3: expected a digit, found the end" },
		{ ROW, "1e", "1:3: expected a digit, found the end" },
		{ ROW, "1e+", "1:4: expected a digit, found the end" },
		{ ROW, "-.5", "1:1: expected a digit, found \".\"" },
		{ ROW, "+1", "1:1: expected a value, found \"+\"" },
		{ ROW, ".5", "1:1: expected a value, found \".\"" },
		{ ROW, "\"abc", "1:5: expected a closing quote, found the end" },
		{ ROW, "\"a\tb\"", "1:1: " STRING "\"\\x09\"" },
		{ ROW, "\"a\nb\"", "1:1: " STRING "\"\\x0a\"" },
		{ ROW, "\"\\x41\"", "1:1: " STRING "\"\\x\"" },
		{ ROW, "\"\\'\"", "1:1: " STRING "\"\\'\"" },
#define ESCAPE "1:1: " STRING
		{ ROW, "\"\\u00g0\"", ESCAPE "\"\\u00g\"" },
		{ ROW, "\"\\u00\"", ESCAPE "\"\\u00\"\"" },
		{ ROW, "\"\\ud800\"", ESCAPE "\"\\ud800\"\"" },
		{ ROW, "\"\\udc00\"", ESCAPE "\"\\udc00\"" },
		{ ROW, "\"\\ud800\\u0041\"", ESCAPE "\"\\ud800\\u0041\"" },
#undef ESCAPE
		{ ROW, "\"a\xff\"", "1:1: " STRING "\"\\xff\"" },
		{ ROW, "\"\xc0\xaf\"", "1:1: " STRING "\"\\xc0\"" },
		{ ROW, "\"\xed\xa0\x80\"", "1:1: " STRING "\"\\xed\"" },
		{ ROW, "\"\xf4\x90\x80\x80\"", "1:1: " STRING "\"\\xf4\"" },
		{ ROW, "\"\xe2\x82\"", "1:1: " STRING "\"\\xe2\"" },
		/* good JSON, but no health.json */
		{ ROW, "[]", "1:1: must be an object, got an array" },
		{ ROW, "\"x\"", "1:1: must be an object, got a string" },
		{ ROW, "-1.5e3", "1:1: must be an object, got a number" },
		{ ROW, "true", "1:1: must be an object, got true" },
		{ ROW, "false", "1:1: must be an object, got false" },
		{ ROW, "null", "1:1: must be an object, got null" },
	};

	(void)state;
	rows_config(rows, COUNT(rows));
}

/* 32 levels, whatever they hold */
static void
test_nesting(void **state)
{
	char levels[64];
	struct run run = { 0 };

	(void)state;
	memset(levels, '[', sizeof(levels));
	folder_text("health.json", support_format("{\"checks\": [{\"body\": %.29s", levels));
	RUN(&run, "--validate");
	EXPECT_ERROR(&run, "health.json:1:51: checks[0]: expected a value, found the end");
	folder_text("health.json", support_format("{\"checks\": [{\"body\": %.30s", levels));
	RUN(&run, "--validate");
	EXPECT_ERROR(&run, "health.json:1:51: checks[0]: expected less nesting, found \"[\"");
	folder_write("health.json", levels, sizeof(levels));
	RUN(&run, "--validate");
	EXPECT_ERROR(&run, "health.json:1:1: must be an object, got an array");
}

/* The first error by position wins, whatever its kind. */
static void
test_first_error(void **state)
{
	static const struct config_row rows[] = {
		{ ROW, "{\"chekcs\": 1, \"timeout\": 5,,}",
			"1:2: unknown key \"chekcs\", did you mean \"checks\"?" },
		{ ROW, "{\"timeout\": 5, \"checks\": []",
			"1:13: timeout: 5 has no unit, write \"5s\" or \"5ms\"" },
		{ ROW, "{\"checks\": [{}, {\"tcp\": \"a:0\"}], x",
			"1:13: checks[0]: missing key: a check has one of \"http\", \"tcp\" and \"file\"" },
		{ ROW, "{\"checks\": [{\"tcp\": \"a:0\", \"name\": \"",
			"1:21: checks[0].tcp: port must be 1 to 65535, got 0" },
		{ ROW, "{\"checks\": [{\"file\": \"/\", \"file\": 1, \"x\": 2}]}",
			"1:27: checks[0]: duplicate key \"file\"" },
		/* a missing key counts at the closing brace, so what stands before it is first */
		{ ROW, "{\"checks\": [{\"name\": 1}]}",
			"1:22: checks[0].name: must be a string, got a number" },
		{ ROW, "{\"checks\": [{\"name\": \"a\"",
			"1:25: checks[0]: expected ',' or '}', found the end" },
		{ ROW, "{\n\"timeout\": \"1s\"\n}", "1:1: missing key \"checks\"" },
		{ ROW, "{\n\"timeout\": \"1s\"\n", "3:1: expected ',' or '}', found the end" },
		{ ROW, "{\n}x", "1:1: missing key \"checks\"" },
	};

	(void)state;
	rows_config(rows, COUNT(rows));
}

/* one line with a place in it, nothing raw in it */
static void
expect_some_error(const struct run *run, const char *what, size_t at)
{
	bool printable = true;

	for (size_t i = 0; i + 1 < run->err_size; i++)
		printable = printable && run->err[i] >= 0x20 && run->err[i] != 0x7f;
	if (run->status != 1 || run->out_size > 0 || !printable ||
		!run_matches(run->err, "probe: health.json:" NUMBER ":" NUMBER ": " ANYTHING "\n"))
		fail_msg("%s at %zu: status %d: %s%s", what, at, run->status, run->out, run->err);
}

static const char whole[] =
	"{\"timeout\": \"4s\", \"notes\": \"\\u00e9\", \"checks\": [\n"
	" { \"name\": \"api\", \"http\": \"http://[::1]:${PORT:-80}/?a\", \"status\": \"204,3xx\",\n"
	"   \"headers\": { \"A\": \"b\" }, \"method\": \"HEAD\" },\n"
	" { \"tcp\": \"localhost:6379\", \"send\": \"PING\\r\\n\", \"contains\": \"+PONG\" },\n"
	" { \"file\": \"/tmp/x\", \"min_size\": 15, \"optional\": true, \"roles\": [\"a\"] }\n"
	"]}";

/* However early a file ends, that is an error, and its place is known. */
static void
test_cut_anywhere(void **state)
{
	struct run run = { 0 };

	(void)state;
	folder_text("health.json", whole);
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 3 checks\n", "");
	for (size_t size = 0; size + 1 < sizeof(whole); size++) {
		folder_write("health.json", whole, size);
		RUN(&run, "--validate");
		expect_some_error(&run, "cut", size);
	}
}

/* A byte that belongs nowhere is an error wherever it stands. */
static void
test_spoilt_anywhere(void **state)
{
	static const char spoilers[] = { '\0', '\xff', '\x1b' };
	char spoilt[sizeof(whole)];
	struct run run = { 0 };

	(void)state;
	for (size_t at = 0; at + 1 < sizeof(whole); at++) {
		memcpy(spoilt, whole, sizeof(whole));
		spoilt[at] = spoilers[at % sizeof(spoilers)];
		folder_write("health.json", spoilt, sizeof(whole) - 1);
		RUN(&run, "--validate");
		expect_some_error(&run, "spoilt", at);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_good),
		TEST(test_structure),
		TEST(test_nul),
		TEST(test_scalars),
		TEST(test_nesting),
		TEST(test_first_error),
		TEST(test_cut_anywhere),
		TEST(test_spoilt_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
