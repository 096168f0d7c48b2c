/* HTTP: the status line, the header block, and what cuts them short */
#include "rows.h"

#define OK_HEAD "HTTP/1.1 200 OK\r\n"

static void
test_status(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "\r\n") }, true, "status 200" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 299 \r\n\r\n") }, true, "status 299" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 204 No Content\r\n\r\n") }, true,
			"status 204" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 503 Busy\r\n\r\n") }, false,
			"status 503, want 2xx" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 999 Odd\r\n\r\n") }, false,
			"status 999, want 2xx" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 304 Not Modified\r\n\r\n") }, false,
			"status 304, want 2xx" },
		/* HTTP/1.0, no reason, no space before it, bare LF */
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.0 200 OK\r\n\r\n") }, true, "status 200" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 200\r\n\r\n") }, true, "status 200" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 200\n\n") }, true, "status 200" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 200 OK\nA: b\n\n") }, true, "status 200" },
		/* the verdict falls when the header block ends, whatever the body does */
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "Content-Length: 10\r\n\r\n"), SILENT }, true,
			"status 200" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "\r\n"), ENDLESS("body") }, true,
			"status 200" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "\r\n"), RESET }, true, "status 200" },
		/* before the request has come */
		{ ROW, NULL, { SEND(OK_HEAD "\r\n"), SILENT }, true, "status 200" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_wanted_status(void **state)
{
#define ANSWER(code) \
	{ \
		REQUEST, SEND("HTTP/1.1 " code " x\r\n\r\n") \
	}
	static const struct answer_row rows[] = {
		{ ROW, "\"status\": 204", ANSWER("204"), true, "status 204" },
		{ ROW, "\"status\": 204", ANSWER("200"), false, "status 200, want 204" },
		{ ROW, "\"status\": \"401\"", ANSWER("401"), true, "status 401" },
		{ ROW, "\"status\": \"3xx\"", ANSWER("302"), true, "status 302" },
		{ ROW, "\"status\": \"3xx\"", ANSWER("399"), true, "status 399" },
		{ ROW, "\"status\": \"3xx\"", ANSWER("400"), false, "status 400, want 3xx" },
		{ ROW, "\"status\": \"200-299,401\"", ANSWER("200"), true, "status 200" },
		{ ROW, "\"status\": \"200-299,401\"", ANSWER("299"), true, "status 299" },
		{ ROW, "\"status\": \"200-299,401\"", ANSWER("401"), true, "status 401" },
		{ ROW, "\"status\": \"200-299,401\"", ANSWER("300"), false,
			"status 300, want 200-299,401" },
		{ ROW, "\"status\": \"204,3xx\"", ANSWER("200"), false,
			"status 200, want 204,3xx" },
		{ ROW, "\"status\": \"204,3xx\"", ANSWER("300"), true, "status 300" },
		{ ROW, "\"status\": \"100-599\"", ANSWER("599"), true, "status 599" },
		{ ROW, "\"status\": \"${NONE:-418}\"", ANSWER("418"), true, "status 418" },
	};
#undef ANSWER

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_redirect(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n") },
			false, "status 302 to /login, want 2xx" },
		{ ROW, NULL,
			{ REQUEST, SEND("HTTP/1.1 301 x\r\nlocation:https://a.test/b \r\n\r\n") },
			false, "status 301 to https://a.test/b, want 2xx" },
		{ ROW, "\"status\": 302",
			{ REQUEST, SEND("HTTP/1.1 302 x\r\nLocation: /login\r\n\r\n") }, true,
			"status 302" },
		/* whatever it says, its bytes are made safe */
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 302 x\r\nLocation: /a\033[31m\r\n\r\n") },
			false, "status 302 to /a\\x1b[31m, want 2xx" },
		/* not a redirect */
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 302 x\r\n\r\n") }, false,
			"status 302, want 2xx" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 503 x\r\nLocation: /login\r\n\r\n") }, false,
			"status 503, want 2xx" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

/* It is not followed: nobody connects a second time. */
static void
test_redirect_not_followed(void **state)
{
	struct peer elsewhere = { 0 }, peer = { 0 };
	struct run run = { 0 };
	const char *answer, *target;

	(void)state;
	PEER(&elsewhere, REQUEST, SEND(OK_HEAD "\r\n"));
	answer = support_format("HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:%u/\r\n\r\n",
		elsewhere.port);
	PEER(&peer, REQUEST, SEND_BYTES(answer, strlen(answer)));
	target = support_format("http://127.0.0.1:%u/", peer.port);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, false, target,
		support_format("status 302 to http://127.0.0.1:%u/, want 2xx", elsewhere.port));
	assert_int_equal(peer_accepted(&peer), 1);
	assert_int_equal(peer_accepted(&elsewhere), 0);
}

static void
test_interim(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, NULL,
			{ REQUEST, SEND("HTTP/1.1 100 Continue\r\n\r\n"), SEND(OK_HEAD "\r\n") },
			true, "status 200" },
		{ ROW, NULL,
			{ REQUEST, SEND("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"),
				SEND("HTTP/1.1 500 x\r\n\r\n") },
			false, "status 500, want 2xx" },
		{ ROW, NULL,
			{ REQUEST,
				SEND("HTTP/1.1 100 x\r\n\r\nHTTP/1.1 103 x\r\nA: b\r\n\r\n" OK_HEAD
				     "\r\n") },
			true, "status 200" },
		/* its Location and its length are not the final answer's */
		{ ROW, "\"contains\": \"b\"",
			{ REQUEST,
				SEND("HTTP/1.1 103 x\r\nContent-Length: 1\r\nLocation: /a\r\n\r\n"),
				SEND(OK_HEAD "Content-Length: 2\r\n\r\nab") },
			true, "status 200" },
		{ ROW, NULL,
			{ REQUEST, SEND("HTTP/1.1 103 x\r\nLocation: /a\r\n\r\n"),
				SEND("HTTP/1.1 302 x\r\n\r\n") },
			false, "status 302, want 2xx" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 100 x\r\n\r\n") }, false,
			"connection closed while waiting for the status line" },
		/* nothing of HTTP/1 follows it */
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 101 Switching\r\n\r\n"), SILENT }, false,
			"status 101, want 2xx" },
		{ ROW, "\"status\": \"1xx\"", { REQUEST, SEND("HTTP/1.1 101 x\r\n\r\n"), SILENT },
			true, "status 101" },
		{ ROW, "\"timeout\": \"300ms\"",
			{ REQUEST, SEND("HTTP/1.1 100 x\r\n\r\n"), SILENT }, false,
			"timed out after 300 ms while waiting for the status line" },
		{ ROW, "\"timeout\": \"300ms\"", { REQUEST, ENDLESS("HTTP/1.1 100 x\r\n\r\n") },
			false, "timed out after 300 ms while " ANYTHING },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_cut_short(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, NULL, { REQUEST }, false,
			"connection closed while waiting for the status line" },
		{ ROW, NULL, { REQUEST, CLOSE }, false,
			"connection closed while waiting for the status line" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 20") }, false,
			"connection closed while waiting for the status line" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD) }, false,
			"connection closed while reading headers" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "A: b\r\n") }, false,
			"connection closed while reading headers" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "A: b\r\n\r") }, false,
			"connection closed while reading headers" },
		{ ROW, NULL, { REQUEST, RESET }, false,
			"connection reset while waiting for the status line" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "A: "), PAUSE(50), RESET }, false,
			"connection reset while reading headers" },
		/* accepted and closed at once: how it ends is a race of two packets */
		{ ROW, NULL, { CLOSE }, false, "connection " ANYTHING " the status line" },
		{ ROW, NULL, { RESET }, false, "connection " ANYTHING },
		{ ROW, "\"timeout\": \"300ms\"", { SILENT }, false,
			"timed out after 300 ms while waiting for the status line" },
		{ ROW, "\"timeout\": \"300ms\"", { REQUEST, SEND("HTTP/1.1 200"), SILENT }, false,
			"timed out after 300 ms while waiting for the status line" },
		{ ROW, "\"timeout\": \"300ms\"", { REQUEST, SEND(OK_HEAD), SILENT }, false,
			"timed out after 300 ms while reading headers" },
		{ ROW, "\"timeout\": \"300ms\"", { REQUEST, SEND(OK_HEAD), TRICKLE("A", 10) },
			false, "timed out after 300 ms while reading headers" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_byte_by_byte(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, NULL, { REQUEST, DRIP(OK_HEAD "Server: x\r\n\r\n") }, true, "status 200" },
		{ ROW, NULL, { REQUEST, DRIP("HTTP/1.1 302 x\r\nLocation: /a\r\n\r\n") }, false,
			"status 302 to /a, want 2xx" },
		{ ROW, "\"contains\": \"good\"",
			{ REQUEST,
				DRIP(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"
					     "3;a=b\r\ngog\r\n003\r\nood\r\n0\r\nT: x\r\n\r\n") },
			true, "status 200" },
		{ ROW, "\"contains\": \"gone\"",
			{ REQUEST,
				DRIP("HTTP/1.1 100 x\r\n\r\n" OK_HEAD
				     "Content-Length: 4\r\n\r\ngood") },
			false, "the body does not contain \"gone\"" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_malformed(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 20 OK\r\n\r\n") }, false,
			"malformed status line" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 2000 OK\r\n\r\n") }, false,
			"malformed status line" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 2x0 OK\r\n\r\n") }, false,
			"malformed status line" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 -20 OK\r\n\r\n") }, false,
			"malformed status line" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 099 OK\r\n\r\n") }, false,
			"malformed status line" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1\t200 OK\r\n\r\n") }, false,
			"malformed status line" },
		/* a version has digits */
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.x 200 OK\r\n\r\n") }, false,
			"malformed status line" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1. 200 OK\r\n\r\n") }, false,
			"malformed status line" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD ": b\r\n\r\n") }, false,
			"malformed header line" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "A b: c\r\n\r\n") }, false,
			"malformed header line" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "A : c\r\n\r\n") }, false,
			"malformed header line" },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "no colon\r\n\r\n") }, false,
			"malformed header line" },
		{ ROW, NULL, { REQUEST, SEND("-ERR unknown command\r\n") }, false,
			"the answer is not HTTP/1, it starts with \"-ERR unk\"" },
		{ ROW, NULL, { REQUEST, SEND("HTTP/2 200\r\n\r\n") }, false,
			"the answer is not HTTP/1, it starts with \"HTTP/2 2\"" },
		{ ROW, NULL, { REQUEST, SEND("\x15\x03\x01\x00\x02\x02\x50") }, false,
			"the answer is not HTTP/1, it starts with "
			"\"\\x15\\x03\\x01\\x00\\x02\\x02P\"" },
		{ ROW, NULL, { REQUEST, SEND("no") }, false,
			"the answer is not HTTP/1, it starts with \"no\"" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_endless_headers(void **state)
{
#define TOO_LONG "malformed response: the header block is larger than 16 KiB"
	static const struct answer_row rows[] = {
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD), ENDLESS("X-Filler: filler\r\n") }, false,
			TOO_LONG },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD "X: "), ENDLESS("filler") }, false, TOO_LONG },
		{ ROW, NULL, { REQUEST, SEND(OK_HEAD), ENDLESS("Filler") }, false, TOO_LONG },
		{ ROW, NULL, { REQUEST, SEND("HTTP/1.1 200 "), ENDLESS("reason ") }, false,
			TOO_LONG },
	};
