#include <arpa/inet.h>

#include "address.h"
#include "guard.h"
#include "unit.h"

struct parsing {
	struct slice words;
	struct url url;
};

static void
parse(void *argument)
{
	struct parsing *parsing = argument;

	url_parse(parsing->words, &parsing->url);
}

static void
good_urls(void **state)
{
	static const struct {
		int line;
		const char *url;
		int type;
		const char *host; /* or the socket's path */
		uint16_t port;
		const char *authority, *path;
	} rows[] = {
		{ __LINE__, "http://localhost", ENDPOINT_NAME, "localhost", 80, "localhost", "" },
		{ __LINE__, "http://localhost/", ENDPOINT_NAME, "localhost", 80, "localhost", "/" },
		{ __LINE__, "http://localhost:8080/healthz", ENDPOINT_NAME, "localhost", 8080,
			"localhost:8080", "/healthz" },
		{ __LINE__, "http://localhost:8080", ENDPOINT_NAME, "localhost", 8080,
			"localhost:8080", "" },
		{ __LINE__, "http://db:80/a", ENDPOINT_NAME, "db", 80, "db", "/a" },
		{ __LINE__, "http://db:080/a", ENDPOINT_NAME, "db", 80, "db", "/a" },
		{ __LINE__, "http://db?a=b", ENDPOINT_NAME, "db", 80, "db", "?a=b" },
		{ __LINE__, "http://db:81?a=b/c", ENDPOINT_NAME, "db", 81, "db:81", "?a=b/c" },
		{ __LINE__, "http://db/a?b?c", ENDPOINT_NAME, "db", 80, "db", "/a?b?c" },
		{ __LINE__, "http://db//a:b@c[d]", ENDPOINT_NAME, "db", 80, "db", "//a:b@c[d]" },
		{ __LINE__, "http://db/?u=http://x:y@z", ENDPOINT_NAME, "db", 80, "db",
			"/?u=http://x:y@z" },
		{ __LINE__, "http://db/gr\xc3\xbc%20\\\"<>", ENDPOINT_NAME, "db", 80, "db",
			"/gr\xc3\xbc%20\\\"<>" },
		{ __LINE__, "HTTP://Db.Example.ORG./", ENDPOINT_NAME, "Db.Example.ORG.", 80,
			"Db.Example.ORG.", "/" },
		{ __LINE__, "http://my_service/", ENDPOINT_NAME, "my_service", 80, "my_service",
			"/" },
		{ __LINE__, "http://10.0.0.7:3000/x", ENDPOINT_LITERAL, "10.0.0.7", 3000,
			"10.0.0.7:3000", "/x" },
		{ __LINE__, "http://10.0.0.7/x", ENDPOINT_LITERAL, "10.0.0.7", 80, "10.0.0.7",
			"/x" },
		{ __LINE__, "http://[::1]/x", ENDPOINT_LITERAL, "::1", 80, "[::1]", "/x" },
		{ __LINE__, "http://[::1]:80", ENDPOINT_LITERAL, "::1", 80, "[::1]", "" },
		{ __LINE__, "http://[::1]:65535?", ENDPOINT_LITERAL, "::1", 65535, "[::1]:65535",
			"?" },
		{ __LINE__, "http://unix:/run/app.sock:/healthz", ENDPOINT_UNIX, "/run/app.sock", 0,
			"localhost", "/healthz" },
		{ __LINE__, "http://unix:/run/app.sock:/a:b?c", ENDPOINT_UNIX, "/run/app.sock", 0,
			"localhost", "/a:b?c" },
		{ __LINE__, "http://unix:/run/app.sock", ENDPOINT_UNIX, "/run/app.sock", 0,
			"localhost", "" },
		{ __LINE__, "http://unix:/run/app.sock:", ENDPOINT_UNIX, "/run/app.sock", 0,
			"localhost", "" },
		{ __LINE__, "http://unix:/run/app.sock:?q", ENDPOINT_UNIX, "/run/app.sock", 0,
			"localhost", "?q" },
		{ __LINE__, "http://unix:/run/user@host:/", ENDPOINT_UNIX, "/run/user@host", 0,
			"localhost", "/" },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parsing parsing = { .words = guard_string(&guard, slice_of(rows[i].url)) };
		struct endpoint *endpoint = &parsing.url.endpoint;

		row_true(rows[i].line, !unit_fails(parse, &parsing));
		row_equal(rows[i].line, endpoint->type, rows[i].type);
		row_slice(rows[i].line, parsing.url.authority, slice_of(rows[i].authority));
		row_slice(rows[i].line, parsing.url.path, slice_of(rows[i].path));
		row_slice(rows[i].line, endpoint->host, slice_of(rows[i].host));
		if (endpoint->type == ENDPOINT_UNIX)
			continue;
		row_equal(rows[i].line, endpoint->port, rows[i].port);
		if (endpoint->type == ENDPOINT_LITERAL)
			row_equal(rows[i].line, ntohs(endpoint->literal.v6.sin6_port),
				rows[i].port);
	}
	guard_close(&guard);
}

