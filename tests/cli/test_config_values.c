/* health.json: targets, durations and the environment in strings */
#include "rows.h"

#define NAME "host must be a name, IPv4 or [IPv6], got "
#define UNIX "unix:PATH is absolute, at most 107 bytes, got "
#define URL "a URL has no space, control byte or fragment, got "
#define LABEL "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static void
test_tcp_targets(void **state)
{
#define AT "1:21: checks[0].tcp: "
#define PORT AT "port must be 1 to 65535, got "
	static const struct config_row rows[] = {
		{ ROW, "\"tcp\": \"db:5432\"", NULL },
		{ ROW, "\"tcp\": \"tcp://db:5432\"", NULL },
		{ ROW, "\"tcp\": \"my_db.example-1.test.:1\"", NULL },
		{ ROW, "\"tcp\": \"" LABEL ".test:65535\"", NULL },
		{ ROW, "\"tcp\": \"1.2.3.4:00080\"", NULL },
		{ ROW, "\"tcp\": \"[::1]:1\"", NULL },
		{ ROW, "\"tcp\": \"tcp://[fe80::1]:1\"", NULL },
		{ ROW, "\"tcp\": \"[::ffff:1.2.3.4]:1\"", NULL },
		{ ROW, "\"tcp\": \"unix:/run/app.sock\"", NULL },
		{ ROW, "\"tcp\": \"a:0\"", PORT "0" },
		{ ROW, "\"tcp\": \"a:65536\"", PORT "65536" },
		{ ROW, "\"tcp\": \"a:99999999999999999999\"", PORT "99999999999999999999" },
		{ ROW, "\"tcp\": \"a:\"", PORT "none" },
		{ ROW, "\"tcp\": \"a:http\"", PORT "http" },
		{ ROW, "\"tcp\": \"a:+80\"", PORT "+80" },
		{ ROW, "\"tcp\": \"a:80/\"", PORT "80/" },
		{ ROW, "\"tcp\": \"a: 80\"", PORT " 80" },
		{ ROW, "\"tcp\": \"a\"", PORT "none" },
		{ ROW, "\"tcp\": \"[::1]\"", PORT "none" },
		{ ROW, "\"tcp\": \"\"", PORT "none" },
		{ ROW, "\"tcp\": \":80\"", AT NAME "\"\"" },
		{ ROW, "\"tcp\": \"a b:1\"", AT NAME "\"a b\"" },
		{ ROW, "\"tcp\": \"a..b:1\"", AT NAME "\"a..b\"" },
		{ ROW, "\"tcp\": \".a:1\"", AT NAME "\".a\"" },
		{ ROW,
			"\"tcp\": \"b\xc3\xbc"
			"cher.test:1\"",
			AT NAME "\"b\xc3\xbc"
				"cher.test\"" },
		{ ROW, "\"tcp\": \"" LABEL "f.test:1\"", AT NAME "\"" LABEL "f.test\"" },
		{ ROW, "\"tcp\": \"user@host:1\"", AT NAME "\"user@host\"" },
		{ ROW, "\"tcp\": \"1.2.3:1\"", AT NAME "\"1.2.3\"" },
		{ ROW, "\"tcp\": \"1.2.3.256:1\"", AT NAME "\"1.2.3.256\"" },
		{ ROW, "\"tcp\": \"2130706433:1\"", AT NAME "\"2130706433\"" },
		{ ROW, "\"tcp\": \"::1:80\"", AT NAME "\"::1\"" },
		{ ROW, "\"tcp\": \"fe80::1\"", AT NAME "\"fe80:\"" },
		{ ROW, "\"tcp\": \"tcp://::1:80\"", AT NAME "\"::1\"" },
		{ ROW, "\"tcp\": \"[::1:80\"", AT NAME "\"[::1\"" },
		{ ROW, "\"tcp\": \"[::1]80\"", PORT "none" },
		{ ROW, "\"tcp\": \"[1.2.3.4]:80\"", AT NAME "\"[1.2.3.4]\"" },
		{ ROW, "\"tcp\": \"[::g]:80\"", AT NAME "\"[::g]\"" },
		{ ROW, "\"tcp\": \"unix:app.sock\"", AT UNIX "\"app.sock\"" },
		{ ROW, "\"tcp\": \"unix:\"", AT UNIX "\"\"" },
		{ ROW, "\"tcp\": \"unix:/" LABEL LABEL "\"", AT UNIX "\"/" LABEL LABEL "\"" },
		{ ROW, "\"tcp\": \"a\\u0000:1\"", AT NAME "\"a\\x00\"" },
		{ ROW, "\"tcp\": \"http://a:1\"", AT NAME "\"http://a\"" },
		{ ROW, "\"tcp\": null", AT "must be a string, got null" },
	};
#undef AT
#undef PORT

	(void)state;
	rows_check(rows, COUNT(rows));
}

