/* the limits, met exactly and passed by one, and few descriptors */
#include "nameserver.h"
#include "namespace.h"
#include "rows.h"

#define HEALTHY(count) "healthy: " count " checks passed in " NUMBER " ms\n"

enum { CHECKS = 1024, CONFIG = 65536, STRING = 8192, HEADERS = 16384 };

/* a health.json of count times the same check */
static void
write_checks(const char *top, size_t count, const char *check)
{
	char *config = support_memory(64 + strlen(top) + count * (strlen(check) + 1));
	size_t at = (size_t)sprintf(config, "{%s\"checks\":[", top);

	for (size_t i = 0; i < count; i++)
		at += (size_t)sprintf(config + at, "%s%s", i ? "," : "", check);
	strcpy(config + at, "]}");
	folder_text("health.json", config);
}

static void
test_checks(void **state)
{
	struct run run = { 0 };

	(void)state;
	write_checks("", CHECKS, "{\"file\":\"/\"}");
	RUN_BARE(&run);
	EXPECT(&run, 0, HEALTHY("1024"), "");
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 1024 checks\n", "");
	write_checks("", CHECKS + 1, "{\"file\":\"/\"}");
	RUN_BARE(&run);
	EXPECT_ERROR(&run,
		support_format("health.json:1:%zu: checks[1024]: there must be at most "
			       "1024 checks",
			strlen("{\"checks\":[") + CHECKS * strlen("{\"file\":\"/\"},") + 1));
}

static void
test_checks_by_option(void **state)
{
	const char *arguments[CHECKS + 2] = { NULL };
	struct run run = { 0 };

	(void)state;
	for (size_t i = 0; i < CHECKS; i++)
		arguments[i] = "--file=/";
	run_probe(&run, arguments);
	EXPECT(&run, 0, HEALTHY("1024"), "");
	arguments[CHECKS] = "--file=/";
	run_probe(&run, arguments);
	EXPECT_ERROR(&run, "--file: there must be at most 1024 checks");
	write_checks("", 1, "{\"file\":\"/\"}");
	arguments[CHECKS] = "-chealth.json";
	run_probe(&run, arguments);
	EXPECT_ERROR(&run, "--file: there must be at most 1024 checks");
}

/* A thousand of each kind, with all the descriptors there are and with 16. */
static void
test_many(void **state)
{
	static const unsigned descriptors[] = { 0, 16, 5 };
	struct peer http = { 0 }, tcp = { 0 };

	(void)state;
	PEER(&http, REQUEST, SEND("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood"));
	PEER(&tcp, SEND("+PONG\r\n"));
	for (size_t i = 0; i < COUNT(descriptors); i++) {
		struct run run = { .descriptors = descriptors[i] };

		write_checks("", CHECKS,
			support_format("{\"http\":\"http://127.0.0.1:%u/\"}", http.port));
		RUN(&run, "-t", "25s");
		EXPECT(&run, 0, HEALTHY("1024"), "");
		write_checks("", CHECKS, support_format("{\"tcp\":\"localhost:%u\"}", tcp.port));
		RUN(&run, "-t", "25s");
		EXPECT(&run, 0, HEALTHY("1024"), "");
		write_checks("", CHECKS, "{\"file\":\"health.json\",\"contains\":\"checks\"}");
		RUN(&run, "-t", "25s");
		EXPECT(&run, 0, HEALTHY("1024"), "");
	}
}

/* names, whose questions take descriptors, too */
static void
test_many_names(void **state)
{
	struct nameserver server = { 0 };
	struct peer peer = { .address = "127.0.0.5" };
	struct run run = { .descriptors = 16 };
	const char *arguments[2 * 100 + 3] = { "-t", "25s" };

	(void)state;
	NAMESERVER(&server, { .action = ANSWER, .addresses = { "127.0.0.4", "127.0.0.5" } });
	PEER(&peer, SILENT);
	run.root = namespace_root("nameserver 127.0.0.1\n", "");
	for (size_t i = 2; i < 202; i += 2) {
		arguments[i] = "--tcp";
		arguments[i + 1] = support_format("db%zu.test:%u", i, peer.port);
	}
	run_probe(&run, arguments);
	EXPECT(&run, 0, HEALTHY("100"), "");
}

/* A queued check's clock starts with the run. */
static void
test_queue_times_out(void **state)
{
	struct peer peer = { 0 };
	struct run run = { .descriptors = 5 };
	const char *target;

	(void)state;
	PEER(&peer, SILENT);
	target = support_format("http://127.0.0.1:%u/", peer.port);
	RUN(&run, "-t", "500ms", "--http", target, "--http", target, "--http", target);
	EXPECT(&run, 1,
		support_format("unhealthy: 3 of 3 checks failed in " NUMBER " ms\n"
			       "FAIL %s: timed out after 500 ms while waiting for the status line\n"
			       "FAIL %s: timed out after 500 ms while waiting for the status line\n"
			       "FAIL %s: timed out after 500 ms while connecting to 127.0.0.1:%u "
			       "(no free descriptor)\n",
			target, target, target, peer.port),
		"");
}