#define STARTS "a URL starts with http://, got "
#define PORT "port must be 1 to 65535, got "
#define HOST "host must be a name, IPv4 or [IPv6], got "
#define UNIX "unix:PATH is absolute, at most 107 bytes, got "
#define BYTE "a URL has no space, control byte or fragment, got "
#define USER "a URL has no user, use an Authorization header"
#define HTTPS "https is not supported by this version, only http://, got "

static void
bad_urls(void **state)
{
	static const struct {
		int line;
		struct slice url;
		const char *words;
	} rows[] = {
		{ __LINE__, BYTES(""), STARTS "\"\"" },
		{ __LINE__, BYTES("localhost:8080"), STARTS "\"localhost:8080\"" },
		{ __LINE__, BYTES("/healthz"), STARTS "\"/healthz\"" },
		{ __LINE__, BYTES("http:/localhost"), STARTS "\"http:/localhost\"" },
		{ __LINE__, BYTES("http:localhost"), STARTS "\"http:localhost\"" },
		{ __LINE__, BYTES("tcp://db:80"), STARTS "\"tcp://db:80\"" },
		{ __LINE__, BYTES("unix:/run/app.sock"), STARTS "\"unix:/run/app.sock\"" },
		{ __LINE__, BYTES("ftp://db"), STARTS "\"ftp://db\"" },
		{ __LINE__, BYTES("https://db/"), HTTPS "\"https://db/\"" },
		{ __LINE__, BYTES("HTTPS://db/"), HTTPS "\"HTTPS://db/\"" },
		{ __LINE__, BYTES("http://"), HOST "\"\"" },
		{ __LINE__, BYTES("http:///healthz"), HOST "\"\"" },
		{ __LINE__, BYTES("http://:80/"), HOST "\"\"" },
		{ __LINE__, BYTES("http://?a"), HOST "\"\"" },
		{ __LINE__, BYTES("http://d*b/"), HOST "\"d*b\"" },
		{ __LINE__, BYTES("http://d%20b/"), HOST "\"d%20b\"" },
		{ __LINE__, BYTES("http://d\\b/"), HOST "\"d\\b\"" },
		{ __LINE__, BYTES("http://a..b/"), HOST "\"a..b\"" },
		{ __LINE__, BYTES("http://b\xc3\xbc/"), HOST "\"b\xc3\xbc\"" },
		{ __LINE__, BYTES("http://1.2.3/"), HOST "\"1.2.3\"" },
		{ __LINE__, BYTES("http://db:/"), HOST "\"db:\"" },
		{ __LINE__, BYTES("http://db:0/"), PORT "0" },
		{ __LINE__, BYTES("http://db:65536/"), PORT "65536" },
		{ __LINE__, BYTES("http://db:8o/"), PORT "8o" },
		{ __LINE__, BYTES("http://db:-1/"), PORT "-1" },
		{ __LINE__, BYTES("http://::1/"), HOST "\":\"" },
		{ __LINE__, BYTES("http://[::1/"), HOST "\"[:\"" },
		{ __LINE__, BYTES("http://[::1]x/"), HOST "\"[::1]x\"" },
		{ __LINE__, BYTES("http://[db]/"), HOST "\"[db]\"" },
		{ __LINE__, BYTES("http://user:secret@db/"), USER },
		{ __LINE__, BYTES("http://user@db/"), USER },
		{ __LINE__, BYTES("http://@db/"), USER },
		{ __LINE__, BYTES("http://db/#top"), BYTE "\"http://db/#top\"" },
		{ __LINE__, BYTES("http://db#"), BYTE "\"http://db#\"" },
		{ __LINE__, BYTES("http://unix:/run/app.sock:/#a"),
			BYTE "\"http://unix:/run/app.sock:/#a\"" },
		{ __LINE__, BYTES("http://db/a b"), BYTE "\"http://db/a b\"" },
		{ __LINE__, BYTES(" http://db/"), BYTE "\" http://db/\"" },
		{ __LINE__, BYTES("http://db/\r\nX: y"), BYTE "\"http://db/\\x0d\\x0aX: y\"" },
		{ __LINE__, BYTES("http://db/\n"), BYTE "\"http://db/\\x0a\"" },
		{ __LINE__, BYTES("http://db/\0"), BYTE "\"http://db/\\x00\"" },
		{ __LINE__, BYTES("http://db/\t"), BYTE "\"http://db/\\x09\"" },
		{ __LINE__, BYTES("http://db/\x7f"), BYTE "\"http://db/\\x7f\"" },
		{ __LINE__, BYTES("http://unix:"), UNIX "\"\"" },
		{ __LINE__, BYTES("http://unix::/"), UNIX "\"\"" },
		{ __LINE__, BYTES("http://unix:run/app.sock:/"), UNIX "\"run/app.sock\"" },
		{ __LINE__, BYTES("http://unix:/run/app.sock:x"),
			"want http://unix:PATH:/PATH, got \"http://unix:/run/app.sock:x\"" },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parsing parsing = { .words = guard_string(&guard, rows[i].url) };

		row_true(rows[i].line, unit_fails(parse, &parsing));
		row_text(rows[i].line, error.words, rows[i].words);
	}
	guard_close(&guard);
}

