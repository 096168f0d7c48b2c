#include "http.h"
#include "unit.h"

#define BAD_LENGTH "BROKEN or contradictory Content-Length"
#define BAD_CODING "200 BROKEN body: its Transfer-Encoding is not just chunked"
#define OK "HTTP/1.1 200 OK\r\n"
#define LENGTH "Content-Length: "
#define CHUNKED OK "Transfer-Encoding: chunked\r\n\r\n"

static void
rest_of_stream(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES(OK "\r\n"), "200 END" },
		{ __LINE__, BYTES(OK "\r\nhello"), "200 [hello] END" },
		{ __LINE__, BYTES(OK "\r\n\r\n\r\n"), "200 [\r\n\r\n] END" },
		{ __LINE__, BYTES("HTTP/1.0 200 OK\n\nHTTP/1.1 200 OK\n\n"),
			"200 [HTTP/1.1 200 OK\n\n] END" },
		{ __LINE__, BYTES("HTTP/1.1 503 No\r\n\r\ngone"), "503 [gone] END" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, false, rows[i].wanted);
}

static void
lengths(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES(OK LENGTH "5\r\n\r\nhello"), "200 [hello] END" },
		{ __LINE__, BYTES(OK LENGTH "5\r\n\r\nhello, and more"), "200 [hello] END" },
		{ __LINE__, BYTES(OK LENGTH "0\r\n\r\nmore"), "200 END" },
		{ __LINE__, BYTES(OK LENGTH "0\r\n\r\n"), "200 END" },
		{ __LINE__, BYTES(OK LENGTH "5\r\n\r\nhell"), "200 [hell] CUT" },
		{ __LINE__, BYTES(OK LENGTH "5\r\n\r\n"), "200 CUT" },
		{ __LINE__, BYTES(OK "content-LENGTH:\t 5 \t\r\n\r\nhello"), "200 [hello] END" },
		{ __LINE__, BYTES(OK LENGTH "005\r\n\r\nhello"), "200 [hello] END" },
		{ __LINE__, BYTES(OK LENGTH "2\r\n" LENGTH "2\r\n\r\nhi"), "200 [hi] END" },
		{ __LINE__, BYTES(OK LENGTH "2, 2\r\n\r\nhi"), "200 [hi] END" },
		{ __LINE__, BYTES(OK LENGTH "2,2 ,\t2\r\n\r\nhi"), "200 [hi] END" },
		{ __LINE__, BYTES(OK LENGTH "900000000000000000\r\n\r\nhi"), "200 [hi] CUT" },
		{ __LINE__, BYTES(OK LENGTH "2\r\n" LENGTH "3\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "2, 3\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH ",2\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "2;3\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "+2\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "-2\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "2 2\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "2.0\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "0x2\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "two\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "\xb2\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "2\0\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "9223372036854775808\r\n\r\n"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "18446744073709551618\r\n\r\nhi"), BAD_LENGTH },
		{ __LINE__, BYTES(OK LENGTH "99999999999999999999999999999\r\n\r\n"), BAD_LENGTH },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, false, rows[i].wanted);
}

