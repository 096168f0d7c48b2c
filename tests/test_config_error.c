#include "config.h"
#include "unit.h"

/* The text of a row has a '^' before the byte that its error is to name. */
struct row {
	int line;
	const char *text, *path, *words;
};

static int
environment(void **state)
{
	(void)state;
	return unsetenv("UNIT_UNSET") || setenv("UNIT_EVIL", "a\r\nX: y", 1);
}

static void
call(void *argument)
{
	config_read(*(struct slice *)argument);
}

static void
refuses(const struct row *row)
{
	struct arena arena = unit_arena();
	struct slice rest = slice_of(row->text), before = slice_cut(&rest, '^'), whole;
	struct text text;
	char bytes[256];

	row_true(row->line, before.length < strlen(row->text));
	text_open(&text, &arena, SIZE_MAX);
	text_print(&text, "%r%r", before, rest);
	whole = text_keep(&arena, &text);
	config_open(&arena);
	row_true(row->line, unit_fails(call, &whole));
	if (row->words)
		row_text(row->line, error.words, row->words);
	row_equal(row->line, error.offset, before.length);
	text = UNIT_TEXT(bytes);
	config_print_path(&text);
	if (text.length > 0) {
		row_true(row->line,
			text.length > 2 && memcmp(text.bytes + text.length - 2, ": ", 2) == 0);
		text.length -= 2;
	}
	row_text(row->line, text, row->path);
}

#define OF_CHECK(text) "{\"checks\":[{" text "}]}"
#define OF_HTTP(text) OF_CHECK("\"http\":\"http://db/\"," text)
#define OF_TCP(text) OF_CHECK("\"tcp\":\"db:1\"," text)
#define OF_FILE(text) OF_CHECK("\"file\":\"/a\"," text)
#define NO_TARGET "missing key: a check has one of \"http\", \"tcp\" and \"file\""
#define DURATION(number) number " has no unit, write \"" number "s\" or \"" number "ms\""
#define STATUS "a status is 100 to 599, as in 200, \"2xx\", \"200-299\" or \"204,3xx\", got "
#define WHOLE "must be a whole number up to 2^59, got "
#define UNSET "the variable UNIT_UNSET is not set"

static void
top(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, "^", "", "expected a value, found the end" },
		{ __LINE__, "^[]", "", "must be an object, got an array" },
		{ __LINE__, " ^null", "", "must be an object, got null" },
		{ __LINE__, "^\"x\"", "", "must be an object, got a string" },
		{ __LINE__, "^{}", "", "missing key \"checks\"" },
		{ __LINE__, " ^{\"timeout\":\"4s\"}", "", "missing key \"checks\"" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"}]}^x", "",
			"expected the end, found \"x\"" },
		{ __LINE__, "{\"checks\":^{}}", "checks",
			"must be an array of checks, got an object" },
		{ __LINE__, "{\"checks\":^null}", "checks",
			"must be an array of checks, got null" },
		{ __LINE__, "{\"checks\":^[]}", "checks", "there must be at least one check" },
		{ __LINE__, "{\"checks\":[^1]}", "checks[0]", "must be an object, got a number" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"},^[]]}", "checks[1]",
			"must be an object, got an array" },
		{ __LINE__, "{^\"check\":[]}", "",
			"unknown key \"check\", did you mean \"checks\"?" },
		{ __LINE__, "{^\"Timeout\":1}", "",
			"unknown key \"Timeout\", did you mean \"timeout\"?" },
		{ __LINE__, "{^\"schema\":1}", "",
			"unknown key \"schema\", did you mean \"$schema\"?" },
		{ __LINE__, "{^\"name\":1}", "", "unknown key \"name\"" },
		{ __LINE__, "{^\"http\":\"http://db/\"}", "", "unknown key \"http\"" },
		{ __LINE__, "{^\"\":1}", "", "unknown key \"\"" },
		{ __LINE__, "{^\"\\u001b\":1}", "", "unknown key \"\\x1b\"" },
		{ __LINE__, "{\"notes\":\"a\",^\"notes\":\"b\"}", "", "duplicate key \"notes\"" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"}],^\"checks\":[]}", "",
			"duplicate key \"checks\"" },
		{ __LINE__, "{\"notes\":\"a\",^\"n\\u006ftes\":\"b\"}", "",
			"duplicate key \"notes\"" },
		{ __LINE__, "{\"notes\":^5}", "notes", "must be a string, got a number" },
		{ __LINE__, "{\"$schema\":^{}}", "$schema", "must be a string, got an object" },
		{ __LINE__, "{\"timeout\":^5}", "timeout", DURATION("5") },
		{ __LINE__, "{\"timeout\":^\"5\"}", "timeout", DURATION("5") },
		{ __LINE__, "{\"timeout\":^1.5}", "timeout", DURATION("1.5") },
		{ __LINE__, "{\"timeout\":^\"25h\"}", "timeout",
			"a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got \"25h\"" },
		{ __LINE__, "{\"timeout\":^null}", "timeout", "must be a string, got null" },
		{ __LINE__, "{\"timeout\":^\"${UNIT_UNSET}\"}", "timeout", UNSET },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(&rows[i]);
}