static void
test_urls(void **state)
{
#define AT "1:22: checks[0].http: "
#define SCHEME AT "a URL starts with http://, got "
#define HTTPS AT "https is not supported by this version, only http://, got "
	static const struct config_row rows[] = {
		{ ROW, "\"http\": \"http://a\"", NULL },
		{ ROW, "\"http\": \"HTTP://a:8080/b?c=d\"", NULL },
		{ ROW, "\"http\": \"http://[::1]/\"", NULL },
		{ ROW, "\"http\": \"http://[::1]:8080?x\"", NULL },
		{ ROW, "\"http\": \"http://1.2.3.4/a@b:c\"", NULL },
		{ ROW, "\"http\": \"http://unix:/run/app.sock:/healthz?a\"", NULL },
		{ ROW, "\"http\": \"http://unix:/run/app.sock\"", NULL },
		{ ROW, "\"http\": \"http://unix:/run/app.sock:\"", NULL },
		{ ROW, "\"http\": \"a\"", SCHEME "\"a\"" },
		{ ROW, "\"http\": \"http:/a\"", SCHEME "\"http:/a\"" },
		{ ROW, "\"http\": \"localhost:8080/\"", SCHEME "\"localhost:8080/\"" },
		{ ROW, "\"http\": \"https://a/\"", HTTPS "\"https://a/\"" },
		{ ROW, "\"http\": \"HTTPS://a/\"", HTTPS "\"HTTPS://a/\"" },
		{ ROW, "\"http\": \"http://\"", AT NAME "\"\"" },
		{ ROW, "\"http\": \"http:///x\"", AT NAME "\"\"" },
		{ ROW, "\"http\": \"http://a:0/\"", AT "port must be 1 to 65535, got 0" },
		{ ROW, "\"http\": \"http://a:70000/\"", AT "port must be 1 to 65535, got 70000" },
		{ ROW, "\"http\": \"http://a:x/\"", AT "port must be 1 to 65535, got x" },
		{ ROW, "\"http\": \"http://::1/\"", AT NAME "\":\"" },
		{ ROW, "\"http\": \"http://::1:80/\"", AT NAME "\"::1\"" },
		{ ROW, "\"http\": \"http://a/#top\"", AT URL "\"http://a/#top\"" },
#define USER AT "a URL has no user, use an Authorization header"
		{ ROW, "\"http\": \"http://me:secret@a/\"", USER },
		{ ROW, "\"http\": \"http://me@a/\"", USER },
#undef USER
		{ ROW, "\"http\": \"http://a/b c\"", AT URL "\"http://a/b c\"" },
		{ ROW, "\"http\": \"http://a/\\r\\nB: c\"", AT URL "\"http://a/\\x0d\\x0aB: c\"" },
		{ ROW, "\"http\": \"http://a/\\u0000\"", AT URL "\"http://a/\\x00\"" },
		{ ROW, "\"http\": \"http://a/\\u007f\"", AT URL "\"http://a/\\x7f\"" },
		{ ROW, "\"http\": \"http://unix:run/app.sock:/\"", AT UNIX "\"run/app.sock\"" },
		{ ROW, "\"http\": \"http://unix:/run/app.sock:healthz\"",
			AT
			"want http://unix:PATH:/PATH, got \"http://unix:/run/app.sock:healthz\"" },
		{ ROW, "\"http\": \"http://unix:/" LABEL LABEL ":/\"",
			AT UNIX "\"/" LABEL LABEL "\"" },
		{ ROW, "\"file\": \"\"", "1:22: checks[0].file: must not be empty" },
		{ ROW, "\"file\": \"a\\u0000b\"",
			"1:22: checks[0].file: a path must not hold NUL, got \"a\\x00b\"" },
		{ ROW, "\"file\": 1", "1:22: checks[0].file: must be a string, got a number" },
	};
#undef AT
#undef SCHEME

	(void)state;
	rows_check(rows, COUNT(rows));
}

