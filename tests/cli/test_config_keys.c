/* health.json: every key, what it takes and what it refuses */
#include "rows.h"

#define FILE_CHECK "\"file\": \"/\""
#define HTTP "\"http\": \"http://127.0.0.1/\""
#define MISSING "missing key: a check has one of \"http\", \"tcp\" and \"file\""
#define TCP "\"tcp\": \"127.0.0.1:1\""

static void
test_top(void **state)
{
#define CHECKS "\"checks\": [{" FILE_CHECK "}]"
	static const struct config_row rows[] = {
		{ ROW,
			"{\"$schema\": \"${no}\", \"notes\": \"${\", \"timeout\": \"5s\", " CHECKS
			"}",
			NULL },
		{ ROW, "{" CHECKS ", \"timeout\": \"24h\"}", NULL },
		{ ROW, "{}", "1:1: missing key \"checks\"" },
		{ ROW, "{\"checks\": []}", "1:12: checks: there must be at least one check" },
		{ ROW, "{\"checks\": {}}",
			"1:12: checks: must be an array of checks, got an object" },
		{ ROW, "{\"checks\": null}", "1:12: checks: must be an array of checks, got null" },
		{ ROW, "{\"checks\": [1]}", "1:13: checks[0]: must be an object, got a number" },
		{ ROW, "{\"checks\": [{" FILE_CHECK "}, []]}",
			"1:28: checks[1]: must be an object, got an array" },
		{ ROW, "{" CHECKS ", " CHECKS "}", "1:29: duplicate key \"checks\"" },
		{ ROW, "{" CHECKS ", \"ch\\u0065cks\": []}", "1:29: duplicate key \"checks\"" },
		{ ROW, "{\"notes\": \"\", \"notes\": \"\"}", "1:15: duplicate key \"notes\"" },
		{ ROW, "{\"notes\": 1}", "1:11: notes: must be a string, got a number" },
		{ ROW, "{\"$schema\": {}}", "1:13: $schema: must be a string, got an object" },
		{ ROW, "{\"timeout\": 5}",
			"1:13: timeout: 5 has no unit, write \"5s\" or \"5ms\"" },
		{ ROW, "{\"timeout\": null}", "1:13: timeout: must be a string, got null" },
		{ ROW, "{\"timeuot\": 1}",
			"1:2: unknown key \"timeuot\", did you mean \"timeout\"?" },
		{ ROW, "{\"check\": []}", "1:2: unknown key \"check\", did you mean \"checks\"?" },
		{ ROW, "{\"frequency\": 1}", "1:2: unknown key \"frequency\"" },
		{ ROW, "{\"\": 1}", "1:2: unknown key \"\"" },
		{ ROW, "{\"Checks\": []}",
			"1:2: unknown key \"Checks\", did you mean \"checks\"?" },
		{ ROW, "{\"a\\u0000\\u001b[1m\": 1}", "1:2: unknown key \"a\\x00\\x1b[1m\"" },
	};
#undef CHECKS

	(void)state;
	rows_config(rows, COUNT(rows));
}