static void
syntax(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, "^\xef\xbb\xbf{}", "",
			"expected no byte-order mark, found \"\xef\xbb\xbf\"" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"}],^}", "",
			"expected a key in double quotes, found \"}\"" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"},^]}", "checks",
			"expected a value, found \"]\"" },
		{ __LINE__, "{^// x\n}", "", "expected a key in double quotes, found \"/\"" },
		{ __LINE__, OF_FILE("^}"), "checks[0]",
			"expected a key in double quotes, found \"}\"" },
		{ __LINE__, OF_FILE("\"name\":^nul"), "checks[0].name",
			"expected a value, found \"nul\"" },
		{ __LINE__, OF_FILE("\"name\" ^\"x\""), "checks[0].name",
			"expected ':', found \"\"x\"" },
		{ __LINE__, OF_FILE("\"name\":^\"\\ud800\""), "checks[0].name", NULL },
		{ __LINE__, OF_FILE("\"name\":^\"\xff\""), "checks[0].name", NULL },
		{ __LINE__, OF_FILE("\"min_size\":^01"), "checks[0].min_size",
			"expected no leading zero, found \"0\"" },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":^}"), "checks[0].headers.A",
			"expected a value, found \"}\"" },
		{ __LINE__, OF_HTTP("\"headers\":{^A}"), "checks[0].headers",
			"expected a key in double quotes, found \"A\"" },
		{ __LINE__, OF_FILE("\"roles\":[\"a\"^\"b\"]"), "checks[0].roles",
			"expected ',' or ']', found \"\"b\"" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"^", "checks[0]",
			"expected ',' or '}', found the end" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(&rows[i]);
}

