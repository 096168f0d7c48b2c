#include "guard.h"
#include "http.h"
#include "unit.h"

#define HOST "Host: db:8080\r\n"
#define AGENT "User-Agent: probe/" PROBE_VERSION "\r\n"
#define IDENTITY "Accept-Encoding: identity\r\n"
#define CLOSE "Connection: close\r\n"
#define DEFAULTS HOST AGENT IDENTITY CLOSE

static struct pair extra = { NULL, BYTES("X-Token"), BYTES("a: b") };
static struct pair host = { NULL, BYTES("hOsT"), BYTES("example.org") };
static struct pair type = { &host, BYTES("Content-Type"), BYTES("text/plain") };
static struct pair agent = { &extra, BYTES("user-agent"), BYTES("me") };
static struct pair length = { NULL, BYTES("content-length"), BYTES("1") };
static struct pair connection = { &length, BYTES("CONNECTION"), BYTES("keep-alive") };
static struct pair coding = { &connection, BYTES("accept-encoding"), BYTES("gzip") };
static struct pair accept_json = { &coding, BYTES("Accept"), BYTES("application/json") };

static void
requests(void **state)
{
	static const struct {
		int line;
		struct http_request request; /* the authority is db:8080 */
		const char *wanted;
	} rows[] = {
		{ __LINE__, { .method = BYTES("GET"), .path = BYTES("/healthz") },
			"GET /healthz HTTP/1.1\r\n" DEFAULTS "\r\n" },
		{ __LINE__, { .method = BYTES("GET"), .path = BYTES("") },
			"GET / HTTP/1.1\r\n" DEFAULTS "\r\n" },
		{ __LINE__, { .method = BYTES("GET"), .path = BYTES("?a=b&c") },
			"GET /?a=b&c HTTP/1.1\r\n" DEFAULTS "\r\n" },
		{ __LINE__, { .method = BYTES("HEAD"), .path = BYTES("/a?b") },
			"HEAD /a?b HTTP/1.1\r\n" DEFAULTS "\r\n" },
		{ __LINE__, { .method = BYTES("GET"), .path = BYTES("/"), .headers = &extra },
			"GET / HTTP/1.1\r\n" DEFAULTS "X-Token: a: b\r\n\r\n" },
		{ __LINE__, { .method = BYTES("GET"), .path = BYTES("/"), .headers = &host },
			"GET / HTTP/1.1\r\n" AGENT IDENTITY CLOSE "hOsT: example.org\r\n\r\n" },
		{ __LINE__, { .method = BYTES("GET"), .path = BYTES("/"), .headers = &agent },
			"GET / HTTP/1.1\r\n" HOST IDENTITY CLOSE
			"user-agent: me\r\nX-Token: a: b\r\n\r\n" },
		{ __LINE__,
			{ .method = BYTES("POST"), .path = BYTES("/"), .headers = &accept_json },
			"POST / HTTP/1.1\r\n" HOST AGENT
			"Accept: application/json\r\naccept-encoding: gzip\r\n"
			"CONNECTION: keep-alive\r\ncontent-length: 1\r\n\r\n" },
		{ __LINE__,
			{ .method = BYTES("POST"),
				.path = BYTES("/"),
				.has_body = true,
				.body = BYTES("a=b") },
			"POST / HTTP/1.1\r\n" DEFAULTS "Content-Length: 3\r\n\r\na=b" },
		{ __LINE__,
			{ .method = BYTES("GET"),
				.path = BYTES("/"),
				.headers = &type,
				.has_body = true,
				.body = BYTES("hello") },
			"GET / HTTP/1.1\r\n" AGENT IDENTITY CLOSE "Content-Length: 5\r\n"
			"Content-Type: text/plain\r\nhOsT: example.org\r\n\r\nhello" },
		{ __LINE__, { .method = BYTES("GET"), .path = BYTES("/"), .has_body = true },
			"GET / HTTP/1.1\r\n" DEFAULTS "Content-Length: 0\r\n\r\n" },
		{ __LINE__, { .method = BYTES("POST"), .path = BYTES("/") },
			"POST / HTTP/1.1\r\n" DEFAULTS "Content-Length: 0\r\n\r\n" },
		{ __LINE__, { .method = BYTES("PUT"), .path = BYTES("/") },
			"PUT / HTTP/1.1\r\n" DEFAULTS "Content-Length: 0\r\n\r\n" },
		{ __LINE__, { .method = BYTES("PATCH"), .path = BYTES("/") },
			"PATCH / HTTP/1.1\r\n" DEFAULTS "Content-Length: 0\r\n\r\n" },
		{ __LINE__, { .method = BYTES("DELETE"), .path = BYTES("/") },
			"DELETE / HTTP/1.1\r\n" DEFAULTS "\r\n" },
		{ __LINE__, { .method = BYTES("post"), .path = BYTES("/") },
			"post / HTTP/1.1\r\n" DEFAULTS "\r\n" },
	};
	char bytes[1024];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct http_request request = rows[i].request;
		struct text text = UNIT_TEXT(bytes);

		request.authority = SLICE("db:8080");
		http_request_print(&text, &request);
		row_true(rows[i].line, !text.cut);
		row_text(rows[i].line, text, rows[i].wanted);
	}
}