static void
test_check(void **state)
{
	static const struct config_row rows[] = {
		{ ROW,
			FILE_CHECK ", \"name\": \"a\", \"timeout\": \"1s\", \"optional\": true, "
				   "\"roles\": [\"web\"], \"notes\": \"${\"",
			NULL },
		{ ROW, "", "1:13: checks[0]: " MISSING },
		{ ROW, "\"name\": \"a\"", "1:13: checks[0]: " MISSING },
		{ ROW, HTTP ", " TCP,
			"1:43: checks[0]: \"tcp\" beside \"http\", a check has one target" },
		{ ROW, FILE_CHECK ", " HTTP,
			"1:27: checks[0]: \"http\" beside \"file\", a check has one target" },
		{ ROW, FILE_CHECK ", " FILE_CHECK, "1:27: checks[0]: duplicate key \"file\"" },
		{ ROW, FILE_CHECK ", \"statsu\": 1",
			"1:27: checks[0]: unknown key \"statsu\", did you mean \"status\"?" },
		{ ROW, FILE_CHECK ", \"chekcs\": 1", "1:27: checks[0]: unknown key \"chekcs\"" },
		{ ROW, "\"htpt\": 1",
			"1:14: checks[0]: unknown key \"htpt\", did you mean \"http\"?" },
		/* keys of other kinds, before the target or after it */
		{ ROW, FILE_CHECK ", \"send\": \"x\"",
			"1:27: checks[0]: \"send\" is not for \"file\" checks" },
		{ ROW, "\"status\": 200, " TCP,
			"1:14: checks[0]: \"status\" is not for \"tcp\" checks" },
		{ ROW, HTTP ", \"max_age\": \"1s\"",
			"1:43: checks[0]: \"max_age\" is not for \"http\" checks" },
		/* values of every key */
		{ ROW, FILE_CHECK ", \"name\": 1",
			"1:35: checks[0].name: must be a string, got a number" },
		{ ROW, FILE_CHECK ", \"name\": \"\"", "1:35: checks[0].name: must not be empty" },
		{ ROW,
			FILE_CHECK
			", \"name\": "
			"\"0123456789012345678901234567890123456789012345678901234567890123\"",
			NULL },
		{ ROW,
			FILE_CHECK
			", \"name\": "
			"\"01234567890123456789012345678901234567890123456789012345678901234\"",
			"1:35: checks[0].name: a name must be 1 to 64 bytes, got "
			"\"01234567890123456789012345678901234567890123456789012345678901234\"" },
		{ ROW, FILE_CHECK ", \"name\": \"${EMPTY:-}\"",
			"1:35: checks[0].name: must not be empty" },
		{ ROW, FILE_CHECK ", \"name\": \"a\"}, {" FILE_CHECK ", \"name\": \"${X:-a}\"",
			"1:63: checks[1].name: a name must be unique, \"a\" is that of checks[0]" },
		{ ROW, FILE_CHECK ", \"name\": \"a\"}, {" FILE_CHECK ", \"name\": \"A\"", NULL },
		{ ROW, FILE_CHECK ", \"optional\": 1",
			"1:39: checks[0].optional: must be true or false, got a number" },
		{ ROW, FILE_CHECK ", \"optional\": \"true\"",
			"1:39: checks[0].optional: must be true or false, got a string" },
		{ ROW, FILE_CHECK ", \"roles\": \"web\"",
			"1:36: checks[0].roles: must be an array of names, got a string" },
		{ ROW, FILE_CHECK ", \"roles\": []",
			"1:36: checks[0].roles: must name at least one role" },
		{ ROW, FILE_CHECK ", \"roles\": [1]",
			"1:37: checks[0].roles: must be a string, got a number" },
		{ ROW, FILE_CHECK ", \"roles\": [\"a\", \"\"]",
			"1:42: checks[0].roles: must not be empty" },
		{ ROW, FILE_CHECK ", \"notes\": []",
			"1:36: checks[0].notes: must be a string, got an array" },
	};

	(void)state;
	rows_check(rows, COUNT(rows));
}