static void
checks(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, "{\"checks\":[^{}]}", "checks[0]", NO_TARGET },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\"}, ^{\"name\":\"x\"}]}", "checks[1]",
			NO_TARGET },
		{ __LINE__, "{\"checks\":[^{\"contains\":\"x\",\"status\":200}]}", "checks[0]",
			NO_TARGET },
		{ __LINE__, OF_HTTP("^\"tcp\":\"db:1\""), "checks[0]",
			"\"tcp\" beside \"http\", a check has one target" },
		{ __LINE__, OF_FILE("^\"http\":\"http://db/\""), "checks[0]",
			"\"http\" beside \"file\", a check has one target" },
		{ __LINE__, OF_HTTP("^\"statsu\":200"), "checks[0]",
			"unknown key \"statsu\", did you mean \"status\"?" },
		{ __LINE__, OF_HTTP("^\"stat\\u0073u\":200"), "checks[0]",
			"unknown key \"statsu\", did you mean \"status\"?" },
		{ __LINE__, OF_TCP("^\"contain\":1"), "checks[0]",
			"unknown key \"contain\", did you mean \"contains\"?" },
		{ __LINE__, OF_FILE("^\"maxage\":1"), "checks[0]",
			"unknown key \"maxage\", did you mean \"max_age\"?" },
		{ __LINE__, OF_FILE("^\"nmae\":1"), "checks[0]",
			"unknown key \"nmae\", did you mean \"name\"?" },
		{ __LINE__, OF_CHECK("^\"url\":\"http://db/\""), "checks[0]",
			"unknown key \"url\"" },
		{ __LINE__, OF_CHECK("^\"htp\":\"http://db/\""), "checks[0]",
			"unknown key \"htp\", did you mean \"http\"?" },
		{ __LINE__, OF_FILE("^\"completely different\":1"), "checks[0]",
			"unknown key \"completely different\"" },
		{ __LINE__, OF_TCP("^\"status\":200"), "checks[0]",
			"\"status\" is not for \"tcp\" checks" },
		{ __LINE__, OF_HTTP("^\"send\":\"x\""), "checks[0]",
			"\"send\" is not for \"http\" checks" },
		{ __LINE__, OF_TCP("^\"max_age\":\"1s\""), "checks[0]",
			"\"max_age\" is not for \"tcp\" checks" },
		{ __LINE__, OF_CHECK("^\"send\":\"x\",\"http\":\"http://db/\""), "checks[0]",
			"\"send\" is not for \"http\" checks" },
		{ __LINE__, OF_CHECK("\"file\":\"a\",^\"file\":\"a\""), "checks[0]",
			"duplicate key \"file\"" },
		{ __LINE__, OF_CHECK("\"http\":\"http://db/\",^\"ht\\u0074p\":\"http://db/\""),
			"checks[0]", "duplicate key \"http\"" },
		{ __LINE__, OF_FILE("\"name\":\"a\",^\"\\u006e\\u0061me\":\"a\""), "checks[0]",
			"duplicate key \"name\"" },
		{ __LINE__, OF_FILE("\"contains\":\"a\",^\"contains\":\"b\""), "checks[0]",
			"duplicate key \"contains\"" },
		{ __LINE__, OF_FILE("\"name\":^\"\""), "checks[0].name", "must not be empty" },
		{ __LINE__,
			OF_FILE("\"name\":^\"12345678901234567890123456789012345678901234567890123456789012345\""),
			"checks[0].name",
			"a name must be 1 to 64 bytes, got "
			"\"12345678901234567890123456789012345678901234567890123456789012345\"" },
		{ __LINE__, OF_FILE("\"name\":^5"), "checks[0].name",
			"must be a string, got a number" },
		{ __LINE__, OF_FILE("\"name\":^\"${UNIT_UNSET}\""), "checks[0].name", UNSET },
		{ __LINE__,
			"{\"checks\":[{\"file\":\"a\"},{\"file\":\"a\",\"name\":\"x\"},"
			"{\"file\":\"b\",\"name\":^\"\\u0078\"}]}",
			"checks[2].name", "a name must be unique, \"x\" is that of checks[1]" },
		{ __LINE__, OF_FILE("\"optional\":^1"), "checks[0].optional",
			"must be true or false, got a number" },
		{ __LINE__, OF_FILE("\"optional\":^\"true\""), "checks[0].optional",
			"must be true or false, got a string" },
		{ __LINE__, OF_FILE("\"notes\":^[]"), "checks[0].notes",
			"must be a string, got an array" },
		{ __LINE__, OF_FILE("\"timeout\":^30"), "checks[0].timeout", DURATION("30") },
		{ __LINE__, OF_FILE("\"roles\":^\"a\""), "checks[0].roles",
			"must be an array of names, got a string" },
		{ __LINE__, OF_FILE("\"roles\":[\"a\",^1]"), "checks[0].roles",
			"must be a string, got a number" },
		{ __LINE__, OF_FILE("\"roles\":[^\"\"]"), "checks[0].roles", "must not be empty" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(&rows[i]);
}

