/* HTTP: "contains", and how the end of a body is found */
#include "rows.h"

#define HEAD "HTTP/1.1 200 OK\r\n"
#define LENGTH(n) HEAD "Content-Length: " n "\r\n\r\n"
#define CHUNKED HEAD "Transfer-Encoding: chunked\r\n\r\n"
#define GOOD "\"contains\": \"good\""
#define MISSING "the body does not contain \"good\""
#define CUT "connection closed while reading the body"

static void
test_length(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("4") "good") }, true, "status 200" },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("8") "all good") }, true, "status 200" },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("3") "bad") }, false, MISSING },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("0")) }, false, MISSING },
		/* longer than it says: the rest is not the body */
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("4") "bad good") }, false, MISSING },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("6") "bad good"), SILENT }, false, MISSING },
		/* shorter than it says */
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("10") "bad") }, false, CUT },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("10")) }, false, CUT },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("10") "bad"), RESET }, false,
			"connection reset while reading the body" },
		/* decided as soon as it is certain */
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("1000") "good"), SILENT }, true, "status 200" },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("3") "bad"), SILENT }, false, MISSING },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("9") "go"), PAUSE(20), SEND("od") }, true,
			"status 200" },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("9") "gogogo"), PAUSE(20), SEND("od") }, true,
			"status 200" },
		/* the same length twice is one length, RFC 9112, 6.3 */
		{ ROW, GOOD, { REQUEST, SEND(HEAD "Content-Length: 4, 4\r\n\r\ngood") }, true,
			"status 200" },
		{ ROW, GOOD,
			{ REQUEST,
				SEND(HEAD "Content-Length: 4\r\nContent-Length: 4\r\n\r\ngood") },
			true, "status 200" },
		{ ROW, "\"contains\": \"\\u0000b\"", { REQUEST, SEND(LENGTH("5") "a\0b\0c") }, true,
			"status 200" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_bad_length(void **state)
{
#define BAD "malformed or contradictory Content-Length"
	static const struct answer_row rows[] = {
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("4x") "good") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("-4") "good") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("") "good") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("4 4") "good") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("0x4") "good") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("4, 5") "good") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("99999999999999999999") "good") }, false, BAD },
		{ ROW, GOOD,
			{ REQUEST,
				SEND(HEAD "Content-Length: 4\r\nContent-Length: 5\r\n\r\ngood") },
			false, BAD },
	};
#undef BAD

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_chunked(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "4\r\ngood\r\n0\r\n\r\n") }, true,
			"status 200" },
		/* a text over two chunks */
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "2\r\ngo\r\n2\r\nod\r\n0\r\n\r\n") }, true,
			"status 200" },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "3\r\nbad\r\n0\r\n\r\n") }, false, MISSING },
		/* what belongs to the coding is not the body */
		{ ROW, "\"contains\": \"4\"", { REQUEST, SEND(CHUNKED "4\r\ngood\r\n0\r\n\r\n") },
			false, "the body does not contain \"4\"" },
		{ ROW, GOOD,
			{ REQUEST,
				SEND(CHUNKED "3;good=\"good\"\r\nbad\r\n0\r\ngood: good\r\n\r\n") },
			false, MISSING },
		/* extensions, trailers, sizes in either case and with zeros */
		{ ROW, GOOD,
			{ REQUEST,
				SEND(CHUNKED "0000A;x=y;z\r\n123456good\r\n0;e\r\nA: b\r\n\r\n") },
			true, "status 200" },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "a ; x\r\n123456good\r\n0\r\n\r\n") }, true,
			"status 200" },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "4\ngood\n0\n\n") }, true, "status 200" },
		{ ROW, GOOD,
			{ REQUEST,
				SEND(HEAD
					"TRANSFER-ENCODING: Chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n") },
			true, "status 200" },
		/* the end is known before the connection closes */
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "3\r\nbad\r\n0\r\n\r\n"), SILENT }, false,
			MISSING },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "4\r\ngood"), SILENT }, true, "status 200" },
		/* chunked overrides a length, RFC 9112, 6.3 */
		{ ROW, GOOD,
			{ REQUEST,
				SEND(HEAD "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
					  "4\r\ngood\r\n0\r\n\r\n") },
			true, "status 200" },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "4\r\nba") }, false, CUT },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "3\r\nbad\r\n") }, false, CUT },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "3\r\nbad\r\n0\r\n") }, false, CUT },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED) }, false, CUT },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_bad_chunks(void **state)
{
#define BAD "malformed chunk in the body"
	static const struct answer_row rows[] = {
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "x\r\ngood\r\n0\r\n\r\n") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "\r\ngood\r\n0\r\n\r\n") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "-4\r\ngood\r\n0\r\n\r\n") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "3\r\nbad!\r\n0\r\n\r\n") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "fffffffffffffffff\r\ngood\r\n0\r\n\r\n") },
			false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "3;"), ENDLESS("extension") }, false, BAD },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED "0\r\n"), ENDLESS("Trailer: x\r\n") }, false,
			BAD },
		{ ROW, GOOD, { REQUEST, SEND(HEAD "Transfer-Encoding: gzip\r\n\r\ngood") }, false,
			"malformed body: its Transfer-Encoding is not just chunked" },
		{ ROW, GOOD,
			{ REQUEST,
				SEND(HEAD
					"Transfer-Encoding: gzip, chunked\r\n\r\n4\r\ngood\r\n0\r\n\r\n") },
			false, "malformed body: its Transfer-Encoding is not just chunked" },
		{ ROW, GOOD,
			{ REQUEST,
				SEND(HEAD "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n") },
			false, "malformed body: its Transfer-Encoding is not just chunked" },
	};