static void
test_http(void **state)
{
#define TOKEN "1:53: checks[0].method: a method is a token such as GET or HEAD, got "
#define STATUS \
	"1:53: checks[0].status: a status is 100 to 599, as in 200, \"2xx\", " \
	"\"200-299\" or \"204,3xx\", got "
	static const struct config_row rows[] = {
		{ ROW,
			HTTP ", \"method\": \"PURGE\", \"headers\": {\"A\": \"b\", \"C\": \"\"}, "
			     "\"body\": \"x\", \"status\": \"204,3xx\", \"contains\": \"x\"",
			NULL },
		{ ROW, HTTP ", \"headers\": {}", NULL },
		{ ROW, "\"http\": 1", "1:22: checks[0].http: must be a string, got a number" },
		{ ROW, HTTP ", \"method\": \"\"", TOKEN "\"\"" },
		{ ROW, HTTP ", \"method\": \"A B\"", TOKEN "\"A B\"" },
		{ ROW, HTTP ", \"method\": \"A\\r\\n\"", TOKEN "\"A\\x0d\\x0a\"" },
		{ ROW, HTTP ", \"method\": null",
			"1:53: checks[0].method: must be a string, got null" },
		{ ROW, HTTP ", \"body\": {}",
			"1:51: checks[0].body: must be a string, got an object" },
		{ ROW, HTTP ", \"contains\": \"\"", "1:55: checks[0].contains: must not be empty" },
		{ ROW, HTTP ", \"contains\": 1",
			"1:55: checks[0].contains: must be a string, got a number" },
		{ ROW, HTTP ", \"headers\": []",
			"1:54: checks[0].headers: must be an object of strings, got an array" },
		{ ROW, HTTP ", \"headers\": {\"A\": 1}",
			"1:60: checks[0].headers.A: must be a string, got a number" },
		{ ROW, HTTP ", \"headers\": {\"A b\": \"\"}",
			"1:55: checks[0].headers: a header's name is a token, got \"A b\"" },
		{ ROW, HTTP ", \"headers\": {\"\": \"\"}",
			"1:55: checks[0].headers: a header's name is a token, got \"\"" },
		{ ROW, HTTP ", \"headers\": {\"A\": \"x\\r\\nB: y\"}",
			"1:60: checks[0].headers.A: a header must not hold CR, LF or NUL" },
		{ ROW, HTTP ", \"headers\": {\"A\": \"\\u0000\"}",
			"1:60: checks[0].headers.A: a header must not hold CR, LF or NUL" },
		{ ROW, HTTP ", \"headers\": {\"A\": \"1\", \"a\": \"2\"}",
			"1:65: checks[0].headers: duplicate key \"a\", header names are the same in any "
			"case" },
		{ ROW, HTTP ", \"headers\": {\"A\": \"1\", \"A\": \"2\"}",
			"1:65: checks[0].headers: duplicate key \"A\", header names are the same in any "
			"case" },
		{ ROW, HTTP ", \"status\": 100", NULL },
		{ ROW, HTTP ", \"status\": \"599\"", NULL },
		{ ROW, HTTP ", \"status\": \"1xx,2xx,500-599\"", NULL },
		{ ROW, HTTP ", \"status\": 99", STATUS "\"99\"" },
		{ ROW, HTTP ", \"status\": 600", STATUS "\"600\"" },
		{ ROW, HTTP ", \"status\": -200", STATUS "\"-200\"" },
		{ ROW, HTTP ", \"status\": 200.5", STATUS "\"200.5\"" },
		{ ROW, HTTP ", \"status\": \"6xx\"", STATUS "\"6xx\"" },
		{ ROW, HTTP ", \"status\": \"0xx\"", STATUS "\"0xx\"" },
		{ ROW, HTTP ", \"status\": \"099\"", STATUS "\"099\"" },
		{ ROW, HTTP ", \"status\": \"200-600\"", STATUS "\"200-600\"" },
		{ ROW, HTTP ", \"status\": \"299-200\"", STATUS "\"299-200\"" },
		{ ROW, HTTP ", \"status\": \"\"", STATUS "\"\"" },
		{ ROW, HTTP ", \"status\": \"200,\"", STATUS "\"200,\"" },
		{ ROW, HTTP ", \"status\": \",200\"", STATUS "\",200\"" },
		{ ROW, HTTP ", \"status\": \"2XX\"", STATUS "\"2XX\"" },
		{ ROW, HTTP ", \"status\": \"ok\"", STATUS "\"ok\"" },
		{ ROW, HTTP ", \"status\": \"2000\"", STATUS "\"2000\"" },
		{ ROW, HTTP ", \"status\": \"200-\"", STATUS "\"200-\"" },
		{ ROW, HTTP ", \"status\": true",
			"1:53: checks[0].status: must be a string, got true" },
		{ ROW, HTTP ", \"status\": [200]",
			"1:53: checks[0].status: must be a string, got an array" },
		/* later */
		{ ROW, HTTP ", \"basic_auth\": \"a:b\"",
			"1:43: checks[0].basic_auth: not supported by this version" },
		{ ROW, HTTP ", \"json\": {}",
			"1:43: checks[0].json: not supported by this version" },
		{ ROW, HTTP ", \"body\": \"${file:/x}\"",
			"1:51: checks[0].body: \"${file:/x}\" is not supported by this version" },
	};
#undef TOKEN
#undef STATUS

	(void)state;
	rows_check(rows, COUNT(rows));
}