#undef TOO_LONG

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_targets(void **state)
{
	struct peer v4 = { 0 }, v6 = { .address = "::1" }, local = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	PEER(&v4, REQUEST, SEND(OK_HEAD "\r\n"));
	PEER(&v6, REQUEST, SEND(OK_HEAD "\r\n"));
	local.address = folder_path("app.sock");
	PEER(&local, REQUEST, SEND(OK_HEAD "\r\n"));
	target = support_format("http://127.0.0.1:%u", v4.port);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, true, target, "status 200");
	target = support_format("HTTP://127.0.0.1:%u?q", v4.port);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, true, target, "status 200");
	target = support_format("http://[::1]:%u/", v6.port);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, true, target, "status 200");
	target = support_format("http://unix:%s:/healthz", local.address);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, true, target, "status 200");
	target = support_format("http://unix:%s", local.address);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, true, target, "status 200");
}

static void
test_unix_failures(void **state)
{
	struct peer stale = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	stale.address = folder_path("stale.sock");
	peer_refuse(&stale);
	target = support_format("http://unix:%s:/", stale.address);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, false, target, "connection refused");
	target = support_format("http://unix:%s:/", folder_path("none.sock"));
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, false, target, "no such file or directory");
	target = support_format("http://unix:%s:/", folder_text("file", "x"));
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, false, target, "connection refused");
}

static void
test_refused(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	peer_refuse(&peer);
	target = support_format("http://127.0.0.1:%u/", peer.port);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, false, target, "connection refused");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status),
		TEST(test_wanted_status),
		TEST(test_redirect),
		TEST(test_redirect_not_followed),
		TEST(test_interim),
		TEST(test_cut_short),
		TEST(test_byte_by_byte),
		TEST(test_malformed),
		TEST(test_endless_headers),
		TEST(test_targets),
		TEST(test_unix_failures),
		TEST(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