static void
test_durations(void **state)
{
#define AT "1:25: checks[0].timeout: "
#define DURATION AT "a duration is 1ms to 24h, as \"4s\" or \"1m30s\", got "
	static const struct config_row rows[] = {
		{ ROW, "\"timeout\": \"250ms\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"4s\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"1m30s\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"1.5s\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"2h\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"1ms\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"24h\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"23h59m59s999ms\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": \"${T:-5s}\", \"file\": \"/\"", NULL },
		{ ROW, "\"timeout\": 5", AT "5 has no unit, write \"5s\" or \"5ms\"" },
		{ ROW, "\"timeout\": 1.5", AT "1.5 has no unit, write \"1.5s\" or \"1.5ms\"" },
		{ ROW, "\"timeout\": \"5\"", AT "5 has no unit, write \"5s\" or \"5ms\"" },
		{ ROW, "\"timeout\": \"\"", DURATION "\"\"" },
		{ ROW, "\"timeout\": \"s\"", DURATION "\"s\"" },
		{ ROW, "\"timeout\": \"5 s\"", DURATION "\"5 s\"" },
		{ ROW, "\"timeout\": \"5S\"", DURATION "\"5S\"" },
		{ ROW, "\"timeout\": \"5d\"", DURATION "\"5d\"" },
		{ ROW, "\"timeout\": \"5us\"", DURATION "\"5us\"" },
		{ ROW, "\"timeout\": \"1.s\"", DURATION "\"1.s\"" },
		{ ROW, "\"timeout\": \".5s\"", DURATION "\".5s\"" },
		{ ROW, "\"timeout\": \"1m30\"",
			AT "1m30 has no unit, write \"1m30s\" or \"1m30ms\"" },
		{ ROW, "\"timeout\": \"+5s\"", DURATION "\"+5s\"" },
		{ ROW, "\"timeout\": \"0ms\"", DURATION "\"0ms\"" },
		{ ROW, "\"timeout\": \"0.5ms\"", DURATION "\"0.5ms\"" },
		{ ROW, "\"timeout\": \"24h1ms\"", DURATION "\"24h1ms\"" },
		{ ROW, "\"timeout\": \"99999999999999999999s\"",
			DURATION "\"99999999999999999999s\"" },
		{ ROW, "\"timeout\": true", AT "must be a string, got true" },
	};
#undef AT
#undef DURATION

	(void)state;
	rows_check(rows, COUNT(rows));
}

struct expand_row {
	int line;
	const char *file;  /* the value of a file check's "file" */
	const char *shown; /* its target then */
};