static void
test_tcp_and_file(void **state)
{
	static const struct config_row rows[] = {
		{ ROW, TCP ", \"send\": \"\", \"contains\": \"x\"", NULL },
		{ ROW, TCP ", \"send\": 1",
			"1:44: checks[0].send: must be a string, got a number" },
		{ ROW, TCP ", \"contains\": \"\"", "1:48: checks[0].contains: must not be empty" },
		{ ROW, TCP ", \"json\": {}",
			"1:36: checks[0]: \"json\" is not for \"tcp\" checks" },
		{ ROW,
			FILE_CHECK ", \"max_age\": \"1s\", \"min_size\": 1, \"contains\": \"x\", "
				   "\"absent\": false",
			NULL },
		{ ROW, FILE_CHECK ", \"absent\": true, \"min_size\": 0", NULL },
		{ ROW, FILE_CHECK ", \"absent\": 0",
			"1:37: checks[0].absent: must be true or false, got a number" },
		{ ROW, FILE_CHECK ", \"max_age\": 30",
			"1:38: checks[0].max_age: 30 has no unit, write \"30s\" or \"30ms\"" },
#define WHOLE "1:39: checks[0].min_size: must be a whole number up to 2^59, got "
		{ ROW, FILE_CHECK ", \"min_size\": \"1\"",
			"1:39: checks[0].min_size: must be a whole number, got a string" },
		{ ROW, FILE_CHECK ", \"min_size\": -1", WHOLE "-1" },
		{ ROW, FILE_CHECK ", \"min_size\": 1.5", WHOLE "1.5" },
		{ ROW, FILE_CHECK ", \"min_size\": 9223372036854775808",
			WHOLE "9223372036854775808" },
		{ ROW, FILE_CHECK ", \"min_size\": 15e-1", WHOLE "15e-1" },
		{ ROW, FILE_CHECK ", \"min_size\": 1e99999999999", WHOLE "1e99999999999" },
#undef WHOLE
		{ ROW, FILE_CHECK ", \"contains\": \"\"",
			"1:39: checks[0].contains: must not be empty" },
#define ALONE "\"absent\" cannot stand beside \"max_age\", \"min_size\" or \"contains\""
		{ ROW, FILE_CHECK ", \"absent\": true, \"max_age\": \"1s\"",
			"1:43: checks[0].max_age: " ALONE },
		{ ROW, FILE_CHECK ", \"min_size\": 1, \"absent\": true",
			"1:42: checks[0].absent: " ALONE },
		{ ROW, FILE_CHECK ", \"contains\": \"x\", \"absent\": true",
			"1:44: checks[0].absent: " ALONE },
#undef ALONE
		{ ROW, FILE_CHECK ", \"json\": {}",
			"1:27: checks[0].json: not supported by this version" },
	};

	(void)state;
	rows_check(rows, COUNT(rows));
}

/* the error of section 5's example, line and column included */
static void
test_example(void **state)
{
	static const struct config_row rows[] = {
		{ ROW, "{\n  \"checks\": [\n    { \"file\": \"/\",\n      \"statsu\": 1 }\n  ]\n}\n",
			"4:7: checks[0]: unknown key \"statsu\", did you mean \"status\"?" },
		{ ROW,
			"{\n  \"checks\": [\n    { \"file\": \"/\" },\n    { \"file\": \"/\" },\n"
			"    {\n      \"name\": \"cache\",\n      \"tcp\":      \"cache:70000\"\n    }\n  ]\n}\n",
			"7:19: checks[2].tcp: port must be 1 to 65535, got 70000" },
	};

	(void)state;
	rows_config(rows, COUNT(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_top),
		TEST(test_check),
		TEST(test_http),
		TEST(test_tcp_and_file),
		TEST(test_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