static void
http(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, OF_CHECK("\"http\":^\"ftp://db\""), "checks[0].http",
			"a URL starts with http://, got \"ftp://db\"" },
		{ __LINE__, OF_CHECK("\"http\":^7"), "checks[0].http",
			"must be a string, got a number" },
		{ __LINE__, OF_CHECK("\"http\":^\"https://db\""), "checks[0].http",
			"https is not supported by this version, only http://, got \"https://db\"" },
		{ __LINE__, OF_CHECK("\"http\":^\"http://db:70000/\""), "checks[0].http",
			"port must be 1 to 65535, got 70000" },
		{ __LINE__, OF_CHECK("\"http\":^\"http://db/${UNIT_EVIL}\""), "checks[0].http",
			"a URL has no space, control byte or fragment, got \"http://db/a\\x0d\\x0aX: y\"" },
		{ __LINE__, OF_CHECK("\"http\":^\"http://db/\\n\""), "checks[0].http",
			"a URL has no space, control byte or fragment, got \"http://db/\\x0a\"" },
		{ __LINE__, OF_CHECK("\"http\":^\"http://${}/\""), "checks[0].http",
			"accepted are ${NAME}, ${NAME:-text} and $$, got \"${}\"" },
		{ __LINE__, OF_HTTP("\"method\":^\"G T\""), "checks[0].method",
			"a method is a token such as GET or HEAD, got \"G T\"" },
		{ __LINE__, OF_HTTP("\"method\":^\"\""), "checks[0].method",
			"a method is a token such as GET or HEAD, got \"\"" },
		{ __LINE__, OF_HTTP("\"method\":^\"${UNIT_EVIL}\""), "checks[0].method",
			"a method is a token such as GET or HEAD, got \"a\\x0d\\x0aX: y\"" },
		{ __LINE__, OF_HTTP("\"method\":^null"), "checks[0].method",
			"must be a string, got null" },
		{ __LINE__, OF_HTTP("\"headers\":^[]"), "checks[0].headers",
			"must be an object of strings, got an array" },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":^1}"), "checks[0].headers.A",
			"must be a string, got a number" },
		{ __LINE__, OF_HTTP("\"headers\":{^\"A B\":\"x\"}"), "checks[0].headers",
			"a header's name is a token, got \"A B\"" },
		{ __LINE__, OF_HTTP("\"headers\":{^\"\":\"x\"}"), "checks[0].headers",
			"a header's name is a token, got \"\"" },
		{ __LINE__, OF_HTTP("\"headers\":{^\"A\\r\\n\":\"x\"}"), "checks[0].headers",
			"a header's name is a token, got \"A\\x0d\\x0a\"" },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":^\"x\\r\\ny\"}"), "checks[0].headers.A",
			"a header must not hold CR, LF or NUL" },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":^\"\\u0000\"}"), "checks[0].headers.A",
			"a header must not hold CR, LF or NUL" },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":^\"${UNIT_EVIL}\"}"), "checks[0].headers.A",
			"a header must not hold CR, LF or NUL" },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":^\"${UNIT_UNSET}\"}"),
			"checks[0].headers.A", UNSET },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":\"x\",^\"a\":\"y\"}"), "checks[0].headers",
			"duplicate key \"a\", header names are the same in any case" },
		{ __LINE__, OF_HTTP("\"headers\":{\"A\":\"x\",\"B\":\"\",^\"\\u0041\":\"y\"}"),
			"checks[0].headers",
			"duplicate key \"A\", header names are the same in any case" },
		{ __LINE__, OF_HTTP("\"body\":^{}"), "checks[0].body",
			"must be a string, got an object" },
		{ __LINE__, OF_HTTP("\"status\":^true"), "checks[0].status",
			"must be a string, got true" },
		{ __LINE__, OF_HTTP("\"status\":^[200]"), "checks[0].status",
			"must be a string, got an array" },
		{ __LINE__, OF_HTTP("\"status\":^600"), "checks[0].status", STATUS "\"600\"" },
		{ __LINE__, OF_HTTP("\"status\":^\"6xx\""), "checks[0].status", STATUS "\"6xx\"" },
		{ __LINE__, OF_HTTP("\"status\":^200.5"), "checks[0].status", STATUS "\"200.5\"" },
		{ __LINE__, OF_HTTP("\"status\":^-200"), "checks[0].status", STATUS "\"-200\"" },
		{ __LINE__, OF_HTTP("\"status\":^1e99"), "checks[0].status", STATUS "\"1e99\"" },
		{ __LINE__, OF_HTTP("\"status\":^\"ok\""), "checks[0].status", STATUS "\"ok\"" },
		{ __LINE__, OF_HTTP("\"status\":^\"\""), "checks[0].status", STATUS "\"\"" },
		{ __LINE__, OF_HTTP("\"status\":^\"300-200\""), "checks[0].status",
			STATUS "\"300-200\"" },
		{ __LINE__, OF_HTTP("\"contains\":^\"\""), "checks[0].contains",
			"must not be empty" },
		{ __LINE__, OF_HTTP("\"contains\":^\"${UNIT_UNSET:-}\""), "checks[0].contains",
			"must not be empty" },
		{ __LINE__, OF_HTTP("^\"basic_auth\":\"a:b\""), "checks[0].basic_auth",
			"not supported by this version" },
		{ __LINE__, OF_HTTP("^\"json\":{}"), "checks[0].json",
			"not supported by this version" },
		{ __LINE__, OF_HTTP("\"body\":^\"${file:/x}\""), "checks[0].body",
			"\"${file:/x}\" is not supported by this version" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(&rows[i]);
}

