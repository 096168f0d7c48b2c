/* names: what /etc/hosts and the resolvers of /etc/resolv.conf say, and what they don't */
#include "nameserver.h"
#include "namespace.h"
#include "peer.h"
#include "run.h"

#define RESOLV "nameserver 127.0.0.1\n"
#define PLACE \
	{ \
		"127.0.0.5" \
	}

/* a peer listens on 127.0.0.5 alone */
struct name_row {
	int line;
	const char *resolv_conf, *hosts;
	const char *name;
	struct nameserver_rule rules[8];
	const char *verdict; /* NULL: connected */
	const char *asked;   /* NULL: it doesn't matter */
};

static void
run_row(const struct name_row *row, const char *timeout)
{
	struct peer peer = { .address = "127.0.0.5" };
	struct nameserver server = { 0 };
	struct run run = { 0 };
	const char *target;

	PEER(&peer, SILENT);
	nameserver_start(&server, row->rules);
	run.root = namespace_root(row->resolv_conf, row->hosts);
	target = support_format("%s:%u", row->name, peer.port);
	RUN(&run, "--once", "-t", timeout, "--tcp", target);
	run_expect_check(&run, row->line, !row->verdict, target,
		row->verdict ? row->verdict : "connected");
	if (row->asked && strcmp(nameserver_asked(&server), row->asked) != 0)
		support_complain("line %d: asked:\n%swant:\n%s", row->line,
			nameserver_asked(&server), row->asked);
	/* the next row's server wants the port */
	support_renew();
}

static void
run_rows(const struct name_row *rows, size_t count, const char *timeout)
{
	for (size_t i = 0; i < count; i++)
		run_row(&rows[i], timeout);
	support_settle();
}

static void
test_answers(void **state)
{
	static const struct name_row rows[] = {
		{ __LINE__, RESOLV, "", "db.test", { { .action = ANSWER, .addresses = PLACE } },
			NULL, "A db.test\nAAAA db.test\n" },
		{ __LINE__, RESOLV, "", "DB.test.", { { .action = ANSWER, .addresses = PLACE } },
			NULL, "A DB.test\nAAAA DB.test\n" },
		{ __LINE__, RESOLV, "", "db.test", { { .action = BY_ALIAS, .addresses = PLACE } },
			NULL, "A db.test\nAAAA db.test\n" },
		{ __LINE__, RESOLV, "", "db.test", { { .action = SLOWLY, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = NO_NAME } },
			"cannot resolve db.test: no such host", "A db.test\nAAAA db.test\n" },
		{ __LINE__, RESOLV, "", "db.test", { { .action = ANSWER } },
			"cannot resolve db.test: it has no address", "A db.test\nAAAA db.test\n" },
		{ __LINE__, RESOLV, "", "db.test", { { .action = SERVER_FAILS } },
			"cannot resolve db.test: SERVFAIL (127.0.0.1)", NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = REFUSES } },
			"cannot resolve db.test: REFUSED (127.0.0.1)", NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = REFUSES_ALL } },
			"cannot resolve db.test: REFUSED (127.0.0.1)", NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = RCODE_11 } },
			"cannot resolve db.test: an error (127.0.0.1)", NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = FORMAT_ERROR } },
			"cannot resolve db.test: FORMERR (127.0.0.1)", NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = NOT_IMPLEMENTED } },
			"cannot resolve db.test: NOTIMP (127.0.0.1)", NULL },
		/* one family is enough, whatever becomes of the other */
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '6', SERVER_FAILS, { NULL } },
				{ .action = ANSWER, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '6', SAY_NOTHING, { NULL } },
				{ .action = ANSWER, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '6', NO_NAME, { NULL } },
				{ .action = ANSWER, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '4', SERVER_FAILS, { NULL } }, { .action = ANSWER } },
			"cannot resolve db.test: SERVFAIL (127.0.0.1)", NULL },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "20s");
}

/* Answers to other questions are passed over, and the true one is still taken. */
static void
test_lies(void **state)
{
	static const struct name_row rows[] = {
		{ __LINE__, RESOLV, "", "db.test",
			{ { .action = LIES_QUESTION, .addresses = PLACE } }, NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = LIES_TYPE, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = LIES_ID, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = LIES_QUERY, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test", { { .action = GARBAGE, .addresses = PLACE } },
			NULL, NULL },
	};
	static const struct name_row only[] = {
		{ __LINE__, RESOLV, "", "db.test", { { .action = ONLY_LIES, .addresses = PLACE } },
			"timed out after 300 ms while resolving db.test", NULL },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "20s");
	run_rows(only, COUNT(only), "300ms");
}