static void
test_expanded(void **state)
{
	static const struct expand_row rows[] = {
		{ __LINE__, "/${WORD}", "/word" },
		{ __LINE__, "${WORD}${WORD}/${_1a}", "wordword/under" },
		{ __LINE__, "${WORD:-x}", "word" },
		{ __LINE__, "${EMPTY:-x}", "x" },
		{ __LINE__, "a${EMPTY}b", "ab" },
		{ __LINE__, "${NONE:-x y:-z}", "x y:-z" },
		{ __LINE__, "a${NONE:-}b", "ab" },
		{ __LINE__, "${NONE:-a${b}", "a${b" },
		{ __LINE__, "$$", "$" },
		{ __LINE__, "$${WORD}", "${WORD}" },
		{ __LINE__, "$$$$", "$$" },
		{ __LINE__, "$WORD $", "$WORD $" },
		{ __LINE__, "a$", "a$" },
		/* once, and not again */
		{ __LINE__, "${AGAIN}", "${WORD}$$" },
		{ __LINE__, "\\u0024{WORD}", "word" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run = { .environment = { "WORD=word", "EMPTY=", "_1a=under", "WORDS=no",
					   "AGAIN=${WORD}$$", "WOR=no" } };

		folder_text("health.json",
			support_format("{\"checks\": [{\"file\": \"%s\"}]}", rows[i].file));
		RUN(&run, "--once");
		run_expect_check(&run, rows[i].line, false, rows[i].shown,
			"no such file or directory");
	}
	support_settle();
}

static void
test_not_expanded(void **state)
{
#define AT "1:22: checks[0].file: "
#define WRONG "accepted are ${NAME}, ${NAME:-text} and $$, got "
#define ACCEPTED AT WRONG
	static const struct config_row rows[] = {
		{ ROW, "\"file\": \"${NONE}\"", AT "the variable NONE is not set" },
		{ ROW, "\"file\": \"${}\"", ACCEPTED "\"${}\"" },
		{ ROW, "\"file\": \"${1A}\"", ACCEPTED "\"${1A}\"" },
		{ ROW, "\"file\": \"${A-x}\"", ACCEPTED "\"${A-x}\"" },
		{ ROW, "\"file\": \"${A:x}\"", ACCEPTED "\"${A:x}\"" },
		{ ROW, "\"file\": \"${A:?x}\"", ACCEPTED "\"${A:?x}\"" },
		{ ROW, "\"file\": \"${A b}\"", ACCEPTED "\"${A b}\"" },
		{ ROW, "\"file\": \"x${A\"", AT "\"${\" without its '}'" },
		{ ROW, "\"file\": \"${A:-b\"", AT "\"${\" without its '}'" },
		{ ROW, "\"file\": \"${\"", AT "\"${\" without its '}'" },
		{ ROW, "\"file\": \"${file:/x}\"",
			AT "\"${file:/x}\" is not supported by this version" },
		/* what follows may be secret */
		{ ROW, "\"file\": \"${A:?} hunter2\"", ACCEPTED "\"${A:?}\"" },
		{ ROW, "\"file\": \"${A hunter2\"", AT "\"${\" without its '}'" },
#define HTTP "\"http\": \"http://127.0.0.1/\", "
		{ ROW, HTTP "\"headers\": {\"A\": \"Bearer ${A:?} hunter2\"}",
			"1:60: checks[0].headers.A: " WRONG "\"${A:?}\"" },
		{ ROW, HTTP "\"headers\": {\"A\": \"${A hunter2\"}",
			"1:60: checks[0].headers.A: \"${\" without its '}'" },
		{ ROW, HTTP "\"body\": \"${A:?} hunter2\"",
			"1:51: checks[0].body: " WRONG "\"${A:?}\"" },
		{ ROW, HTTP "\"body\": \"${file:/x}hunter2\"",
			"1:51: checks[0].body: \"${file:/x}\" is not supported by this version" },
		{ ROW, "\"tcp\": \"127.0.0.1:1\", \"send\": \"${A:?} hunter2\"",
			"1:44: checks[0].send: " WRONG "\"${A:?}\"" },
		{ ROW, "\"tcp\": \"127.0.0.1:1\", \"send\": \"${A hunter2\"",
			"1:44: checks[0].send: \"${\" without its '}'" },
#undef HTTP
		/* every string value, but no key */
		{ ROW, "\"file\": \"/\", \"name\": \"${NONE}\"",
			"1:35: checks[0].name: the variable NONE is not set" },
		{ ROW, "\"file\": \"/\", \"roles\": [\"${NONE}\"]",
			"1:37: checks[0].roles: the variable NONE is not set" },
		{ ROW, "\"file\": \"/\", \"${NONE}\": 1",
			"1:27: checks[0]: unknown key \"${NONE}\"" },
	};
#undef AT
#undef ACCEPTED
#undef WRONG

	(void)state;
	rows_check(rows, COUNT(rows));
}

/* What the environment brings is checked like what is written. */
static void
test_foreign_bytes(void **state)
{
	struct run run = { .environment = { "X=a\r\nb", "Y=\033[31m", "Z=\xff" } };

	(void)state;
	RUN(&run, "--http", "http://127.0.0.1/${X}");
	EXPECT_ERROR(&run, "--http: " URL "\"http://127.0.0.1/a\\x0d\\x0ab\"");
	folder_text("health.json",
		"{\"checks\": [{\"http\": \"http://127.0.0.1/\", "
		"\"headers\": {\"A\": \"${X}\"}}]}");
	RUN_BARE(&run);
	EXPECT_ERROR(&run,
		"health.json:1:60: checks[0].headers.A: a header must not hold "
		"CR, LF or NUL");
	folder_text("health.json",
		"{\"checks\": [{\"http\": \"http://127.0.0.1/\", "
		"\"method\": \"${X}\"}]}");
	RUN_BARE(&run);
	EXPECT_ERROR(&run,
		"health.json:1:53: checks[0].method: a method is a token such as GET or "
		"HEAD, got \"a\\x0d\\x0ab\"");
	RUN(&run, "--tcp", "${Y}:1");
	EXPECT_ERROR(&run, "--tcp: " NAME "\"\\x1b[31m\"");
	RUN(&run, "--tcp", "${Z}:1");
	EXPECT_ERROR(&run, "--tcp: " NAME "\"\\xff\"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tcp_targets),
		TEST(test_urls),
		TEST(test_durations),
		TEST(test_expanded),
		TEST(test_not_expanded),
		TEST(test_foreign_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