static void
tokens(void **state)
{
	static const char good[] = "!#$%&'*+-.^_`|~0123456789"
				   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	(void)state;
	assert_true(http_token(slice_of(good)));
	assert_false(http_token(SLICE("")));
	for (unsigned byte = 0; byte < 256; byte++) {
		char c = (char)byte;
		bool wanted = slice_find(SLICE(good), c) < sizeof(good) - 1;

		if (http_token((struct slice){ &c, 1 }) != wanted)
			fail_msg("byte %u", byte);
		if (http_token((struct slice){ (char[]){ 'X', c }, 2 }) != wanted)
			fail_msg("X and byte %u", byte);
	}
}

static void
status_matches(void **state)
{
	static const struct {
		int line;
		const char *list;
		unsigned code;
		bool match;
	} rows[] = {
		{ __LINE__, "2xx", 200, true },
		{ __LINE__, "2xx", 299, true },
		{ __LINE__, "2xx", 199, false },
		{ __LINE__, "2xx", 300, false },
		{ __LINE__, "204", 204, true },
		{ __LINE__, "204", 200, false },
		{ __LINE__, "200-299,401", 200, true },
		{ __LINE__, "200-299,401", 299, true },
		{ __LINE__, "200-299,401", 300, false },
		{ __LINE__, "200-299,401", 400, false },
		{ __LINE__, "200-299,401", 401, true },
		{ __LINE__, "204,3xx", 204, true },
		{ __LINE__, "204,3xx", 399, true },
		{ __LINE__, "204,3xx", 400, false },
		{ __LINE__, "200-200", 200, true },
		{ __LINE__, "100-599", 999, false },
		{ __LINE__, "5xx", 600, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_equal(rows[i].line, http_status_match(slice_of(rows[i].list), rows[i].code),
			rows[i].match);
}

#define REFUSED "a status is 100 to 599, as in 200, \"2xx\", \"200-299\" or \"204,3xx\", got "

static void
check(void *argument)
{
	http_status_match(*(struct slice *)argument, 0); /* which matches none */
}

static void
status_lists(void **state)
{
	static const struct {
		int line;
		const char *list, *words; /* NULL: good */
	} rows[] = {
		{ __LINE__, "100", NULL },
		{ __LINE__, "599", NULL },
		{ __LINE__, "100-599", NULL },
		{ __LINE__, "1xx,2xx,3xx,4xx,5xx", NULL },
		{ __LINE__, "200,200,2xx", NULL },
		{ __LINE__, "", REFUSED "\"\"" },
		{ __LINE__, ",", REFUSED "\",\"" },
		{ __LINE__, "200,", REFUSED "\"200,\"" },
		{ __LINE__, ",200", REFUSED "\",200\"" },
		{ __LINE__, "200,,201", REFUSED "\"200,,201\"" },
		{ __LINE__, "ok", REFUSED "\"ok\"" },
		{ __LINE__, "20", REFUSED "\"20\"" },
		{ __LINE__, "2000", REFUSED "\"2000\"" },
		{ __LINE__, "2x", REFUSED "\"2x\"" },
		{ __LINE__, "20x", REFUSED "\"20x\"" },
		{ __LINE__, "xxx", REFUSED "\"xxx\"" },
		{ __LINE__, "200 ", REFUSED "\"200 \"" },
		{ __LINE__, "+20", REFUSED "\"+20\"" },
		{ __LINE__, "200-", REFUSED "\"200-\"" },
		{ __LINE__, "-200", REFUSED "\"-200\"" },
		{ __LINE__, "200--99", REFUSED "\"200--99\"" },
		{ __LINE__, "200-299-", REFUSED "\"200-299-\"" },
		{ __LINE__, "2xx-3xx", REFUSED "\"2xx-3xx\"" },
		{ __LINE__, "200-3xx", REFUSED "\"200-3xx\"" },
		{ __LINE__, "200:299", REFUSED "\"200:299\"" },
		{ __LINE__, "099", REFUSED "\"099\"" },
		{ __LINE__, "000", REFUSED "\"000\"" },
		{ __LINE__, "600", REFUSED "\"600\"" },
		{ __LINE__, "0xx", REFUSED "\"0xx\"" },
		{ __LINE__, "6xx", REFUSED "\"6xx\"" },
		{ __LINE__, "200-600", REFUSED "\"200-600\"" },
		{ __LINE__, "2xx,600", REFUSED "\"2xx,600\"" },
		{ __LINE__, "299-200", REFUSED "\"299-200\"" },
		{ __LINE__, "2xx,401-400", REFUSED "\"2xx,401-400\"" },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct slice list = guard_copy(&guard, slice_of(rows[i].list));

		row_equal(rows[i].line, unit_fails(check, &list), rows[i].words != NULL);
		if (rows[i].words)
			row_text(rows[i].line, error.words, rows[i].words);
	}
	guard_close(&guard);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests),
		cmocka_unit_test(tokens),
		cmocka_unit_test(status_matches),
		cmocka_unit_test(status_lists),
	};

	return cmocka_run_group_tests_name("http: request", tests, NULL, NULL);
}