static void
test_truncated(void **state)
{
	static const struct name_row rows[] = {
		{ __LINE__, RESOLV, "", "db.test", { { .action = TRUNCATES, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '6', ANSWER, { NULL } },
				{ .action = TRUNCATES, .addresses = PLACE } },
			NULL, "A db.test\nAAAA db.test\ntcp A db.test\n" },
		{ __LINE__, RESOLV, "", "db.test",
			{ { .action = TRUNCATES_ALL, .addresses = PLACE } },
			"cannot resolve db.test: connection reset (127.0.0.1)", NULL },
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '6', ANSWER, { NULL } },
				{ .action = TRUNCATES_RECORD, .addresses = PLACE } },
			NULL, "A db.test\nAAAA db.test\ntcp A db.test\n" },
		{ __LINE__, RESOLV, "", "db.test",
			{ { .action = TRUNCATES_LONG, .addresses = PLACE } },
			"cannot resolve db.test: message too long (127.0.0.1)", NULL },
	};
	static const struct name_row silent[] = {
		{ __LINE__, RESOLV, "", "db.test", { { .action = TRUNCATES_SILENT } },
			"timed out after 300 ms while resolving db.test", NULL },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "20s");
	run_rows(silent, COUNT(silent), "300ms");
}

static void
test_silent(void **state)
{
	static const struct name_row rows[] = {
		{ __LINE__, RESOLV, "", "db.test", { { .action = SAY_NOTHING } },
			"timed out after 300 ms while resolving db.test", NULL },
		/* an address of one family would be enough, but none is there */
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '6', SAY_NOTHING, { NULL } }, { .action = ANSWER } },
			"timed out after 300 ms while resolving db.test", NULL },
	};
	/* nobody listens on 127.0.0.6, and that is said, too */
	static const struct name_row refused[] = {
		{ __LINE__, RESOLV, "", "db.test",
			{ { "db.test", '6', SAY_NOTHING, { NULL } },
				{ .action = ANSWER, .addresses = { "127.0.0.6" } } },
			"timed out after 1000 ms while resolving db.test, connection refused "
			"(127.0.0.6)",
			NULL },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "300ms");
	run_rows(refused, COUNT(refused), "1s");
}

static void
test_hosts(void **state)
{
	static const struct name_row rows[] = {
		{ __LINE__, RESOLV, "127.0.0.5 db.test\n", "db.test", { { .action = NO_NAME } },
			NULL, "" },
		{ __LINE__, RESOLV, "127.0.0.9 x\n127.0.0.5\tother  DB.Test # and more\n",
			"db.test", { { .action = NO_NAME } }, NULL, "" },
		{ __LINE__, RESOLV, "127.0.0.5 db", "db.", { { .action = NO_NAME } }, NULL, "" },
		/* each of its lines counts */
		{ __LINE__, RESOLV, "127.0.0.6 db.test\n::1 db.test\n127.0.0.5 db.test\n",
			"db.test", { { .action = NO_NAME } }, NULL, "" },
		{ __LINE__, RESOLV, "127.0.0.6 db.test\n::1 db.test\n", "db.test",
			{ { .action = ANSWER, .addresses = PLACE } },
			"connection refused (127.0.0.6, ::1)", "" },
		/* comments, broken lines, parts of names */
		{ __LINE__, RESOLV, "# 127.0.0.6 db.test\n127.0.0.6 # db.test\n", "db.test",
			{ { .action = ANSWER, .addresses = PLACE } }, NULL,
			"A db.test\nAAAA db.test\n" },
		{ __LINE__, RESOLV,
			"127.0.0 db.test\ndb.test 127.0.0.6\n127.0.0.6 xdb.test db.testx\n",
			"db.test", { { .action = ANSWER, .addresses = PLACE } }, NULL,
			"A db.test\nAAAA db.test\n" },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "20s");
}

