/* one deadline over everything, and all checks together under it */
#include "rows.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

/* Each phase ends at the deadline, with its name; connecting and resolving have tests of
 * their own. A peer that goes on talking is as bad as one that is silent. */
static void
test_http_phases(void **state)
{
#define SHORT "\"timeout\": \"300ms\""
#define AFTER "timed out after 300 ms while "
	static const struct answer_row rows[] = {
		{ ROW, SHORT, { SILENT }, false, AFTER "waiting for the status line" },
		{ ROW, SHORT, { STUCK }, false, AFTER "waiting for the status line" },
		{ ROW, SHORT, { REQUEST, SEND(OK_HEAD), SILENT }, false, AFTER "reading headers" },
		{ ROW, SHORT, { REQUEST, SEND(OK_HEAD), TRICKLE("A: b\r\n", 20) }, false,
			AFTER "reading headers" },
		{ ROW, SHORT ", \"contains\": \"x\"", { REQUEST, SEND(OK_HEAD "\r\n"), SILENT },
			false, AFTER "reading the body" },
		{ ROW, SHORT ", \"contains\": \"x\"",
			{ REQUEST, SEND(OK_HEAD "Content-Length: 9999\r\n\r\n"), TRICKLE("a", 20) },
			false, AFTER "reading the body" },
		{ ROW, SHORT ", \"contains\": \"x\"",
			{ REQUEST, SEND(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"),
				TRICKLE("1\r\na\r\n", 20) },
			false, AFTER "reading the body" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_tcp_phases(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, SHORT ", \"contains\": \"x\"", { SILENT }, false, AFTER "reading" },
		{ ROW, SHORT ", \"contains\": \"x\"", { TRICKLE("a", 20) }, false,
			AFTER "reading" },
	};

	(void)state;
	rows_tcp(rows, COUNT(rows));
}
#undef SHORT
#undef AFTER

/* More than a socket's buffers hold, to a peer that does not read. */
static void
test_sending(void **state)
{
	enum { HEADERS = 100, SIZE = 8000 };
	struct run run = { 0 };
	struct peer peer = { 0 };
	char *big = support_memory(SIZE + 1), *config = support_memory(HEADERS * 32 + 256);
	const char *target;
	size_t length;

	(void)state;
	peer.address = folder_path("app.sock");
	PEER(&peer, STUCK);
	memset(big, 'x', SIZE);
	run.environment[0] = support_format("BIG=%s", big);
	target = support_format("http://unix:%s:/", peer.address);
	length = (size_t)sprintf(config, "{\"checks\": [{\"http\": \"%s\", \"headers\": {", target);
	for (int i = 0; i < HEADERS; i++)
		length += (size_t)sprintf(config + length, "%s\"X-%d\": \"${BIG}\"", i ? ", " : "",
			i);
	strcpy(config + length, "}}]}");
	folder_text("health.json", config);
	RUN(&run, "--once", "-t", "500ms");
	EXPECT_CHECK(&run, false, target, "timed out after 500 ms while sending");
}

/* A check's own deadline, never past the run's. */
static void
test_own_timeout(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };
	unsigned port;

	(void)state;
	PEER(&peer, SILENT);
	port = peer.port;
	folder_text("health.json",
		support_format(
			"{\"timeout\": \"900ms\", \"checks\": ["
			"{\"name\": \"a\", \"http\": \"http://127.0.0.1:%u/\", \"timeout\": \"200ms\"},"
			"{\"name\": \"b\", \"http\": \"http://127.0.0.1:%u/\"},"
			"{\"name\": \"c\", \"http\": \"http://127.0.0.1:%u/\", \"timeout\": \"1h\"},"
			"{\"name\": \"d\", \"file\": \"/\", \"timeout\": \"1ms\"}]}",
			port, port, port));
	RUN_BARE(&run);
#define AFTER(name, ms) \
	"FAIL " name " http://127.0.0.1:%u/: timed out after " ms \
	" ms while waiting for the status line\n"
	EXPECT(&run, 1,
		support_format("unhealthy: 3 of 4 checks failed in " NUMBER
			       " ms\n" AFTER("a", "200") AFTER("b", "900") AFTER("c", "900"),
			port, port, port),
		"");
#undef AFTER
}

/* 4 s where nothing is said. */
static void
test_default_timeout(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	PEER(&peer, SILENT);
	target = support_format("http://127.0.0.1:%u/", peer.port);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, false, target,
		"timed out after 4000 ms while waiting for the status line");
	assert_true(run.took_ms >= 3990);
}

/* Stuck checks share their wait: one after the other they would take 40 s. */
static void
test_stuck_together(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };
	const char *arguments[2 * 40 + 3] = { "-t", "1s" };

	(void)state;
	PEER(&peer, SILENT);
	for (size_t i = 2; i < 82; i += 2) {
		arguments[i] = "--http";
		arguments[i + 1] = support_format("http://127.0.0.1:%u/", peer.port);
	}
	run_probe(&run, arguments);
	assert_int_equal(run.status, 1);
	assert_true(run_matches(run_first_line(&run),
		"unhealthy: 40 of 40 checks failed in " NUMBER " ms"));
	assert_true(run.took_ms < 10000);
}

/* The peer answers nobody before everybody has come. */
static void
test_together(void **state)
{
	enum { ALL = 50 };
	struct peer peer = { .together = ALL };
	struct run run = { 0 };
	const char *arguments[2 * ALL + 3] = { "-t", "20s" };

	(void)state;
	PEER(&peer, REQUEST, SEND(OK_HEAD "\r\n"));
	for (size_t i = 2; i < 2 * ALL + 2; i += 2) {
		arguments[i] = "--http";
		arguments[i + 1] = support_format("http://127.0.0.1:%u/", peer.port);
	}
	run_probe(&run, arguments);
	EXPECT(&run, 0, "healthy: 50 checks passed in " NUMBER " ms\n", "");
}

/* A stuck check delays no other: these take their time one after the other. */
static void
test_not_delayed(void **state)
{
	struct peer stuck = { 0 }, busy = { 0 }, good = { 0 };
	struct run run = { 0 };

	(void)state;
	PEER(&stuck, STUCK);
	PEER(&busy, REQUEST, SEND(OK_HEAD "\r\n"), ENDLESS("filler"));
	PEER(&good, REQUEST, DRIP(OK_HEAD "\r\n"));
	folder_text("health.json",
		support_format(
			"{\"timeout\": \"1s\", \"checks\": ["
			"{\"http\": \"http://127.0.0.1:%u/\", \"optional\": true},"
			"{\"http\": \"http://127.0.0.1:%u/\", \"contains\": \"x\", \"optional\": true},"
			"{\"http\": \"http://127.0.0.1:%u/\"}, {\"file\": \"/\"}]}",
			stuck.port, busy.port, good.port));
	RUN_BARE(&run);
	EXPECT(&run, 0,
		support_format(
			"healthy: 2 checks passed, 2 warnings in " NUMBER " ms\n"
			"WARN http://127.0.0.1:%u/: timed out after 1000 ms while waiting for the "
			"status line\n"
			"WARN http://127.0.0.1:%u/: the body is larger than 64 KiB, its first 64 "
			"KiB do not contain \"x\"\n",
			stuck.port, busy.port),
		"");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_http_phases),
		TEST(test_tcp_phases),
		TEST(test_sending),
		TEST(test_own_timeout),
		TEST(test_default_timeout),
		TEST(test_stuck_together),
		TEST(test_together),
		TEST(test_not_delayed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
