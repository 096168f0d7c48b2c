/* what is printed, and where it cannot be */
#include "peer.h"
#include "run.h"

/* a moment: a quarter of a second is what a reader gets past the deadline */
enum { LIMIT = 4000, MOMENT_MS = 2000 };

#define TOOK " in " NUMBER " ms\n"
#define EACH " in " NUMBER "." NUMBER " ms\n"
#define NONE ": no such file or directory"

struct output_row {
	int line;
	const char *checks;
	int status;
	const char *out, *once;
};

static void
test_text(void **state)
{
	static const struct output_row rows[] = {
		{ __LINE__, "{\"file\": \"/\"}", 0, "healthy: 1 check passed" TOOK,
			"healthy: 1 check passed" TOOK "PASS /: exists" EACH },
		{ __LINE__, "{\"file\": \"/\"}, {\"name\": \"b\", \"file\": \"/\"}", 0,
			"healthy: 2 checks passed" TOOK,
			"healthy: 2 checks passed" TOOK "PASS /: exists" EACH
			"PASS b /: exists" EACH },
		{ __LINE__, "{\"file\": \"none\"}", 1,
			"unhealthy: 1 of 1 check failed" TOOK "FAIL none" NONE "\n",
			"unhealthy: 1 of 1 check failed" TOOK "FAIL none" NONE EACH },
		{ __LINE__, "{\"file\": \"/\"}, {\"name\": \"x y\", \"file\": \"none\"}", 1,
			"unhealthy: 1 of 2 checks failed" TOOK "FAIL x y none" NONE "\n",
			"unhealthy: 1 of 2 checks failed" TOOK "PASS /: exists" EACH
			"FAIL x y none" NONE EACH },
		/* a warning does not fail the run and is not counted among the failed */
		{ __LINE__, "{\"file\": \"/\"}, {\"file\": \"none\", \"optional\": true}", 0,
			"healthy: 1 check passed, 1 warning" TOOK "WARN none" NONE "\n",
			"healthy: 1 check passed, 1 warning" TOOK "PASS /: exists" EACH
			"WARN none" NONE EACH },
		{ __LINE__, "{\"file\": \"none\", \"optional\": true}", 0,
			"healthy: 0 checks passed, 1 warning" TOOK "WARN none" NONE "\n",
			"healthy: 0 checks passed, 1 warning" TOOK "WARN none" NONE EACH },
		{ __LINE__, "{\"file\": \"/\", \"optional\": true}", 0,
			"healthy: 1 check passed" TOOK,
			"healthy: 1 check passed" TOOK "PASS /: exists" EACH },
		{ __LINE__, "{\"file\": \"none\", \"optional\": false}", 1,
			"unhealthy: 1 of 1 check failed" TOOK "FAIL none" NONE "\n",
			"unhealthy: 1 of 1 check failed" TOOK "FAIL none" NONE EACH },
		/* failures, then warnings; with --once the file's order */
		{ __LINE__,
			"{\"file\": \"w1\", \"optional\": true}, {\"file\": \"f1\"}, {\"file\": \"/\"}, "
			"{\"file\": \"w2\", \"optional\": true}, {\"file\": \"f2\"}",
			1,
			"unhealthy: 2 of 5 checks failed, 2 warnings" TOOK "FAIL f1" NONE
			"\nFAIL f2" NONE "\nWARN w1" NONE "\nWARN w2" NONE "\n",
			"unhealthy: 2 of 5 checks failed, 2 warnings" TOOK "WARN w1" NONE EACH
			"FAIL f1" NONE EACH "PASS /: exists" EACH "WARN w2" NONE EACH
			"FAIL f2" NONE EACH },
		/* the same target twice, with no name, is no error */
		{ __LINE__, "{\"file\": \"none\"}, {\"file\": \"none\"}", 1,
			"unhealthy: 2 of 2 checks failed" TOOK "FAIL none" NONE "\nFAIL none" NONE
			"\n",
			"unhealthy: 2 of 2 checks failed" TOOK "FAIL none" NONE EACH
			"FAIL none" NONE EACH },
		/* without --role every check runs */
		{ __LINE__, "{\"file\": \"none\", \"roles\": [\"worker\"]}", 1,
			"unhealthy: 1 of 1 check failed" TOOK "FAIL none" NONE "\n",
			"unhealthy: 1 of 1 check failed" TOOK "FAIL none" NONE EACH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run = { 0 };

		folder_text("health.json", support_format("{\"checks\": [%s]}", rows[i].checks));
		RUN_BARE(&run);
		run_expect(&run, rows[i].line, rows[i].status, rows[i].out, "");
		RUN(&run, "--once");
		run_expect(&run, rows[i].line, rows[i].status, rows[i].once, "");
	}
	support_settle();
}

/* What is foreign is never printed raw. */
static void
test_escaped(void **state)
{
	static const struct output_row rows[] = {
		{ __LINE__, "\"file\": \"a\\u001b[31m\\n\\u007f\"", 1, "a\\x1b[31m\\x0a\\x7f",
			NULL },
		{ __LINE__, "\"file\": \"a\\u0085b\"", 1, "a\\xc2\\x85b", NULL },
		{ __LINE__, "\"file\": \"a\\u202eb\\u2066\"", 1,
			"a\\xe2\\x80\\xae"
			"b\\xe2\\x81\\xa6",
			NULL },
		{ __LINE__, "\"file\": \"a\\u202a\\u2069\"", 1, "a\\xe2\\x80\\xaa\\xe2\\x81\\xa9",
			NULL },
		{ __LINE__, "\"file\": \"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"", 1,
			"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", NULL },
		{ __LINE__, "\"file\": \"\\u00e9\\u20ac\\ud83d\\ude00\"", 1,
			"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", NULL },
		{ __LINE__, "\"name\": \"\\u20ac\\uD83D\\uDE00\\u00E9\", \"file\": \"none\"", 1,
			"\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9 none", NULL },
		{ __LINE__, "\"name\": \"n\\t\\u0007\", \"file\": \"none\"", 1, "n\\x09\\x07 none",
			NULL },
		/* from the environment, where it may be no UTF-8 at all */
		{ __LINE__, "\"file\": \"${BAD}\"", 1, "a\\xff\\xc3\\x1b\\xed\\xa0\\x80", NULL },
		{ __LINE__, "\"name\": \"${BAD}\", \"file\": \"none\"", 1,
			"a\\xff\\xc3\\x1b\\xed\\xa0\\x80 none", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run = { .environment = { "BAD=a\xff\xc3\033\xed\xa0\x80" } };

		folder_text("health.json", support_format("{\"checks\": [{%s}]}", rows[i].checks));
		RUN(&run, "--once");
		run_expect_check(&run, rows[i].line, false, rows[i].out,
			"no such file or directory");
	}
	support_settle();
}

static void
test_long_text(void **state)
{
	struct run run = { 0 };
	char *name = support_memory(301);

	(void)state;
	memset(name, 'n', 300);
	RUN(&run, "--once", "--file", name);
	EXPECT_CHECK(&run, false, support_format("%.200s...", name), "file name too long");
	name[200] = '\0';
	RUN(&run, "--once", "--file", name);
	EXPECT_CHECK(&run, false, name, "no such file or directory");
	/* no half a character */
	memcpy(name + 199, "\xc3\xa9", 3);
	RUN(&run, "--once", "--file", name);
	EXPECT_CHECK(&run, false, support_format("%.199s...", name), "no such file or directory");
}

/* Header values, bodies and what is sent stay out of it, whatever goes wrong. */
static void
test_secrets(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };

	(void)state;
	PEER(&peer, CLOSE);
	folder_text("health.json",
		support_format(
			"{\"checks\": [{\"http\": \"http://127.0.0.1:%u/\", \"body\": \"hushed\", "
			"\"headers\": {\"Authorization\": \"Bearer hushed\"}}, "
			"{\"tcp\": \"127.0.0.1:%u\", \"send\": \"hushed\", \"contains\": \"x\"}]}",
			peer.port, peer.port));
	RUN(&run, "--once");
	assert_int_equal(run.status, 1);
	assert_non_null(strstr(run.out, "unhealthy: 2 of 2 checks failed"));
	assert_null(strstr(run.out, "hushed"));
	folder_text("health.json",
		"{\"checks\": [{\"http\": \"http://127.0.0.1/\", "
		"\"headers\": {\"Authorization\": \"hushed\\n\"}}]}");
	RUN(&run, "--once");
	EXPECT_ERROR(&run,
		"health.json:1:72: checks[0].headers.Authorization: a header must "
		"not hold CR, LF or NUL");
}

/* What should have been printed, had there been room; lines of the given length. */
static size_t
full_size(const struct run *run, size_t count, size_t line)
{
	return (size_t)(strchr(run->out, '\n') - run->out) + 1 + count * line;
}

static void
check_cut(const struct run *run, size_t count, size_t line)
{
	size_t full = full_size(run, count, line), shown = 0, more = 0;
	const char *at = strchr(run->out, '\n') + 1;

	assert_int_equal(run->status, 1);
	assert_true(run->out_size <= LIMIT);
	for (; strncmp(at, "FAIL ", 5) == 0 || strncmp(at, "WARN ", 5) == 0; at += line, shown++)
		assert_int_equal(strchr(at, '\n') - at, line - 1);
	if (*at) {
		assert_int_equal(sscanf(at, "... and %zu more\n", &more), 1);
		assert_string_equal(at, support_format("... and %zu more\n", more));
	}
	assert_int_equal(shown + more, count);
	/* not cut without need, and no more than there was need */
	if (full <= LIMIT)
		assert_int_equal(more, 0);
	else
		assert_true(run->out_size + line + 1 > LIMIT - strlen("... and 1024 more\n"));
}

/* Docker keeps 4096 bytes: at most 4000, and the cut is announced. The lines' length is
 * varied so that the last of them ends on every side of the limit. */
static void
test_limit(void **state)
{
	enum { CHECKS = 40 };

	(void)state;
	for (int length = 60; length < 80; length++) {
		char *config = support_memory(CHECKS * 160 + 64);
		size_t at = (size_t)sprintf(config, "{\"checks\": [");
		struct run run = { 0 };

		for (int i = 0; i < CHECKS; i++)
			at += (size_t)sprintf(config + at, "%s{\"file\": \"%0*d\"%s}",
				i ? ", " : "", length, i, i % 3 ? "" : ", \"optional\": true");
		strcpy(config + at, "]}");
		folder_text("health.json", config);
		RUN_BARE(&run);
		check_cut(&run, CHECKS, strlen("FAIL " NONE "\n") + (size_t)length);
	}
}

/* --once is for a person: no limit. */
static void
test_once_has_no_limit(void **state)
{
	struct run run = { 0 };
	const char *arguments[2 * 500 + 2] = { "--once" };
	size_t lines = 0;

	(void)state;
	for (size_t i = 1; i < 1001; i += 2) {
		arguments[i] = "--file";
		arguments[i + 1] = support_format("%0100zu", i);
	}
	run_probe(&run, arguments);
	assert_int_equal(run.status, 1);
	for (const char *at = run.out; (at = strchr(at, '\n')); at++)
		lines++;
	assert_int_equal(lines, 501);
	assert_non_null(strstr(run.out, arguments[1000]));
}

static void
test_one_write(void **state)
{
	struct run run = { .output = OUTPUT_PACKETS };
	const char *arguments[2 * 100 + 1] = { NULL };

	(void)state;
	for (size_t i = 0; i < 200; i += 2) {
		arguments[i] = "--file";
		arguments[i + 1] = support_format("%0100zu", i);
	}
	run_probe(&run, arguments);
	assert_int_equal(run.status, 1);
	assert_int_equal(run.writes, 1);
	assert_true(run.out_size > 3500);
	RUN(&run, "--once", "--file", "/", "--file", "none");
	assert_int_equal(run.writes, 1);
	RUN(&run, "--help");
	assert_int_equal(run.writes, 1);
}

/* The status is the verdict's, whatever becomes of the words. */
static void
test_unwritable(void **state)
{
	static const struct {
		int line;
		enum run_output output;
	} rows[] = { { __LINE__, OUTPUT_CLOSED }, { __LINE__, OUTPUT_NO_READER },
		{ __LINE__, OUTPUT_UNREAD }, { __LINE__, OUTPUT_FULL },
		{ __LINE__, OUTPUT_NO_ROOM } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run = { .output = rows[i].output };

		RUN(&run, "-t", "300ms", "--file", "/");
		run_expect(&run, rows[i].line, 0, "", "");
		if (run.took_ms >= 300 + MOMENT_MS)
			support_complain("line %d: took %d ms", rows[i].line, (int)run.took_ms);
		RUN(&run, "-t", "300ms", "--once", "--file", "none");
		run_expect(&run, rows[i].line, 1, "", "");
		RUN(&run, "-t", "300ms", "--validate", "--file", "none");
		run_expect(&run, rows[i].line, 0, "", "");
		RUN(&run, "--frobnicate");
		run_expect_error(&run, rows[i].line,
			"unknown option \"--frobnicate\", see probe --help");
	}
	support_settle();
}

/* Nobody reads, and the check itself takes all the time there is. */
static void
test_unread_at_the_deadline(void **state)
{
	struct peer peer = { 0 };
	struct run run = { .output = OUTPUT_UNREAD };

	(void)state;
	PEER(&peer, SILENT);
	RUN(&run, "-t", "500ms", "--http", support_format("http://127.0.0.1:%u/", peer.port));
	EXPECT(&run, 1, "", "");
	assert_true(run.took_ms >= 500 && run.took_ms < 500 + MOMENT_MS);
}

/* A socket must not take the place of a descriptor that was closed, and get the verdict. */
static void
test_all_closed(void **state)
{
	struct peer peer = { 0 };
	struct run run = {
		.input = INPUT_CLOSED, .output = OUTPUT_CLOSED, .errors = OUTPUT_CLOSED
	};

	(void)state;
	PEER(&peer, READ(4), SEND("PONG"), SILENT);
	folder_text("health.json",
		support_format(
			"{\"checks\": [{\"tcp\": \"127.0.0.1:%u\", \"send\": \"PING\", "
			"\"contains\": \"PONG\"}, {\"tcp\": \"127.0.0.1:%u\", "
			"\"send\": \"PING\", \"contains\": \"no\", \"timeout\": \"300ms\"}]}",
			peer.port, peer.port));
	RUN(&run, "--once");
	EXPECT(&run, 1, "", "");
	assert_string_equal(peer_received(&peer, 2), "PINGPING");
	RUN(&run, "-c", "none.json");
	EXPECT(&run, 1, "", "");
}

/* Errors go to standard error, and nothing else does. */
static void
test_closed_errors(void **state)
{
	struct run run = { .errors = OUTPUT_CLOSED };

	(void)state;
	RUN(&run, "--frobnicate");
	EXPECT(&run, 1, "", "");
	RUN(&run, "--file", "/");
	EXPECT(&run, 0, "healthy: 1 check passed" TOOK, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_text),
		TEST(test_escaped),
		TEST(test_long_text),
		TEST(test_secrets),
		TEST(test_limit),
		TEST(test_once_has_no_limit),
		TEST(test_one_write),
		TEST(test_unwritable),
		TEST(test_unread_at_the_deadline),
		TEST(test_all_closed),
		TEST(test_closed_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