static void
test_search(void **state)
{
#define ONLY(where) \
	{ \
		{ where, 0, ANSWER, PLACE }, \
		{ \
			.action = NO_NAME \
		} \
	}
#define ASK(where) "A " where "\nAAAA " where "\n"
	static const struct name_row rows[] = {
		{ __LINE__, RESOLV "search a.test b.test\n", "", "db", ONLY("db.b.test"), NULL,
			ASK("db.a.test") ASK("db.b.test") },
		{ __LINE__, RESOLV "search a.test b.test\n", "", "db", ONLY("db"), NULL,
			ASK("db.a.test") ASK("db.b.test") ASK("db") },
		{ __LINE__, RESOLV "search a.test\n", "", "db", ONLY("none"),
			"cannot resolve db: no such host", ASK("db.a.test") ASK("db") },
		/* a name with as many dots as ndots goes first as it is */
		{ __LINE__, RESOLV "search a.test\n", "", "db.x", ONLY("db.x.a.test"), NULL,
			ASK("db.x") ASK("db.x.a.test") },
		{ __LINE__, RESOLV "search a.test\noptions ndots:2\n", "", "db.x", ONLY("db.x"),
			NULL, ASK("db.x.a.test") ASK("db.x") },
		{ __LINE__, RESOLV "search a.test\noptions timeout:1 ndots:5 rotate\n", "",
			"a.b.c.d.e", ONLY("a.b.c.d.e"), NULL,
			ASK("a.b.c.d.e.a.test") ASK("a.b.c.d.e") },
		{ __LINE__, RESOLV "search a.test\noptions ndots:0\n", "", "db", ONLY("db"), NULL,
			ASK("db") },
		/* a dot at the end: as it is and no other way */
		{ __LINE__, RESOLV "search a.test\n", "", "db.", ONLY("db.a.test"),
			"cannot resolve db.: no such host", ASK("db") },
		/* the last of these lines counts */
		{ __LINE__, RESOLV "search a.test\ndomain b.test\n", "", "db", ONLY("db.b.test"),
			NULL, ASK("db.b.test") },
		/* what has no address somewhere may have one elsewhere */
		{ __LINE__, RESOLV "search a.test b.test\n", "", "db",
			{ { "db.a.test", 0, ANSWER, { NULL } }, { "db.b.test", 0, ANSWER, PLACE },
				{ .action = NO_NAME } },
			NULL, ASK("db.a.test") ASK("db.b.test") },
		{ __LINE__, RESOLV "search a.test\n", "", "db",
			{ { "db.a.test", 0, ANSWER, { NULL } }, { .action = NO_NAME } },
			"cannot resolve db: it has no address", ASK("db.a.test") ASK("db") },
		/* a server that fails says nothing about the name: no guess at another one */
		{ __LINE__, RESOLV "search a.test b.test\n", "", "db",
			{ { "db.a.test", 0, SERVER_FAILS, { NULL } },
				{ .action = ANSWER, .addresses = PLACE } },
			"cannot resolve db: SERVFAIL (127.0.0.1)", NULL },
	};
#undef ONLY
#undef ASK

	(void)state;
	run_rows(rows, COUNT(rows), "20s");
}

/* resolv.conf that says little, or nothing */
static void
test_settings(void **state)
{
	static const struct name_row rows[] = {
		{ __LINE__, "", "", "db.test", { { .action = ANSWER, .addresses = PLACE } }, NULL,
			NULL },
		{ __LINE__, NULL, NULL, "db.test", { { .action = ANSWER, .addresses = PLACE } },
			NULL, NULL },
		{ __LINE__,
			"# nameserver 127.0.0.9\n;nameserver 127.0.0.9\nsortlist x\n"
			"nameserver nonsense\n\tnameserver\t127.0.0.1 # here\r\n",
			NULL, "db.test", { { .action = ANSWER, .addresses = PLACE } }, NULL, NULL },
	};

	(void)state;
	run_rows(rows, COUNT(rows), "20s");
}

struct servers_row {
	int line;
	const char *resolv_conf;
	enum nameserver_action first, second; /* of 127.0.0.1 and 127.0.0.2 */
	const char *verdict;                  /* NULL: connected */
};

/* nobody listens on 127.0.0.3 */
static void
test_servers(void **state)
{
#define BOTH "nameserver 127.0.0.1\nnameserver 127.0.0.2\n"
	static const struct servers_row rows[] = {
		{ __LINE__, BOTH, SAY_NOTHING, ANSWER, NULL },
		{ __LINE__, BOTH, SERVER_FAILS, ANSWER, NULL },
		{ __LINE__, BOTH, REFUSES, TRUNCATES, NULL },
		{ __LINE__, BOTH, ONLY_LIES, ANSWER, NULL },
		{ __LINE__, BOTH, TRUNCATES_ALL, ANSWER, NULL },
		{ __LINE__, BOTH, TRUNCATES_SILENT, ANSWER, NULL },
		{ __LINE__, BOTH, TRUNCATES_SILENT, TRUNCATES_ALL,
			"cannot resolve db.test: timed out (127.0.0.1), connection reset "
			"(127.0.0.2)" },
		/* the second one isn't asked for a better answer */
		{ __LINE__, BOTH, NO_NAME, ANSWER, "cannot resolve db.test: no such host" },
		{ __LINE__, BOTH, SERVER_FAILS, REFUSES,
			"cannot resolve db.test: SERVFAIL (127.0.0.1), REFUSED (127.0.0.2)" },
		{ __LINE__, "nameserver 127.0.0.3\n" BOTH, ANSWER, ANSWER, NULL },
		{ __LINE__, "nameserver 127.0.0.3\n", ANSWER, ANSWER,
			"cannot resolve db.test: connection refused (127.0.0.3)" },
		{ __LINE__, "nameserver 127.0.0.3\nnameserver 127.0.0.2\n", ANSWER, SERVER_FAILS,
			"cannot resolve db.test: connection refused (127.0.0.3), SERVFAIL "
			"(127.0.0.2)" },
		{ __LINE__, "nameserver 192.0.2.1\n", ANSWER, ANSWER,
			"cannot resolve db.test: network unreachable (192.0.2.1)" },
		{ __LINE__, "nameserver 192.0.2.1\n" BOTH, ANSWER, ANSWER, NULL },
	};
#undef BOTH

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct servers_row *row = &rows[i];
		struct peer peer = { .address = "127.0.0.5" };
		struct nameserver first = { 0 }, second = { .address = "127.0.0.2" };
		struct run run = { 0 };
		const char *target;

		PEER(&peer, SILENT);
		NAMESERVER(&first, { .action = row->first, .addresses = PLACE });
		NAMESERVER(&second, { .action = row->second, .addresses = PLACE });
		run.root = namespace_root(row->resolv_conf, "");
		target = support_format("db.test:%u", peer.port);
		RUN(&run, "--once", "-t", "20s", "--tcp", target);
		run_expect_check(&run, row->line, !row->verdict, target,
			row->verdict ? row->verdict : "connected");
		support_renew();
	}
	support_settle();
}

