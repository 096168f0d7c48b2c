/* HTTP: what the probe sends */
#include "rows.h"

#define ANSWER \
	{ \
		.action = PEER_SEND, .bytes = "HTTP/1.1 200 OK\r\n\r\n", .size = 19 \
	}

struct request_row {
	int line;
	const char *path; /* what follows the port in the URL */
	const char *keys;
	const char *request; /* with %H where the authority stands */
};

#define AGENT "User-Agent: probe/" NUMBER "." NUMBER "." NUMBER "\r\n"
#define REST "Accept-Encoding: identity\r\nConnection: close\r\n"

static void
run_row(const struct request_row *row, const char *address, unsigned size)
{
	struct peer peer = { .address = address };
	struct run run = { .environment = { "TOKEN=secret" } };
	const char *host, *want, *mark;

	/* one request with its body, then whatever else might come until the other side closes */
	PEER(&peer, REQUEST, READ(size), ANSWER);
	host = address[0] == '/'
		? "localhost"
		: support_format(strchr(address, ':') ? "[%s]:%u" : "%s:%u", address, peer.port);
	folder_text("health.json",
		support_format("{\"checks\": [{\"http\": \"http://%s%s\"%s%s}]}",
			address[0] == '/' ? support_format("unix:%s:", address) : host, row->path,
			row->keys ? ", " : "", row->keys ? row->keys : ""));
	RUN(&run, "--once");
	if (run.status != 0)
		fail_msg("line %d: %s%s", row->line, run.out, run.err);
	want = row->request;
	mark = strstr(want, "%H");
	if (mark)
		want = support_format("%.*s%s%s", (int)(mark - want), want, host, mark + 2);
	if (!run_matches(peer_received(&peer, 1), want))
		support_complain("line %d: got:\n%swant:\n%s", row->line, peer_received(&peer, 1),
			want);
}

/* the bytes after the empty line */
static unsigned
body_size(const char *request)
{
	return (unsigned)strlen(strstr(request, "\r\n\r\n") + 4);
}

static void
run_rows(const struct request_row *rows, size_t count, const char *address)
{
	for (size_t i = 0; i < count; i++)
		run_row(&rows[i], address, body_size(rows[i].request));
	support_settle();
}

static void
test_request(void **state)
{
	static const struct request_row rows[] = {
		{ ROW, "/healthz", NULL,
			"GET /healthz HTTP/1.1\r\nHost: %H\r\n" AGENT REST "\r\n" },
		{ ROW, "", NULL, "GET / HTTP/1.1\r\nHost: %H\r\n" AGENT REST "\r\n" },
		{ ROW, "?a=b&c", NULL, "GET /?a=b&c HTTP/1.1\r\nHost: %H\r\n" AGENT REST "\r\n" },
		{ ROW, "/a/../b?c=%20d", NULL,
			"GET /a/../b?c=%20d HTTP/1.1\r\nHost: %H\r\n" AGENT REST "\r\n" },
		{ ROW, "/", "\"method\": \"OPTIONS\"",
			"OPTIONS / HTTP/1.1\r\nHost: %H\r\n" AGENT REST "\r\n" },
		/* a body and its length; a method that expects one says that there is none */
		{ ROW, "/", "\"method\": \"POST\", \"body\": \"{\\\"a\\\": 1}\"",
			"POST / HTTP/1.1\r\nHost: %H\r\n" AGENT REST
			"Content-Length: 8\r\n\r\n{\"a\": 1}" },
		{ ROW, "/", "\"body\": \"\xc3\xa9\"",
			"GET / HTTP/1.1\r\nHost: %H\r\n" AGENT REST
			"Content-Length: 2\r\n\r\n\xc3\xa9" },
		{ ROW, "/", "\"body\": \"\"",
			"GET / HTTP/1.1\r\nHost: %H\r\n" AGENT REST "Content-Length: 0\r\n\r\n" },
		{ ROW, "/", "\"method\": \"POST\"",
			"POST / HTTP/1.1\r\nHost: %H\r\n" AGENT REST "Content-Length: 0\r\n\r\n" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "127.0.0.1");
	run_rows(rows, COUNT(rows), "::1");
}

static void
test_headers(void **state)
{
	static const struct request_row rows[] = {
		{ ROW, "/", "\"headers\": {\"X-One\": \"1\", \"x-two\": \"\"}",
			"GET / HTTP/1.1\r\nHost: %H\r\n" AGENT REST "X-One: 1\r\nx-two: \r\n\r\n" },
		{ ROW, "/", "\"headers\": {\"Authorization\": \"Bearer ${TOKEN}\"}",
			"GET / HTTP/1.1\r\nHost: %H\r\n" AGENT REST
			"Authorization: Bearer secret\r\n\r\n" },
		/* replaced by name, in any case, Host too */
		{ ROW, "/", "\"headers\": {\"host\": \"shop.test\"}",
			"GET / HTTP/1.1\r\n" AGENT REST "host: shop.test\r\n\r\n" },
		{ ROW, "/",
			"\"headers\": {\"User-Agent\": \"me\", \"ACCEPT\": \"a/b\", "
			"\"accept-encoding\": \"gzip\", \"Connection\": \"keep-alive\"}",
			"GET / HTTP/1.1\r\nHost: %H\r\nUser-Agent: me\r\nACCEPT: a/b\r\n"
			"accept-encoding: gzip\r\nConnection: keep-alive\r\n\r\n" },
		{ ROW, "/", "\"body\": \"ab\", \"headers\": {\"Content-Length\": \"2\"}",
			"GET / HTTP/1.1\r\nHost: %H\r\n" AGENT REST "Content-Length: 2\r\n\r\nab" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "127.0.0.1");
}

static void
test_unix_request(void **state)
{
	static const struct request_row rows[] = {
		{ ROW, "/healthz?a", NULL,
			"GET /healthz?a HTTP/1.1\r\nHost: %H\r\n" AGENT REST "\r\n" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), folder_path("app.sock"));
}

/* One connection, and it is closed by the probe once the answer is there. */
static void
test_one_connection(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };

	(void)state;
	PEER(&peer, REQUEST, ANSWER, { .action = PEER_SILENT });
	RUN(&run, "--http", support_format("http://127.0.0.1:%u/", peer.port));
	EXPECT(&run, 0, "healthy: 1 check passed in " NUMBER " ms\n", "");
	peer_received(&peer, 1);
	assert_int_equal(peer_accepted(&peer), 1);
}

/* Proxy variables are never read. */
static void
test_no_proxy(void **state)
{
	struct peer peer = { 0 }, proxy = { 0 };
	struct run run = { 0 };
	const char *variable;

	(void)state;
	PEER(&peer, REQUEST, ANSWER);
	PEER(&proxy, { .action = PEER_CLOSE });
	variable = support_format("http://127.0.0.1:%u/", proxy.port);
	run.environment[0] = support_format("http_proxy=%s", variable);
	run.environment[1] = support_format("HTTP_PROXY=%s", variable);
	run.environment[2] = support_format("ALL_PROXY=%s", variable);
	run.environment[3] = support_format("all_proxy=%s", variable);
	RUN(&run, "--http", support_format("http://127.0.0.1:%u/", peer.port));
	EXPECT(&run, 0, "healthy: 1 check passed in " NUMBER " ms\n", "");
	assert_int_equal(peer_accepted(&proxy), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_request),
		TEST(test_headers),
		TEST(test_unix_request),
		TEST(test_one_connection),
		TEST(test_no_proxy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
