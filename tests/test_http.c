#include "http.h"
#include "unit.h"

#define BAD_LINE "BROKEN status line"
#define BAD_HEADER "BROKEN header line"
#define TOO_LONG "BROKEN response: the header block is larger than 16 KiB"

static void
status_lines(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES("HTTP/1.1 200 OK\r\n\r\n"), "200 END" },
		{ __LINE__, BYTES("HTTP/1.0 200 OK\r\n\r\n"), "200 END" },
		{ __LINE__, BYTES("HTTP/1.1 200 \r\n\r\n"), "200 END" },
		{ __LINE__, BYTES("HTTP/1.1 200\r\n\r\n"), "200 END" },
		{ __LINE__, BYTES("HTTP/1.1 200\n\n"), "200 END" },
		{ __LINE__, BYTES("HTTP/1.1 200 OK\n\n"), "200 END" },
		{ __LINE__, BYTES("HTTP/1.9 503 Service Unavailable\r\n\r\n"), "503 END" },
		{ __LINE__, BYTES("HTTP/1.1 404 n\xc3\xb6 such page: a\tb\r\n\r\n"), "404 END" },
		{ __LINE__, BYTES("HTTP/1.1 999 odd\r\n\r\n"), "999 END" },
		{ __LINE__, BYTES("HTTP/1.1 20 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1 2000 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1 2x0 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1 099 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1  200 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1\t200 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1 -20 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1 200OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.1\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("HTTP/1.10 200 OK\r\n\r\n"), BAD_LINE },
		{ __LINE__, BYTES("SSH-2.0-OpenSSH_9.2\r\n"), "FOREIGN SSH-2.0-" },
		{ __LINE__, BYTES("HTTP/2 200\r\n\r\n"), "FOREIGN HTTP/2 2" },
		{ __LINE__, BYTES("HTTP/2.0 200 OK\r\n\r\n"), "FOREIGN HTTP/2.0" },
		{ __LINE__, BYTES("HTTP/11 200 OK\r\n\r\n"), "FOREIGN HTTP/11 " },
		{ __LINE__, BYTES("http/1.1 200 OK\r\n\r\n"), "FOREIGN http/1.1" },
		{ __LINE__, BYTES("ICY 200 OK\r\n\r\n"), "FOREIGN ICY 200 " },
		{ __LINE__, BYTES("<html></html>"), "FOREIGN <html></" },
		{ __LINE__, BYTES("\x15\x03\x01"), "FOREIGN \x15\x03\x01" },
		{ __LINE__, BYTES("-ERR"), "FOREIGN -ERR" },
		{ __LINE__, BYTES("HTTQ"), "FOREIGN HTTQ" },
		{ __LINE__, BYTES("+OK\r\n"), "FOREIGN +OK" },
		{ __LINE__, BYTES("HTTP\n\n"), "FOREIGN HTTP" },
		{ __LINE__, BYTES("ABCDEFG\r\n"), "FOREIGN ABCDEFG\r" },
		{ __LINE__, BYTES("\r\nHTTP/1.1 200 OK\r\n\r\n"), "FOREIGN " },
		{ __LINE__, BYTES(""), "CUT" },
		{ __LINE__, BYTES("HTTP"), "CUT" },
		{ __LINE__, BYTES("HTTP/1.1 20"), "CUT" },
		{ __LINE__, BYTES("HTTP/1.1 200"), "CUT" },
		{ __LINE__, BYTES("HTTP/1.1 200 OK"), "CUT" },
		{ __LINE__, BYTES("HTTP/1.1 200 OK\r\n"), "CUT" },
		{ __LINE__, BYTES("HTTP/1.1 200 OK\r\n\r"), "CUT" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, false, rows[i].wanted);
}

#define OK "HTTP/1.1 200 OK\r\n"
#define EMPTY "Content-Length: 0\r\n\r\n"

static void
headers(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES(OK "Server: x\r\nX-A:\r\nX-B:b\r\n" EMPTY), "200 END" },
		{ __LINE__, BYTES("HTTP/1.1 200 OK\nServer: x\nContent-Length: 2\n\nhi"),
			"200 [hi] END" },
		{ __LINE__, BYTES(OK "X: a\nY: b\r\n" EMPTY), "200 END" },
		{ __LINE__, BYTES(OK "!#$%&'*+-.^_`|~09azAZ: x\r\n" EMPTY), "200 END" },
		{ __LINE__, BYTES(OK "X: \x01\xff\0y\r\n" EMPTY), "200 END" },
		{ __LINE__, BYTES(OK "X: a\r\n folded\r\n\tagain\r\n" EMPTY), "200 END" },
		{ __LINE__, BYTES(OK "X:\r\n Content-Length: 5\r\nContent-Length: 0\r\n\r\n"),
			"200 END" },
		/* a folded one that delimits the body is not trusted */
		{ __LINE__, BYTES(OK "Content-Length:\r\n 2\r\n\r\nhi"),
			"BROKEN or contradictory Content-Length" },
		{ __LINE__, BYTES(OK "Content-Length: 2\r\n 2\r\n\r\nhi"), BAD_HEADER },
		{ __LINE__, BYTES(OK "Transfer-Encoding: gzip,\r\n\tchunked\r\n\r\nhi"),
			BAD_HEADER },
		{ __LINE__, BYTES(OK "X : a\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK ": a\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "X\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "X\n\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK " Content-Length: 5\r\n" EMPTY),
			"200 END" }, /* RFC 9112, 2.2 */
		{ __LINE__, BYTES(OK "X(a): b\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "X\xe4: b\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "X\0: b\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "\0: b\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "\rX: b\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "X: b\r\n\rY: c\r\n\r\n"), BAD_HEADER },
		{ __LINE__, BYTES(OK "X: b\r\n"), "CUT" },
		{ __LINE__, BYTES(OK "X"), "CUT" },
		{ __LINE__, BYTES(OK "Content-Length: 5"), "CUT" },
		/* where they lead */
		{ __LINE__, BYTES("HTTP/1.1 302 Found\r\nLocation: /login\r\n" EMPTY),
			"302 to /login END" },
		{ __LINE__, BYTES("HTTP/1.1 302 Found\r\nLOCATION:/a b\r\n" EMPTY),
			"302 to /a b END" },
		{ __LINE__, BYTES("HTTP/1.1 302 Found\r\nLocation: /x \t \r\n" EMPTY),
			"302 to /x END" },
		{ __LINE__, BYTES("HTTP/1.1 302 Found\nlocation: \t/x\n\n"), "302 to /x END" },
		{ __LINE__, BYTES("HTTP/1.1 302 Found\r\nLocation:\r\n" EMPTY), "302 END" },
		{ __LINE__, BYTES("HTTP/1.1 302 Found\r\nLocations: /x\r\nLocatio: /y\r\n" EMPTY),
			"302 END" },
		{ __LINE__, BYTES("HTTP/1.1 103 Hints\r\nLocation: /no\r\n\r\n" OK EMPTY),
			"200 END" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, false, rows[i].wanted);
}

/* two of them are one too many, but they are not glued together */
static void
second_location(void **state)
{
	struct slice answer = SLICE(
		"HTTP/1.1 302 Found\r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
	struct text said = unit_http(__FILE__, __LINE__, answer, false);

	(void)state;
	if (!slice_is(unit_written(&said), "302 to /a END"))
		assert_text(said, "302 to /b END");
}

/* what text_print shows of a location, and more, so that it says so */
static void
long_location(void **state)
{
	struct slice start = SLICE("301 to xxxx");

	(void)state;
	for (size_t size = 100; size < 1000; size += 7) {
		struct arena arena = unit_arena();
		struct slice path = unit_repeat(&arena, 'x', size), said;
		struct text answer, got;

		text_open(&answer, &arena, SIZE_MAX);
		text_print(&answer, "HTTP/1.1 301 Moved\r\nLocation: %r\r\n" EMPTY, path);
		got = unit_http(__FILE__, __LINE__, text_keep(&arena, &answer), false);
		said = unit_written(&got);
		assert_memory_equal(said.bytes, start.bytes, start.length);
		assert_true(said.length >
			strlen("301 to  END") + (size < TEXT_SHOWN ? size - 1 : TEXT_SHOWN));
		assert_true(said.length <= strlen("301 to  END") + size);
	}
}

static void
interim(void **state)
{
	static const struct {
		int line;
		struct slice answer;
		const char *wanted;
	} rows[] = {
		{ __LINE__, BYTES("HTTP/1.1 100 Continue\r\n\r\n" OK EMPTY), "200 END" },
		{ __LINE__,
			BYTES("HTTP/1.1 100\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
			      "HTTP/1.1 503 No\r\n" EMPTY),
			"503 END" },
		{ __LINE__,
			BYTES("HTTP/1.1 102 P\r\nContent-Length: 5\r\n\r\n" OK "\r\nhello, you"),
			"200 [hello, you] END" },
		{ __LINE__, BYTES("HTTP/1.1 199 x\n\nHTTP/1.0 204 y\n\n"), "204 END" },
		{ __LINE__, BYTES("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nbytes"),
			"101 END" },
		{ __LINE__, BYTES("HTTP/1.1 100 Continue\r\n\r\n"), "CUT" },
		{ __LINE__, BYTES("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 2"), "CUT" },
		{ __LINE__, BYTES("HTTP/1.1 100 Continue\r\n\r\nhello, world"),
			"FOREIGN hello, w" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_http(rows[i].line, rows[i].answer, false, rows[i].wanted);
}

/* A header block of that many bytes, the long line of it in the status line or a
 * value, or many short ones, and a body after it. */
static struct slice
block(struct arena *arena, size_t size, unsigned where)
{
	static const char *const before[] = { "HTTP/1.1 200 ", OK "X: ", OK "Location: ", OK };
	static const char *const after[] = { "\r\n\r\n", "\r\n\r\n", "\r\n\r\n", "\r\n" };
	struct text text;

	text_open(&text, arena, SIZE_MAX);
	text_print(&text, before[where]);
	while (text.length + strlen(after[where]) < size) {
		if (where < 3)
			text_char(&text, 'x');
		else
			text_print(&text, (size - text.length) % 4 == 2 ? "a:b\n" : "a:bc\n");
	}
	text_print(&text, after[where]);
	assert_int_equal(text.length, size);
	text_print(&text, "body");
	return text_keep(arena, &text);
}

static void
block_limit(void **state)
{
	(void)state;
	for (unsigned where = 0; where < 4; where++) {
		struct arena arena = unit_arena();
		const char *wanted =
			where == 2 ? NULL : "200 [body] END"; /* the location is shown, too */

		if (wanted)
			row_http(__LINE__, block(&arena, HTTP_HEADERS_LIMIT, where), false, wanted);
		row_http(__LINE__, block(&arena, HTTP_HEADERS_LIMIT + 1, where), false, TOO_LONG);
		row_http(__LINE__, block(&arena, 3 * HTTP_HEADERS_LIMIT, where), false, TOO_LONG);
	}
}

/* an interim response's block is its own */
static void
two_blocks(void **state)
{
	struct arena arena = unit_arena();
	struct slice last = block(&arena, HTTP_HEADERS_LIMIT, 1);
	struct text text;

	(void)state;
	text_open(&text, &arena, SIZE_MAX);
	text_print(&text, "HTTP/1.1 100 Continue\r\nX: ");
	while (text.length < HTTP_HEADERS_LIMIT - 4)
		text_char(&text, 'x');
	text_print(&text, "\r\n\r\n");
	text_slice(&text, last);
	row_http(__LINE__, unit_written(&text), false, "200 [body] END");
}

/* a line that is much longer than what of it counts */
static void
long_lines(void **state)
{
	static const struct {
		int line;
		const char *before, *after, *wanted;
	} rows[] = {
		{ __LINE__, "HTTP/1.1 200 ", "\r\nContent-Length: 0\r\n\r\n", "200 END" },
		{ __LINE__, OK "X: ", "\r\nContent-Length: 0\r\n\r\n", "200 END" },
		{ __LINE__, OK "X: ", "Content-Length: 5\r\nContent-Length: 0\r\n\r\n", "200 END" },
		{ __LINE__, OK "X: ", "\r\n ", "200 END" },
		{ __LINE__, "HTTP/1.1 200OK", "\r\n\r\n", BAD_LINE },
		/* what delimits the body counts whole or not at all */
		{ __LINE__, OK "Content-Length: 0", "\r\n\r\n", BAD_HEADER },
		{ __LINE__, OK "Transfer-Encoding: chunked, ", "\r\n\r\n0\r\n\r\n", BAD_HEADER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = unit_arena();
		struct text text;

		text_open(&text, &arena, SIZE_MAX);
		text_print(&text, "%s%r%s", rows[i].before,
			unit_repeat(&(struct arena){ arena.next + 65536, arena.end }, '0', 400),
			rows[i].after);
		if (strcmp(rows[i].after, "\r\n ") == 0)
			text_print(&text, "x\r\n" EMPTY);
		row_http(rows[i].line, unit_written(&text), false, rows[i].wanted);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_lines),
		cmocka_unit_test(headers),
		cmocka_unit_test(second_location),
		cmocka_unit_test(long_location),
		cmocka_unit_test(interim),
		cmocka_unit_test(block_limit),
		cmocka_unit_test(two_blocks),
		cmocka_unit_test(long_lines),
	};

	return cmocka_run_group_tests_name("http: head", tests, NULL, NULL);
}