/* A question that got lost is asked again. */
static void
test_asked_again(void **state)
{
	struct nameserver server = { 0 };
	struct run run = { 0 };

	(void)state;
	NAMESERVER(&server, { .action = SAY_NOTHING });
	run.root = namespace_root(RESOLV, "");
	RUN(&run, "--once", "-t", "3s", "--tcp", "db.test:1");
	EXPECT_CHECK(&run, false, "db.test:1", "timed out after 3000 ms while resolving db.test");
	assert_true(nameserver_count(&server, "A db.test") >= 2);
	assert_true(nameserver_count(&server, "AAAA db.test") >= 2);
}

/* A literal is used as it is, and so is localhost; nobody is asked. */
static void
test_not_asked(void **state)
{
	static const char *const targets[] = { "127.0.0.5:%u", "[::ffff:127.0.0.5]:%u" };
	struct peer peer = { .address = "127.0.0.5" };
	struct nameserver server = { 0 };
	struct run run = { 0 };
	char target[64];

	(void)state;
	PEER(&peer, SILENT);
	NAMESERVER(&server, { .action = SAY_NOTHING });
	run.root = namespace_root(RESOLV, "127.0.0.9 127.0.0.5\n127.0.0.5 localhost a.localhost\n");
	for (size_t i = 0; i < COUNT(targets); i++) {
		snprintf(target, sizeof(target), targets[i], peer.port);
		RUN(&run, "--once", "--tcp", target);
		EXPECT_CHECK(&run, true, target, "connected");
	}
	/* not even the hosts file, which says 127.0.0.5 */
	snprintf(target, sizeof(target), "a.LocalHost.:%u", peer.port);
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "connection refused (127.0.0.1, ::1)");
	assert_string_equal(nameserver_asked(&server), "");
}

static void
test_server_v6(void **state)
{
	struct peer peer = { .address = "127.0.0.5" };
	struct nameserver server = { .address = "::1" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	PEER(&peer, SILENT);
	NAMESERVER(&server, { .action = TRUNCATES, .addresses = PLACE });
	run.root = namespace_root("nameserver ::1\n", "");
	target = support_format("db.test:%u", peer.port);
	RUN(&run, "--once", "-t", "20s", "--tcp", target);
	EXPECT_CHECK(&run, true, target, "connected");
}

/* The Host header has the name as it was written, and no port where it is 80. */
static void
test_host_header(void **state)
{
	struct peer peer = { .address = "127.0.0.5", .port = 80 };
	struct run run = { 0 };

	(void)state;
	PEER(&peer, REQUEST, SEND("HTTP/1.1 200 OK\r\n\r\n"));
	run.root = namespace_root(RESOLV, "127.0.0.5 db.test\n");
	RUN(&run, "--once", "--http", "http://Db.test/");
	EXPECT_CHECK(&run, true, "http://Db.test/", "status 200");
	assert_non_null(strstr(peer_received(&peer, 1), "\r\nHost: Db.test\r\n"));
	RUN(&run, "--once", "--http", "http://db.test:80/");
	EXPECT_CHECK(&run, true, "http://db.test:80/", "status 200");
	assert_non_null(strstr(peer_received(&peer, 2), "\r\nHost: db.test\r\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_answers),
		TEST(test_lies),
		TEST(test_truncated),
		TEST(test_silent),
		TEST(test_hosts),
		TEST(test_search),
		TEST(test_settings),
		TEST(test_servers),
		TEST(test_server_v6),
		TEST(test_asked_again),
		TEST(test_not_asked),
		TEST(test_host_header),
	};

	namespace_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
