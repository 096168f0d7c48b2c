/* a name's addresses: each is tried, staggered (RFC 8305), and the first that connects is used */
#include "nameserver.h"
#include "namespace.h"
#include "peer.h"
#include "run.h"

#define RESOLV "nameserver 127.0.0.1\n"
#define TEN \
	{ \
		"127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4", "127.0.1.5", "127.0.1.6", \
			"127.0.1.7", "127.0.1.8", "127.0.1.9", "127.0.1.10" \
	}

static const char *
run_target(struct run *run, const char *name, unsigned port, const char *timeout)
{
	const char *target = support_format("%s:%u", name, port);

	RUN(run, "--once", "-t", timeout, "--tcp", target);
	return target;
}

static void
test_localhost(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };
	static const char *const names[] = { "localhost", "LOCALHOST", "app.localhost",
		"localhost." };
	struct run run = { 0 };

	(void)state;
	run.root = namespace_root("nameserver 127.0.0.9\n", NULL);
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct peer peer = { .address = addresses[i] };

		PEER(&peer, SILENT);
		for (size_t j = 0; j < COUNT(names); j++) {
			const char *target = run_target(&run, names[j], peer.port, "20s");

			EXPECT_CHECK(&run, true, target, "connected");
		}
	}
	{
		struct peer peer = { 0 };
		const char *target;

		peer_refuse(&peer);
		target = run_target(&run, "localhost", peer.port, "20s");
		EXPECT_CHECK(&run, false, target, "connection refused (127.0.0.1, ::1)");
	}
}

static void
test_localhost_http(void **state)
{
	struct peer peer = { .address = "::1" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	PEER(&peer, REQUEST, SEND("HTTP/1.1 200 OK\r\n\r\n"));
	target = support_format("http://localhost:%u/", peer.port);
	RUN(&run, "--once", "--http", target);
	EXPECT_CHECK(&run, true, target, "status 200");
	assert_non_null(strstr(peer_received(&peer, 1),
		support_format("\r\nHost: localhost:%u\r\n", peer.port)));
}

/* localhost takes what connects, not what hangs */
static void
test_localhost_hangs(void **state)
{
	struct peer v4 = { 0 }, v6 = { .address = "::1" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	peer_fill(&v4);
	v6.port = v4.port;
	PEER(&v6, SILENT);
	target = run_target(&run, "localhost", v4.port, "20s");
	EXPECT_CHECK(&run, true, target, "connected");
}

static void
test_last_of_ten(void **state)
{
	struct peer peer = { .address = "127.0.1.10" };
	struct nameserver server = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	NAMESERVER(&server, { .action = ANSWER, .addresses = TEN });
	PEER(&peer, SILENT);
	run.root = namespace_root(RESOLV, "");
	target = run_target(&run, "db.test", peer.port, "20s");
	EXPECT_CHECK(&run, true, target, "connected");
}

/* The other nine are silent: each gets its quarter of a second, no more. */
static void
test_last_of_ten_silent(void **state)
{
	static const char *const ten[] = TEN;
	struct peer peer = { .address = "127.0.1.10" };
	struct nameserver server = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	NAMESERVER(&server, { .action = ANSWER, .addresses = TEN });
	PEER(&peer, SILENT);
	for (size_t i = 0; i < 9; i++) {
		struct peer full = { .address = ten[i], .port = peer.port };

		peer_fill(&full);
	}
	run.root = namespace_root(RESOLV, "");
	target = run_target(&run, "db.test", peer.port, "25s");
	EXPECT_CHECK(&run, true, target, "connected");
}

/* When all fail the verdict says what each said. */
static void
test_all_fail(void **state)
{
	struct nameserver server = { 0 };
	struct peer peer = { .address = "127.0.1.1" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	NAMESERVER(&server, { "two.test", 0, ANSWER, { "127.0.1.1", "192.0.2.1", "127.0.1.2" } },
		{ "both.test", 0, ANSWER, { "127.0.1.1", "::1" } },
		{ .action = ANSWER, .addresses = TEN });
	peer_refuse(&peer);
	run.root = namespace_root(RESOLV, "");
	target = run_target(&run, "db.test", peer.port, "20s");
	EXPECT_CHECK(&run, false, target,
		"connection refused (127.0.1.1, 127.0.1.2, 127.0.1.3, 127.0.1.4, 127.0.1.5, "
		"127.0.1.6, 127.0.1.7, 127.0.1.8, 127.0.1.9, 127.0.1.10)");
	target = run_target(&run, "two.test", peer.port, "20s");
	EXPECT_CHECK(&run, false, target,
		"connection refused (127.0.1.1, 127.0.1.2), network unreachable (192.0.2.1)");
	/* IPv6 first where both answers are there; if not, in the other order */
	target = run_target(&run, "both.test", peer.port, "20s");
	if (strstr(run.out, "(::1"))
		EXPECT_CHECK(&run, false, target, "connection refused (::1, 127.0.1.1)");
	else
		EXPECT_CHECK(&run, false, target, "connection refused (127.0.1.1, ::1)");
}

static void
test_all_hang(void **state)
{
	struct nameserver server = { 0 };
	struct peer first = { .address = "127.0.1.1" }, second = { .address = "127.0.1.2" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	NAMESERVER(&server, { .action = ANSWER, .addresses = { "127.0.1.1", "127.0.1.2" } });
	peer_fill(&first);
	second.port = first.port;
	peer_fill(&second);
	run.root = namespace_root(RESOLV, "");
	target = run_target(&run, "db.test", first.port, "2500ms");
	EXPECT_CHECK(&run, false, target,
		support_format("timed out after 2500 ms while connecting to 127.0.1.1:%u, "
			       "127.0.1.2:%u",
			first.port, first.port));
}

/* one that refuses is no reason to wait for the next */
static void
test_families(void **state)
{
	static const char *const addresses[] = { "127.0.1.1", "::1" };
	struct nameserver server = { 0 };
	struct run run = { 0 };

	(void)state;
	NAMESERVER(&server, { .action = ANSWER, .addresses = { "127.0.1.1", "::1" } });
	run.root = namespace_root(RESOLV, "");
	for (size_t i = 0; i < COUNT(addresses); i++) {
		struct peer peer = { .address = addresses[i] };
		const char *target;

		PEER(&peer, SILENT);
		target = run_target(&run, "db.test", peer.port, "20s");
		EXPECT_CHECK(&run, true, target, "connected");
	}
}

/* An answer that stays out holds up neither the other family nor what it found. */
static void
test_half_an_answer(void **state)
{
	struct nameserver server = { 0 };
	struct peer peer = { .address = "127.0.1.1" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	NAMESERVER(&server, { "db.test", '6', SAY_NOTHING, { NULL } },
		{ .action = ANSWER, .addresses = { "127.0.1.1" } });
	PEER(&peer, SILENT);
	run.root = namespace_root(RESOLV, "");
	target = run_target(&run, "db.test", peer.port, "20s");
	EXPECT_CHECK(&run, true, target, "connected");
	/* 50 ms by RFC 8305, and not the 20 s that the answer stays out */
	assert_true(run.took_ms < 10000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_localhost),
		TEST(test_localhost_http),
		TEST(test_localhost_hangs),
		TEST(test_last_of_ten),
		TEST(test_last_of_ten_silent),
		TEST(test_all_fail),
		TEST(test_all_hang),
		TEST(test_families),
		TEST(test_half_an_answer),
	};

	namespace_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