/* Checks that hold a descriptor each for an address that hangs must not keep one another from
 * the next address: without a limit all of them pass after a quarter of a second. */
static void
test_queue_and_hang(void **state)
{
	struct peer hangs = { .address = "127.0.0.4" }, good = { .address = "127.0.0.5" };
	struct run run = { .descriptors = 16 };
	const char *arguments[2 * 20 + 3] = { "-t", "5s" };

	(void)state;
	peer_fill(&hangs);
	good.port = hangs.port;
	PEER(&good, SILENT);
	run.root = namespace_root("", "127.0.0.4 db.test\n127.0.0.5 db.test\n");
	for (size_t i = 2; i < 42; i += 2) {
		arguments[i] = "--tcp";
		arguments[i + 1] = support_format("db.test:%u", good.port);
	}
	run_probe(&run, arguments);
	EXPECT(&run, 0, HEALTHY("20"), "");
}

/* nor the questions over UDP those over TCP */
static void
test_queue_and_truncated(void **state)
{
	struct nameserver server = { 0 };
	struct peer peer = { .address = "127.0.0.5" };
	struct run run = { .descriptors = 16 };
	const char *arguments[2 * 20 + 3] = { "-t", "5s" };

	(void)state;
	NAMESERVER(&server, { .action = TRUNCATES, .addresses = { "127.0.0.5" } });
	PEER(&peer, SILENT);
	run.root = namespace_root("nameserver 127.0.0.1\n", "");
	for (size_t i = 2; i < 42; i += 2) {
		arguments[i] = "--tcp";
		arguments[i + 1] = support_format("db.test:%u", peer.port);
	}
	run_probe(&run, arguments);
	EXPECT(&run, 0, HEALTHY("20"), "");
}

static void
test_no_descriptor(void **state)
{
	struct run run = { .descriptors = 3 };

	(void)state;
	write_checks("", 1, "{\"file\":\"/\"}");
	RUN_BARE(&run);
	EXPECT_ERROR(&run, "health.json: too many open files while reading the configuration");
	/* no file, no descriptor */
	RUN(&run, "--file", "/");
	EXPECT(&run, 0, "healthy: 1 check passed in " NUMBER " ms\n", "");
	RUN(&run, "--once", "-t", "300ms", "--tcp", "127.0.0.1:9");
	EXPECT_CHECK(&run, false, "127.0.0.1:9",
		"timed out after 300 ms while connecting to 127.0.0.1:9 (no free descriptor)");
}

/* One descriptor, which an answer that stays out must not keep from the address at hand. */
static void
test_one_descriptor(void **state)
{
	struct nameserver server = { 0 };
	struct peer peer = { .address = "127.0.0.5" };
	struct run run = { .descriptors = 4 };
	const char *target;

	(void)state;
	NAMESERVER(&server, { "db.test", '6', SAY_NOTHING, { NULL } },
		{ .action = ANSWER, .addresses = { "127.0.0.5" } });
	PEER(&peer, SILENT);
	run.root = namespace_root("nameserver 127.0.0.1\n", "");
	target = support_format("db.test:%u", peer.port);
	RUN(&run, "--once", "-t", "5s", "--tcp", target);
	EXPECT_CHECK(&run, true, target, "connected");
}

static void
test_config_size(void **state)
{
	static const char start[] = "{\"checks\":[{\"file\":\"/\"}]}";
	char *config = support_memory(CONFIG + 100);
	struct run run = { 0 };

	(void)state;
	memset(config, ' ', CONFIG + 99);
	memcpy(config, start, strlen(start));
	folder_write("health.json", config, CONFIG);
	RUN_BARE(&run);
	EXPECT(&run, 0, "healthy: 1 check passed in " NUMBER " ms\n", "");
	folder_write("health.json", config, CONFIG + 1);
	RUN_BARE(&run);
	EXPECT_ERROR(&run, "health.json:1:65537: larger than 64 KiB: it goes on after that");
	config[100] = '\n';
	folder_write("health.json", config, CONFIG + 99);
	RUN_BARE(&run);
	EXPECT_ERROR(&run, "health.json:2:65436: larger than 64 KiB: it goes on after that");
	/* from a pipe, too */
	run.input = INPUT_BYTES;
	run.bytes = config;
	run.size = CONFIG;
	RUN(&run, "-c", "-");
	EXPECT(&run, 0, "healthy: 1 check passed in " NUMBER " ms\n", "");
	run.size = CONFIG + 99;
	RUN(&run, "-c", "-");
	EXPECT_ERROR(&run, "stdin:2:65436: larger than 64 KiB: it goes on after that");
	/* an error before the limit is the first by position */
	config[strlen(start)] = 'x';
	RUN(&run, "-c", "-");
	EXPECT_ERROR(&run, "stdin:1:26: expected the end, found \"x\"");
}