static void
codings(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES(CHUNKED "0\r\n\r\n"), "200 END" },
		{ __LINE__, BYTES(OK "TRANSFER-encoding:  CHUNKED \r\n\r\n0\r\n\r\n"), "200 END" },
		{ __LINE__, BYTES(OK "Transfer-Encoding: , chunked,\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
			"200 [hi] END" },
		/* the length is of no account beside it, RFC 9112, 6.3 */
		{ __LINE__,
			BYTES(OK LENGTH
				"1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
			"200 [hi] END" },
		{ __LINE__,
			BYTES(OK "Transfer-Encoding: chunked\r\n" LENGTH
				 "1\r\n\r\n2\r\nhi\r\n0\r\n\r\n"),
			"200 [hi] END" },
		{ __LINE__, BYTES(OK "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
			BAD_CODING },
		{ __LINE__,
			BYTES(OK
				"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
			BAD_CODING },
		{ __LINE__, BYTES(OK "Transfer-Encoding: gzip\r\n\r\nhi"), BAD_CODING },
		{ __LINE__, BYTES(OK "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
			BAD_CODING },
		{ __LINE__, BYTES(OK "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n"),
			BAD_CODING },
		{ __LINE__, BYTES(OK "Transfer-Encoding: chunked gzip\r\n\r\n0\r\n\r\n"),
			BAD_CODING },
		{ __LINE__, BYTES(OK "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), BAD_CODING },
		{ __LINE__,
			BYTES(OK
				"Transfer-Encoding: chunkedchunkedchunkedchunked\r\n\r\n0\r\n\r\n"),
			BAD_CODING },
		{ __LINE__, BYTES(OK "Transfer-Encoding: gzip\r\n\r\n"), BAD_CODING },
		{ __LINE__, BYTES(OK "Transfer-Encoding:\r\n\r\nhi"), "200 [hi] END" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, false, rows[i].wanted);
}

static void
chunks(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES(CHUNKED "5\r\nhello\r\n0\r\n\r\n"), "200 [hello] END" },
		{ __LINE__, BYTES(CHUNKED "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\nmore"),
			"200 [hello] END" },
		{ __LINE__, BYTES(CHUNKED "5\nhello\n0\n\n"), "200 [hello] END" },
		{ __LINE__, BYTES(CHUNKED "A\r\n0123456789\r\n0\r\n\r\n"), "200 [0123456789] END" },
		{ __LINE__,
			BYTES(CHUNKED
				"00000000000000000000000000000000a\r\n0123456789\r\n000\r\n\r\n"),
			"200 [0123456789] END" },
		{ __LINE__, BYTES(CHUNKED "2\r\n\r\n\r\n0\r\n\r\n"), "200 [\r\n] END" },
		/* extensions */
		{ __LINE__, BYTES(CHUNKED "2;a\r\nhi\r\n0;b=c\r\n\r\n"), "200 [hi] END" },
		{ __LINE__, BYTES(CHUNKED "2 ; a=\"b; c\"\r\nhi\r\n0\t\r\n\r\n"), "200 [hi] END" },
		{ __LINE__, BYTES(CHUNKED "2  \r\nhi\r\n0\r\n\r\n"), "200 [hi] END" },
		/* trailers */
		{ __LINE__, BYTES(CHUNKED "2\r\nhi\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n"),
			"200 [hi] END" },
		{ __LINE__, BYTES(CHUNKED "0\nX: y\n\n"), "200 END" },
		/* broken */
		{ __LINE__, BYTES(CHUNKED "\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED ";a\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED " 2\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "-2\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "+2\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "0x2\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "2h\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "g\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "\0\r\nhi"), "200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "2\r\nhi0\r\n\r\n"),
			"200 [hi] BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "2\r\nhix\r\n0\r\n\r\n"),
			"200 [hi] BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "2\r\nhi\rx\r\n0\r\n\r\n"),
			"200 [hi] BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "2\r\nhi\r\n\r\n"), "200 [hi] BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "<html>\n"), "200 BROKEN chunk in the body" },
		/* sizes */
		{ __LINE__, BYTES(CHUNKED "3ffffffffffffff\r\nhi"), "200 [hi] CUT" },
		{ __LINE__, BYTES(CHUNKED "10000000000000000\r\nhi"),
			"200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "10000000000000002\r\nhi\r\n0\r\n\r\n"),
			"200 BROKEN chunk in the body" },
		{ __LINE__, BYTES(CHUNKED "ffffffffffffffffffff\r\nhi"),
			"200 BROKEN chunk in the body" },
		/* cut short */
		{ __LINE__, BYTES(CHUNKED), "200 CUT" },
		{ __LINE__, BYTES(CHUNKED "5"), "200 CUT" },
		{ __LINE__, BYTES(CHUNKED "5\r\nhel"), "200 [hel] CUT" },
		{ __LINE__, BYTES(CHUNKED "5\r\nhello"), "200 [hello] CUT" },
		{ __LINE__, BYTES(CHUNKED "5\r\nhello\r\n"), "200 [hello] CUT" },
		{ __LINE__, BYTES(CHUNKED "5\r\nhello\r\n0\r\n"), "200 [hello] CUT" },
		{ __LINE__, BYTES(CHUNKED "0\r\nX: y\r\n"), "200 CUT" },
		{ __LINE__, BYTES(CHUNKED "0\r\n\r"), "200 CUT" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, false, rows[i].wanted);
}

/* what is neither a header nor content does not go on for ever */
static void
endless_lines(void **state)
{
	static const struct {
		int line;
		const char *start, *again;
	} rows[] = {
		{ __LINE__, CHUNKED "2;", "x" },
		{ __LINE__, CHUNKED "1", "0" },
		{ __LINE__, CHUNKED "0\r\nX: ", "x" },
		{ __LINE__, CHUNKED "0\r\n", "X: y\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = unit_arena();
		struct text text;

		text_open(&text, &arena, SIZE_MAX);
		text_print(&text, rows[i].start);
		while (text.length < HTTP_HEADERS_LIMIT + 200)
			text_print(&text, rows[i].again);
		row_http(rows[i].line, unit_written(&text), false, "200 BROKEN chunk in the body");
	}
}

/* A chunk's size with many zeros before it is that size, or malformed; it is not 0. */
static void
many_zeros(void **state)
{
	(void)state;
	for (size_t zeros = 1; zeros < 600; zeros++) {
		struct arena arena = unit_arena();
		struct slice more = unit_repeat(&arena, '0', zeros);
		struct text text, said;

		text_open(&text, &arena, SIZE_MAX);
		text_print(&text, CHUNKED "%r5\r\nhello\r\n0\r\n\r\n", more);
		said = unit_http(__FILE__, __LINE__, unit_written(&text), false);
		if (!slice_is(unit_written(&said), "200 [hello] END"))
			assert_text(said, "200 BROKEN chunk in the body");
	}
}

/* each chunk's line is counted for itself */
static void
many_chunks(void **state)
{
	struct arena arena = unit_arena();
	struct text answer, wanted;

	(void)state;
	text_open(&answer, &arena, SIZE_MAX);
	text_print(&answer, CHUNKED);
	for (unsigned i = 0; i < 3000; i++)
		text_print(&answer, "1;extension\r\nx\r\n");
	text_print(&answer, "0\r\n\r\n");
	text_keep(&arena, &answer);
	text_open(&wanted, &arena, SIZE_MAX);
	text_print(&wanted, "200 [");
	for (unsigned i = 0; i < 3000; i++)
		text_char(&wanted, 'x');
	text_print(&wanted, "] END");
	row_http(__LINE__, unit_written(&answer), false, text_keep(&arena, &wanted).bytes);
}

static void
without_body(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		bool head_request;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES(OK LENGTH "5\r\n\r\n"), true, "200 END" },
		{ __LINE__, BYTES(OK LENGTH "5\r\n\r\nhello"), true, "200 END" },
		{ __LINE__, BYTES(OK "\r\nhello"), true, "200 END" },
		{ __LINE__, BYTES(CHUNKED), true, "200 END" },
		{ __LINE__, BYTES(OK "Transfer-Encoding: gzip\r\n\r\n"), true, "200 END" },
		{ __LINE__, BYTES("HTTP/1.1 100 C\r\n\r\n" OK LENGTH "5\r\n\r\n"), true,
			"200 END" },
		{ __LINE__, BYTES("HTTP/1.1 204 No Content\r\n\r\nhello"), false, "204 END" },
		{ __LINE__, BYTES("HTTP/1.1 204 No Content\r\n" LENGTH "5\r\n\r\n"), false,
			"204 END" },
		{ __LINE__, BYTES("HTTP/1.1 304 Not Modified\r\n" LENGTH "5\r\n\r\n"), false,
			"304 END" },
		{ __LINE__, BYTES("HTTP/1.1 304 N\r\nTransfer-Encoding: chunked\r\n\r\n"), false,
			"304 END" },
		{ __LINE__, BYTES("HTTP/1.1 205 Reset\r\n" LENGTH "2\r\n\r\nhi"), false,
			"205 [hi] END" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, rows[i].head_request, rows[i].wanted);
}

static void
may_have_body(void **state)
{
	static const struct {
		int line;
		const char *answer;
		bool head_request, may;
	} rows[] = {
		{ __LINE__, OK "\r\n", false, true },
		{ __LINE__, OK "\r\n", true, false },
		{ __LINE__, "HTTP/1.1 404 N\r\n\r\n", false, true },
		{ __LINE__, "HTTP/1.1 204 N\r\n\r\n", false, false },
		{ __LINE__, "HTTP/1.1 304 N\r\n\r\n", false, false },
		{ __LINE__, "HTTP/1.1 101 S\r\n\r\n", false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice input = slice_of(rows[i].answer);
		struct http_response response;

		http_open(&response, rows[i].head_request);
		row_equal(rows[i].line, http_feed(&response, &input), HTTP_HEAD);
		row_equal(rows[i].line, !response.bodiless, rows[i].may);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rest_of_stream),
		cmocka_unit_test(lengths),
		cmocka_unit_test(codings),
		cmocka_unit_test(chunks),
		cmocka_unit_test(endless_lines),
		cmocka_unit_test(many_zeros),
		cmocka_unit_test(many_chunks),
		cmocka_unit_test(without_body),
		cmocka_unit_test(may_have_body),
	};

	return cmocka_run_group_tests_name("http: body", tests, NULL, NULL);
}