/* a secret in a URL is not for a log */
static void
secrets(void **state)
{
	static const char *const urls[] = { "http://user:hunter2@db/", "http://hunter2@db:80/a?b" };

	(void)state;
	for (size_t i = 0; i < COUNT(urls); i++) {
		struct parsing parsing = { .words = slice_of(urls[i]) };

		assert_true(unit_fails(parse, &parsing));
		text_char(&error.words, '\0');
		assert_null(strstr(error.words.bytes, "hunter2"));
	}
}

static void
literals(void **state)
{
	static const struct {
		int line;
		struct slice literal;
		int family; /* 0: not one */
	} rows[] = {
		{ __LINE__, BYTES("127.0.0.1"), AF_INET },
		{ __LINE__, BYTES("::"), AF_INET6 },
		{ __LINE__, BYTES("2001:DB8::1"), AF_INET6 },
		{ __LINE__, BYTES("1111:2222:3333:4444:5555:6666:255.255.255.255"),
			AF_INET6 }, /* 45 bytes */
		{ __LINE__, BYTES("1111:2222:3333:4444:5555:6666:255.255.255.2555"), 0 },
		{ __LINE__, BYTES(""), 0 },
		{ __LINE__, BYTES("localhost"), 0 },
		{ __LINE__, BYTES("127.1"), 0 },
		{ __LINE__, BYTES("1.2.3.4 "), 0 },
		{ __LINE__, BYTES("1.2.3.4\0"), 0 },
		{ __LINE__, BYTES("0x7f.0.0.1"), 0 },
		{ __LINE__, BYTES("[::1]"), 0 },
		{ __LINE__, BYTES("::1%lo"), 0 },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		union address address;
		bool good = address_literal(guard_string(&guard, rows[i].literal), &address);

		row_equal(rows[i].line, good, rows[i].family != 0);
		row_true(rows[i].line, !good || address.any.sa_family == rows[i].family);
		row_true(rows[i].line,
			!good || (address.v4.sin_port == 0 && address.v6.sin6_port == 0));
	}
	guard_close(&guard);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_urls),
		cmocka_unit_test(bad_urls),
		cmocka_unit_test(secrets),
		cmocka_unit_test(literals),
	};

	return cmocka_run_group_tests_name("address: URLs", tests, NULL, NULL);
}