/* What is wrong at the very end of all that is allowed is said as it is anywhere else. */
static void
test_config_wrong_at_limit(void **state)
{
	static const struct {
		int line;
		const char *start, *words;
	} rows[] = {
		{ __LINE__, "{", "expected a key in double quotes, found the end" },
		{ __LINE__, "{\"checks\":[{\"file\":\"/\"",
			"checks[0]: expected ',' or '}', found the end" },
		{ __LINE__, "{\"checks\":[{\"file\":\"",
			"checks[0].file: expected a closing quote, found the end" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *config = support_memory(CONFIG + 1);
		struct run run = { 0 };

		memset(config, ' ', CONFIG + 1);
		memcpy(config, rows[i].start, strlen(rows[i].start));
		folder_write("health.json", config, CONFIG);
		RUN_BARE(&run);
		run_expect_error(&run, rows[i].line,
			support_format("health.json:1:65537: %s", rows[i].words));
		folder_write("health.json", config, CONFIG + 1);
		RUN_BARE(&run);
		run_expect_error(&run, rows[i].line,
			"health.json:1:65537: larger than 64 KiB: " ANYTHING);
	}
	support_settle();
}

/* A string that begins before the limit and ends after it. */
static void
test_config_cut_in_token(void **state)
{
	char *config = support_memory(2 * CONFIG);
	struct run run = { 0 };

	(void)state;
	memset(config, 'x', 2 * CONFIG - 1);
	memcpy(config, "{\"notes\":\"", 10);
	folder_text("health.json", config);
	RUN_BARE(&run);
	EXPECT_ERROR(&run,
		"health.json:1:65537: larger than 64 KiB: expected a closing quote, found the "
		"end");
}

static void
test_string_size(void **state)
{
	char *text = support_memory(STRING + 2);
	struct run run = { 0 };

	(void)state;
	memset(text, 'x', STRING + 1);
	text[STRING] = '\0';
	write_checks("", 1, support_format("{\"file\":\"/\",\"contains\":\"%s\"}", text));
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 1 check\n", "");
	text[STRING] = 'x';
	write_checks("", 1, support_format("{\"file\":\"/\",\"contains\":\"%s\"}", text));
	RUN(&run, "--validate");
	EXPECT_ERROR(&run,
		"health.json:1:35: checks[0].contains: must be at most 8 KiB after "
		"expansion");
	/* after expansion: here 8192 bytes, and 8193 */
	text[STRING - 1] = '\0';
	run.environment[0] = support_format("BIG=%s", text);
	write_checks("", 1, "{\"file\":\"/\",\"contains\":\"${BIG}y\"}");
	RUN(&run, "--validate");
	EXPECT(&run, 0, "health.json: 1 check\n", "");
	write_checks("", 1, "{\"file\":\"/\",\"contains\":\"${BIG}$$z\"}");
	RUN(&run, "--validate");
	EXPECT_ERROR(&run,
		"health.json:1:35: checks[0].contains: must be at most 8 KiB after "
		"expansion");
	RUN(&run, "--file", "${BIG}yz");
	EXPECT_ERROR(&run, "--file: must be at most 8 KiB after expansion");
}

/* More than any configuration needs, out of a small one. */
static void
test_memory(void **state)
{
	/* the headers alone, and the headers with the request that is made of them */
	static const struct {
		int line, count;
		const char *words;
	} rows[] = {
		{ __LINE__, 1000, "1:" NUMBER ": checks[0].headers.X-" NUMBER ": " },
		{ __LINE__, 300, "1:12: checks[0]: " },
		{ __LINE__, 250, "1:12: checks[0]: " },
	};
	char *text = support_memory(STRING), *config = support_memory(1000 * 32);
	struct run run = { 0 };

	(void)state;
	memset(text, 'x', STRING - 1);
	run.environment[0] = support_format("BIG=%s", text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t at =
			(size_t)sprintf(config, "{\"http\":\"http://127.0.0.1/\",\"headers\":{");

		for (int j = 0; j < rows[i].count; j++)
			at += (size_t)sprintf(config + at, "%s\"X-%d\":\"${BIG}\"", j ? "," : "",
				j);
		strcpy(config + at, "}}");
		write_checks("", 1, config);
		RUN_BARE(&run);
		run_expect_error(&run, rows[i].line,
			support_format("health.json:%sthe configuration takes too much memory",
				rows[i].words));
	}
	support_settle();
}

/* Where a run uses up its memory, its verdict still comes out. */
static void
test_memory_of_run(void **state)
{
	static const struct {
		int line;
		enum nameserver_action action;
	} rows[] = { { __LINE__, TRUNCATES_SILENT }, { __LINE__, TRUNCATES_ALL },
		{ __LINE__, TRUNCATES } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct nameserver server = { 0 };
		struct run run = { 0 };

		NAMESERVER(&server, { .action = rows[i].action, .addresses = { "127.0.0.5" } });
		folder_path("root/x");
		write_checks("", CHECKS, "{\"tcp\":\"db.test:1\"}");
		run.root = namespace_root("nameserver 127.0.0.1\n", "");
		assert_int_equal(rename(folder_path("health.json"),
					 folder_path("root/health.json")),
			0);
		RUN(&run, "-t", "3s");
		if (run.status != 1 || run.err_size > 0 || run.out_size > 4000 ||
			!run_matches(run_first_line(&run),
				"unhealthy: 1024 of 1024 checks failed in " NUMBER " ms"))
			support_complain("line %d: status %d: %s%s", rows[i].line, run.status,
				run.out, run.err);
		/* the next row's server wants the port */
		support_renew();
	}
	support_settle();
}

/* no child and no thread, whatever a check needs */
static void
test_one_process(void **state)
{
	struct nameserver server = { 0 };
	struct peer peer = { .address = "127.0.0.5" };
	struct run run = { .alone = true };

	(void)state;
	NAMESERVER(&server, { .action = TRUNCATES, .addresses = { "127.0.0.5" } });
	PEER(&peer, REQUEST, SEND("HTTP/1.1 200 OK\r\n\r\n"));
	run.root = namespace_root("nameserver 127.0.0.1\n", "");
	RUN(&run, "--http", support_format("http://db.test:%u/", peer.port), "--tcp",
		support_format("127.0.0.5:%u", peer.port), "--file", "/");
	EXPECT(&run, 0, HEALTHY("3"), "");
}

static void
test_header_block(void **state)
{
	static const char status[] = "HTTP/1.1 200 OK\r\nX-Filler: ", end[] = "\r\n\r\n";
	static char filler[HEADERS];
	const size_t left = HEADERS - (sizeof(status) - 1) - (sizeof(end) - 1);
	const struct answer_row rows[] = {
		{ ROW, NULL, { REQUEST, SEND(status), SEND_BYTES(filler, left), SEND(end) }, true,
			"status 200" },
		{ ROW, NULL, { REQUEST, SEND(status), SEND_BYTES(filler, left + 1), SEND(end) },
			false, "malformed response: the header block is larger than 16 KiB" },
		/* each block has its own 16 KiB */
		{ ROW, NULL,
			{ REQUEST, SEND("HTTP/1.1 103 x\r\nX-Filler: "), SEND_BYTES(filler, left),
				SEND(end), SEND(status), SEND_BYTES(filler, left), SEND(end) },
			true, "status 200" },
	};

	(void)state;
	memset(filler, 'x', sizeof(filler));
	rows_http(rows, COUNT(rows));
}

/* words that are longer than anything means */
static void
test_long_arguments(void **state)
{
	char *text = support_memory(100001);
	struct run run = { 0 };

	(void)state;
	memset(text, 'x', 100000);
	RUN(&run, "--file", text);
	EXPECT_ERROR(&run, "--file: must be at most 8 KiB after expansion");
	RUN(&run, text);
	EXPECT_ERROR(&run,
		support_format("unexpected argument \"%.200s...\", see probe --help", text));
	RUN(&run, "-t", text);
	EXPECT_ERROR(&run,
		support_format("--timeout: a duration is 1ms to 24h, as \"4s\" or \"1m30s\", "
			       "got \"%.200s...\"",
			text));
	text[4000] = '\0';
	RUN(&run, "-c", text);
	EXPECT_ERROR(&run,
		support_format("%.200s...: file name too long while reading the configuration",
			text));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_checks),
		TEST(test_checks_by_option),
		TEST(test_many),
		TEST(test_many_names),
		TEST(test_queue_times_out),
		TEST(test_queue_and_hang),
		TEST(test_queue_and_truncated),
		TEST(test_no_descriptor),
		TEST(test_one_descriptor),
		TEST(test_config_size),
		TEST(test_config_wrong_at_limit),
		TEST(test_config_cut_in_token),
		TEST(test_string_size),
		TEST(test_memory),
		TEST(test_memory_of_run),
		TEST(test_one_process),
		TEST(test_header_block),
		TEST(test_long_arguments),
	};

	namespace_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