static void
tcp_and_file(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, OF_CHECK("\"tcp\":^\"db:70000\""), "checks[0].tcp",
			"port must be 1 to 65535, got 70000" },
		{ __LINE__, OF_CHECK("\"tcp\":^\"db\\u0000:1\""), "checks[0].tcp",
			"host must be a name, IPv4 or [IPv6], got \"db\\x00\"" },
		{ __LINE__, OF_CHECK("\"tcp\":^\"\""), "checks[0].tcp",
			"port must be 1 to 65535, got none" },
		{ __LINE__, OF_TCP("\"send\":^1"), "checks[0].send",
			"must be a string, got a number" },
		{ __LINE__, OF_TCP("\"contains\":^\"\""), "checks[0].contains",
			"must not be empty" },
		{ __LINE__, OF_TCP("^\"json\":{}"), "checks[0]",
			"\"json\" is not for \"tcp\" checks" },
		{ __LINE__, OF_CHECK("\"file\":^\"\""), "checks[0].file", "must not be empty" },
		{ __LINE__, OF_CHECK("\"file\":^\"/a\\u0000\""), "checks[0].file",
			"a path must not hold NUL, got \"/a\\x00\"" },
		{ __LINE__, OF_FILE("\"contains\":^\"\""), "checks[0].contains",
			"must not be empty" },
		{ __LINE__, OF_FILE("\"absent\":^1"), "checks[0].absent",
			"must be true or false, got a number" },
		{ __LINE__, OF_FILE("\"max_age\":^60"), "checks[0].max_age", DURATION("60") },
		{ __LINE__, OF_FILE("\"max_age\":^\"0s\""), "checks[0].max_age",
			"a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got \"0s\"" },
		{ __LINE__, OF_FILE("\"min_size\":^\"1\""), "checks[0].min_size",
			"must be a whole number, got a string" },
		{ __LINE__, OF_FILE("\"min_size\":^-1"), "checks[0].min_size", WHOLE "-1" },
		{ __LINE__, OF_FILE("\"min_size\":^1.5"), "checks[0].min_size", WHOLE "1.5" },
		{ __LINE__, OF_FILE("\"min_size\":^9223372036854775808"), "checks[0].min_size",
			WHOLE "9223372036854775808" },
		{ __LINE__, OF_FILE("^\"json\":{}"), "checks[0].json",
			"not supported by this version" },
		{ __LINE__, OF_FILE("\"absent\":true,^\"max_age\":\"1s\""), "checks[0].max_age",
			"\"absent\" cannot stand beside \"max_age\", \"min_size\" or \"contains\"" },
		{ __LINE__, OF_FILE("\"contains\":\"x\",^\"absent\":true"), "checks[0].absent",
			"\"absent\" cannot stand beside \"max_age\", \"min_size\" or \"contains\"" },
		{ __LINE__, OF_CHECK("\"absent\":true,^\"min_size\":1,\"file\":\"/a\""),
			"checks[0].min_size",
			"\"absent\" cannot stand beside \"max_age\", \"min_size\" or \"contains\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(&rows[i]);
}