#undef BAD

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_until_close(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, GOOD, { REQUEST, SEND(HEAD "\r\nall good") }, true, "status 200" },
		{ ROW, GOOD, { REQUEST, SEND(HEAD "\r\nall bad") }, false, MISSING },
		{ ROW, GOOD, { REQUEST, SEND(HEAD "\r\n") }, false, MISSING },
		{ ROW, GOOD, { REQUEST, SEND("HTTP/1.0 200 OK\r\n\r\nall good") }, true,
			"status 200" },
		{ ROW, GOOD, { REQUEST, SEND(HEAD "\r\ngood"), SILENT }, true, "status 200" },
		{ ROW, GOOD, { REQUEST, SEND(HEAD "\r\nbad"), RESET }, false,
			"connection reset while reading the body" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_no_body(void **state)
{
#define NO_BODY(status) "status " status ", an answer without a body cannot contain \"good\""
	static const struct answer_row rows[] = {
		{ ROW, "\"method\": \"HEAD\"", { REQUEST, SEND(LENGTH("100")), SILENT }, true,
			"status 200" },
		{ ROW, "\"method\": \"HEAD\", " GOOD, { REQUEST, SEND(LENGTH("4")), SILENT }, false,
			NO_BODY("200") },
		{ ROW, "\"method\": \"HEAD\", " GOOD, { REQUEST, SEND(CHUNKED), SILENT }, false,
			NO_BODY("200") },
		{ ROW, GOOD,
			{ REQUEST, SEND("HTTP/1.1 204 x\r\nContent-Length: 4\r\n\r\n"), SILENT },
			false, NO_BODY("204") },
		{ ROW, GOOD, { REQUEST, SEND("HTTP/1.1 204 x\r\n\r\ngood") }, false,
			NO_BODY("204") },
		{ ROW, "\"status\": 304, " GOOD,
			{ REQUEST, SEND("HTTP/1.1 304 x\r\nContent-Length: 4\r\n\r\n"), SILENT },
			false, NO_BODY("304") },
		/* 205 has one, if it must (RFC 9112, 6.3) */
		{ ROW, GOOD, { REQUEST, SEND("HTTP/1.1 205 x\r\nContent-Length: 4\r\n\r\ngood") },
			true, "status 205" },
	};
#undef NO_BODY

	(void)state;
	rows_http(rows, COUNT(rows));
}

static void
test_status_before_content(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, GOOD, { REQUEST, SEND("HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\ngood") },
			false, "status 500, want 2xx" },
		{ ROW, "\"status\": 500, " GOOD,
			{ REQUEST, SEND("HTTP/1.1 500 x\r\nContent-Length: 4\r\n\r\ngood") }, true,
			"status 500" },
		/* the order of the keys does not matter */
		{ ROW, GOOD ", \"status\": 500", { REQUEST, SEND("HTTP/1.1 500 x\r\n\r\ngood") },
			true, "status 500" },
	};

	(void)state;
	rows_http(rows, COUNT(rows));
}

/* 64 KiB are looked at; more fails, unless it was decided before. */
static void
test_long_body(void **state)
{
#define TOO_LONG "the body is larger than 64 KiB, its first 64 KiB do not contain \"good\""
	static char filler[65536 + 8];
	const struct answer_row rows[] = {
		{ ROW, GOOD, { REQUEST, SEND(HEAD "\r\n"), ENDLESS("filler") }, false, TOO_LONG },
		{ ROW, GOOD, { REQUEST, SEND(CHUNKED), ENDLESS("6\r\nfiller\r\n") }, false,
			TOO_LONG },
		{ ROW, GOOD, { REQUEST, SEND(HEAD "\r\ngood"), ENDLESS("filler") }, true,
			"status 200" },
		/* the last four of the bytes that are looked at, and one byte further */
		{ ROW, GOOD,
			{ REQUEST, SEND(HEAD "\r\n"), SEND_BYTES(filler, 65532), SEND("good"),
				ENDLESS("filler") },
			true, "status 200" },
		{ ROW, GOOD,
			{ REQUEST, SEND(HEAD "\r\n"), SEND_BYTES(filler, 65533), SEND("good"),
				ENDLESS("filler") },
			false, TOO_LONG },
		/* exactly as much as may be */
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("65536")), SEND_BYTES(filler, 65536) }, false,
			MISSING },
		{ ROW, GOOD, { REQUEST, SEND(LENGTH("65537")), SEND_BYTES(filler, 65537) }, false,
			TOO_LONG },
		/* without "contains" a body may be as long as it likes */
		{ ROW, NULL, { REQUEST, SEND(HEAD "\r\n"), ENDLESS("filler") }, true,
			"status 200" },
		{ ROW, GOOD ", \"timeout\": \"300ms\"",
			{ REQUEST, SEND(HEAD "\r\n"), TRICKLE("x", 10) }, false,
			"timed out after 300 ms while reading the body" },
	};
#undef TOO_LONG

	(void)state;
	memset(filler, '.', sizeof(filler));
	rows_http(rows, COUNT(rows));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_length),
		TEST(test_bad_length),
		TEST(test_chunked),
		TEST(test_bad_chunks),
		TEST(test_until_close),
		TEST(test_no_body),
		TEST(test_status_before_content),
		TEST(test_long_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
