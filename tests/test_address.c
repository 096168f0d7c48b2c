#include <arpa/inet.h>

#include "address.h"
#include "guard.h"
#include "unit.h"

struct parsing {
	struct slice target;
	struct endpoint endpoint;
};

static void
parse(void *argument)
{
	struct parsing *parsing = argument;

	endpoint_parse(parsing->target, &parsing->endpoint);
}

static void
good_endpoints(void **state)
{
	static const struct {
		int line;
		const char *target;
		int type;
		const char *host; /* or the socket's path */
		uint16_t port;
	} rows[] = {
		{ __LINE__, "localhost:6379", ENDPOINT_NAME, "localhost", 6379 },
		{ __LINE__, "tcp://localhost:6379", ENDPOINT_NAME, "localhost", 6379 },
		{ __LINE__, "db:1", ENDPOINT_NAME, "db", 1 },
		{ __LINE__, "db:65535", ENDPOINT_NAME, "db", 65535 },
		{ __LINE__, "db:00080", ENDPOINT_NAME, "db", 80 },
		{ __LINE__, "my_service-1.internal.:80", ENDPOINT_NAME, "my_service-1.internal.",
			80 },
		{ __LINE__, "EXAMPLE.org:80", ENDPOINT_NAME, "EXAMPLE.org", 80 },
		{ __LINE__, "3com.com:80", ENDPOINT_NAME, "3com.com", 80 },
		{ __LINE__, "1.2.3.4a:80", ENDPOINT_NAME, "1.2.3.4a", 80 },
		{ __LINE__, "tcp:80", ENDPOINT_NAME, "tcp", 80 },
		{ __LINE__, "127.0.0.1:5432", ENDPOINT_LITERAL, "127.0.0.1", 5432 },
		{ __LINE__, "tcp://255.255.255.255:5432", ENDPOINT_LITERAL, "255.255.255.255",
			5432 },
		{ __LINE__, "[::1]:5432", ENDPOINT_LITERAL, "::1", 5432 },
		{ __LINE__, "tcp://[fe80::1:2]:5432", ENDPOINT_LITERAL, "fe80::1:2", 5432 },
		{ __LINE__, "[::ffff:10.0.0.7]:80", ENDPOINT_LITERAL, "::ffff:10.0.0.7", 80 },
		{ __LINE__, "unix:/run/app.sock", ENDPOINT_UNIX, "/run/app.sock", 0 },
		{ __LINE__, "unix:/with space:and colon", ENDPOINT_UNIX, "/with space:and colon",
			0 },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parsing parsing = { .target =
						   guard_string(&guard, slice_of(rows[i].target)) };
		struct endpoint *endpoint = &parsing.endpoint;

		row_true(rows[i].line, !unit_fails(parse, &parsing));
		row_equal(rows[i].line, endpoint->type, rows[i].type);
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

#define PORT "port must be 1 to 65535, got "
#define HOST "host must be a name, IPv4 or [IPv6], got "
#define UNIX "unix:PATH is absolute, at most 107 bytes, got "

static void
bad_endpoints(void **state)
{
	static const struct {
		int line;
		struct slice target;
		const char *words;
	} rows[] = {
		{ __LINE__, BYTES("localhost"), PORT "none" },
		{ __LINE__, BYTES("127.0.0.1"), PORT "none" },
		{ __LINE__, BYTES("[::1]"), PORT "none" },
		{ __LINE__, BYTES("tcp://db"), PORT "none" },
		{ __LINE__, BYTES("db:"), PORT "none" },
		{ __LINE__, BYTES("db:0"), PORT "0" },
		{ __LINE__, BYTES("db:70000"), PORT "70000" },
		{ __LINE__, BYTES("db:65536"), PORT "65536" },
		{ __LINE__, BYTES("db:18446744073709551617"), PORT "18446744073709551617" },
		{ __LINE__, BYTES("db:-1"), PORT "-1" },
		{ __LINE__, BYTES("db:+80"), PORT "+80" },
		{ __LINE__, BYTES("db:80x"), PORT "80x" },
		{ __LINE__, BYTES("db: 80"), PORT " 80" },
		{ __LINE__, BYTES("db:http"), PORT "http" },
		{ __LINE__, BYTES("db:80/"), PORT "80/" },
		{ __LINE__, BYTES("db:\x1b"), PORT "\\x1b" },
		{ __LINE__, BYTES(""), PORT "none" },
		{ __LINE__, BYTES(":80"), HOST "\"\"" },
		{ __LINE__, BYTES("tcp://"), PORT "none" },
		{ __LINE__, BYTES("tcp://:80"), HOST "\"\"" },
		{ __LINE__, BYTES(".:80"), HOST "\".\"" },
		{ __LINE__, BYTES(".db:80"), HOST "\".db\"" },
		{ __LINE__, BYTES("a..b:80"), HOST "\"a..b\"" },
		{ __LINE__, BYTES("db..:80"), HOST "\"db..\"" },
		{ __LINE__, BYTES("d b:80"), HOST "\"d b\"" },
		{ __LINE__, BYTES(" db:80"), HOST "\" db\"" },
		{ __LINE__, BYTES("d/b:80"), HOST "\"d/b\"" },
		{ __LINE__, BYTES("user@db:80"), HOST "\"user@db\"" },
		{ __LINE__, BYTES("d\xc3\xbc:80"), HOST "\"d\xc3\xbc\"" },
		{ __LINE__, BYTES("*:80"), HOST "\"*\"" },
		{ __LINE__, BYTES("udp://db:80"), HOST "\"udp://db\"" },
		{ __LINE__, BYTES("http://db:80"), HOST "\"http://db\"" },
		{ __LINE__, BYTES("::1:80"), HOST "\"::1\"" },
		{ __LINE__, BYTES("fe80::1"), HOST "\"fe80:\"" },
		{ __LINE__, BYTES("db:80:81"), HOST "\"db:80\"" },
		{ __LINE__, BYTES("1.2.3:80"), HOST "\"1.2.3\"" },
		{ __LINE__, BYTES("1.2.3.4.5:80"), HOST "\"1.2.3.4.5\"" },
		{ __LINE__, BYTES("256.1.1.1:80"), HOST "\"256.1.1.1\"" },
		{ __LINE__, BYTES("db.5:80"), HOST "\"db.5\"" },
		{ __LINE__, BYTES("2130706433:80"), HOST "\"2130706433\"" },
		{ __LINE__, BYTES("127.0.0.1.:80"), HOST "\"127.0.0.1.\"" },
		{ __LINE__, BYTES("01.2.3.4:80"), HOST "\"01.2.3.4\"" },
		{ __LINE__, BYTES("[::1"), HOST "\"[:\"" },
		{ __LINE__, BYTES("[::1]80"), PORT "none" },
		{ __LINE__, BYTES("[::1]:"), PORT "none" },
		{ __LINE__, BYTES("[::1]:0"), PORT "0" },
		{ __LINE__, BYTES("[]:80"), HOST "\"[]\"" },
		{ __LINE__, BYTES("[127.0.0.1]:80"), HOST "\"[127.0.0.1]\"" },
		{ __LINE__, BYTES("[db]:80"), HOST "\"[db]\"" },
		{ __LINE__, BYTES("[:1]:80"), HOST "\"[:1]\"" },
		{ __LINE__, BYTES("[::g]:80"), HOST "\"[::g]\"" },
		{ __LINE__, BYTES("[1:2:3:4:5:6:7:8:9]:80"), HOST "\"[1:2:3:4:5:6:7:8:9]\"" },
		{ __LINE__, BYTES("[fe80::1%eth0]:80"), HOST "\"[fe80::1%eth0]\"" },
		{ __LINE__, BYTES("unix:"), UNIX "\"\"" },
		{ __LINE__, BYTES("unix:80"), UNIX "\"80\"" },
		{ __LINE__, BYTES("unix:run/app.sock"), UNIX "\"run/app.sock\"" },
		{ __LINE__, BYTES("tcp://unix:/run/app.sock"), PORT "/run/app.sock" },
		{ __LINE__, BYTES("unix:/a\0b"), UNIX "\"/a\\x00b\"" },
		{ __LINE__, BYTES("db\0:80"), HOST "\"db\\x00\"" },
		{ __LINE__, BYTES("db:80\0"), PORT "80\\x00" },
	};
	struct guard guard;

	(void)state;
	guard_open(&guard, 64);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parsing parsing = { .target = guard_string(&guard, rows[i].target) };

		row_true(rows[i].line, unit_fails(parse, &parsing));
		row_text(rows[i].line, error.words, rows[i].words);
	}
	guard_close(&guard);
}

/* a number that is too large is no other one */
static void
large_decimals(void **state)
{
	static const char *const targets[] = { "1.4294967297.1.1:80", "1.2.3.4294967296:80",
		"1.2.3.18446744073709551617:80", "[::1.2.3.4294967297]:80" };

	(void)state;
	for (size_t i = 0; i < COUNT(targets); i++) {
		struct parsing parsing = { .target = slice_of(targets[i]) };

		if (!unit_fails(parse, &parsing))
			fail_msg("%s", targets[i]);
	}
}

/* a NUL is in no address, whatever stands before it */
static void
nul_in_brackets(void **state)
{
	struct parsing parsing = { .target = SLICE("[::1\0]:80") };

	(void)state;
	assert_true(unit_fails(parse, &parsing));
}

/* count times piece, then end */
static struct slice
repeated(struct arena *arena, const char *start, size_t count, const char *piece, const char *end)
{
	struct text text;

	text_open(&text, arena, SIZE_MAX);
	text_print(&text, start);
	while (count-- > 0)
		text_print(&text, piece);
	text_print(&text, end);
	return text_keep(arena, &text);
}

static void
long_ones(void **state)
{
	static const struct {
		int line;
		const char *start;
		size_t count;
		const char *piece, *end;
		bool good;
	} rows[] = {
		{ __LINE__, "", 63, "a", ":80", true },
		{ __LINE__, "", 64, "a", ":80", false },
		{ __LINE__, "x.", 63, "a", ".y:80", true },
		{ __LINE__, "x.", 64, "a", ".y:80", false },
		{ __LINE__, "a", 126, ".a", ":80", true },   /* 253 bytes */
		{ __LINE__, "aa", 126, ".a", ":80", false }, /* 254 */
		{ __LINE__, "a", 5000, ".a", ":80", false },
		{ __LINE__, "unix:/", 106, "a", "", true }, /* 107 bytes */
		{ __LINE__, "unix:/", 107, "a", "", false },
		{ __LINE__, "unix:/", 5000, "a", "", false },
		{ __LINE__, "db:", 100, "0", "80", true },
		{ __LINE__, "db:", 100, "9", "", false },
		{ __LINE__, "[", 50, "0:", "]:80", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct arena arena = unit_arena();
		struct slice target =
			repeated(&arena, rows[i].start, rows[i].count, rows[i].piece, rows[i].end);
		struct parsing parsing = { .target = target };

		row_equal(rows[i].line, unit_fails(parse, &parsing), !rows[i].good);
	}
}

static void
prints(void **state)
{
	static const struct {
		int line;
		const char *literal, *printed;
	} rows[] = {
		{ __LINE__, "127.0.0.1", "127.0.0.1" },
		{ __LINE__, "0.0.0.0", "0.0.0.0" },
		{ __LINE__, "255.255.255.255", "255.255.255.255" },
		/* RFC 5952, section 4 */
		{ __LINE__, "::", "::" },
		{ __LINE__, "::1", "::1" },
		{ __LINE__, "1::", "1::" },
		{ __LINE__, "2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1" },
		{ __LINE__, "2001:DB8::ABCD", "2001:db8::abcd" },
		{ __LINE__, "2001:db8:0:1:1:1:1:1",
			"2001:db8:0:1:1:1:1:1" }, /* one group is not shortened */
		{ __LINE__, "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" }, /* the longest run is */
		{ __LINE__, "2001:db8:0:0:1:0:0:1",
			"2001:db8::1:0:0:1" }, /* the first of equal ones */
		{ __LINE__, "0:0:1:0:0:0:0:0", "0:0:1::" },
		{ __LINE__, "0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7" },
		{ __LINE__, "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
		{ __LINE__, "1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0" },
		{ __LINE__, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ __LINE__, "fe80::a:0bc:00d:10", "fe80::a:bc:d:10" },
	};
	char bytes[64], wanted[80];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool v6 = strchr(rows[i].literal, ':') != NULL;
		struct text text = UNIT_TEXT(bytes);
		union address address;

		row_true(rows[i].line, address_literal(slice_of(rows[i].literal), &address));
		row_equal(rows[i].line, address.any.sa_family, v6 ? AF_INET6 : AF_INET);
		row_equal(rows[i].line, v6 ? address.v6.sin6_port : address.v4.sin_port, 0);
		address_print_host(&text, &address);
		row_text(rows[i].line, text, rows[i].printed);
		text = UNIT_TEXT(bytes);
		address_set_port(&address, 54321);
		address_print(&text, &address);
		snprintf(wanted, sizeof(wanted), v6 ? "[%s]:54321" : "%s:54321", rows[i].printed);
		row_text(rows[i].line, text, wanted);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_endpoints),
		cmocka_unit_test(bad_endpoints),
		cmocka_unit_test(large_decimals),
		cmocka_unit_test(nul_in_brackets),
		cmocka_unit_test(long_ones),
		cmocka_unit_test(prints),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