/* of several errors the first by position; a missing key counts at the closing brace */
static void
first_wins(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, "{\"timeout\":^5,\"checks\":[],\"x\":1}", "timeout", DURATION("5") },
		{ __LINE__, "{^\"x\":1,\"timeout\":5}", "", "unknown key \"x\"" },
		{ __LINE__, "{\"checks\":[{\"tcp\":^\"db:0\",\"statsu\":1}]}", "checks[0].tcp",
			"port must be 1 to 65535, got 0" },
		{ __LINE__, "{\"checks\":[{^\"statsu\":1,\"tcp\":\"db:0\"}]}", "checks[0]",
			"unknown key \"statsu\", did you mean \"status\"?" },
		{ __LINE__, "{\"checks\":[{\"name\":^\"\",\"tcp\":\"db:0\"}]}", "checks[0].name",
			"must not be empty" },
		{ __LINE__, "{\"checks\":[{\"name\":^\"\"}]}", "checks[0].name",
			"must not be empty" },
		{ __LINE__, "{\"checks\":[{\"name\":\"x\",\"optional\":^1}]}", "checks[0].optional",
			"must be true or false, got a number" },
		{ __LINE__, "{\"checks\":[^{\"name\":\"x\"}],\"timeout\":5}", "checks[0]",
			NO_TARGET },
		{ __LINE__, "{\"checks\":[{\"name\":\"x\"^", "checks[0]",
			"expected ',' or '}', found the end" },
		{ __LINE__, "{\"timeout\":\"4s\"^", "", "expected ',' or '}', found the end" },
		{ __LINE__, "{\"checks\":^[],\"timeout\":5}", "checks",
			"there must be at least one check" },
		{ __LINE__, "{\"checks\":[{\"file\":\"a\",\"min_size\":^-1},{}]}",
			"checks[0].min_size", WHOLE "-1" },
		{ __LINE__,
			"{\"checks\":[{\"http\":\"http://db/\",\"status\":^\"x\",\"headers\":{\"\":1},x",
			"checks[0].status", STATUS "\"x\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(&rows[i]);
}

/* the same where there is no target yet to say whose keys they are */
static void
first_wins_without_target(void **state)
{
	static const struct row rows[] = {
		{ __LINE__, "{\"checks\":[{\"contains\":\"a\",^\"contains\":\"b\"}]}", "checks[0]",
			"duplicate key \"contains\"" },
		{ __LINE__, "{\"checks\":[{\"status\":200,^\"st\\u0061tus\":200}]}", "checks[0]",
			"duplicate key \"status\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		refuses(&rows[i]);
}

/* as "checks": [] is, and as a string: by what opens it */
static void
no_roles(void **state)
{
	static const struct row row = { __LINE__, OF_FILE("\"roles\":^[ ]"), "checks[0].roles",
		"must name at least one role" };

	(void)state;
	refuses(&row);
}

static void
too_deep(void **state)
{
	char bytes[256];
	struct text text = UNIT_TEXT(bytes);
	struct slice whole;
	struct arena arena = unit_arena();

	(void)state;
	text_print(&text, "{\"checks\":[{\"contains\":");
	for (unsigned depth = 3; depth < CONFIG_DEPTH + 1; depth++)
		text_char(&text, '[');
	whole = unit_written(&text);
	config_open(&arena);
	assert_true(unit_fails(call, &whole));
	assert_int_equal(error.offset, text.length - 1);
	error.words.length = strlen("expected less nesting");
	assert_text(error.words, "expected less nesting");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(top),
		cmocka_unit_test(syntax),
		cmocka_unit_test(checks),
		cmocka_unit_test(http),
		cmocka_unit_test(tcp_and_file),
		cmocka_unit_test(first_wins),
		cmocka_unit_test(first_wins_without_target),
		cmocka_unit_test(no_roles),
		cmocka_unit_test(too_deep),
	};

	return cmocka_run_group_tests_name("config: errors", tests, environment, NULL);
}
