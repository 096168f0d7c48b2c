/* TCP and unix sockets */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "namespace.h"
#include "rows.h"

#define PONG "\"contains\": \"+PONG\""
#define PING "\"send\": \"PING\\r\\n\", " PONG
#define MISSING "the reply does not contain \"+PONG\""
#define FOUND "contains the text"

static void
test_connected(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, NULL, { SILENT }, true, "connected" },
		{ ROW, NULL, { CLOSE }, true, "connected" },
		{ ROW, NULL, { SEND("hello"), PAUSE(100), RESET }, true, "connected" },
		{ ROW, NULL, { ENDLESS("hello") }, true, "connected" },
		/* only sent: what comes back is not waited for */
		{ ROW, "\"send\": \"QUIT\\r\\n\"", { SILENT }, true, "connected" },
		{ ROW, "\"send\": \"\"", { SILENT }, true, "connected" },
	};

	(void)state;
	rows_tcp(rows, COUNT(rows));
}

/* What is reset had been connected, however soon that was. */
static void
test_reset_at_once(void **state)
{
	struct peer peer = { 0 };
	struct run run = { 0 };
	const char *target;

	(void)state;
	PEER(&peer, RESET);
	target = support_format("127.0.0.1:%u", peer.port);
	for (int i = 0; i < 30; i++) {
		RUN(&run, "--once", "--tcp", target);
		EXPECT_CHECK(&run, true, target, "connected");
	}
}

static void
test_contains(void **state)
{
	static const struct answer_row rows[] = {
		{ ROW, PING, { READ(6), SEND("+PONG\r\n"), SILENT }, true, FOUND },
		{ ROW, PING, { READ(6), SEND("hello\r\n+PONG\r\n") }, true, FOUND },
		{ ROW, PING, { READ(6), DRIP("-ERR +PO+PONG") }, true, FOUND },
		{ ROW, PING, { READ(6), SEND("+PO"), PAUSE(20), SEND("NG") }, true, FOUND },
		/* a banner, without anything sent */
		{ ROW, PONG, { SEND("+PONG"), SILENT }, true, FOUND },
		{ ROW, "\"contains\": \"\\u0000\"", { SEND("a\0"), SILENT }, true, FOUND },
		{ ROW, PING, { READ(6), SEND("-NOAUTH\r\n") }, false, MISSING },
		{ ROW, PING, { READ(6), SEND("+pong\r\n") }, false, MISSING },
		{ ROW, PING, { READ(6) }, false, "connection closed while reading" },
		{ ROW, PONG, { CLOSE }, false, "connection closed while reading" },
		{ ROW, PING, { READ(6), RESET }, false, "connection reset while reading" },
		{ ROW, PING, { READ(6), SEND("-ERR"), PAUSE(50), RESET }, false,
			"connection reset while reading" },
		{ ROW, PING ", \"timeout\": \"300ms\"", { SILENT }, false,
			"timed out after 300 ms while reading" },
		{ ROW, PING ", \"timeout\": \"300ms\"", { TRICKLE("+PO", 10) }, false,
			"timed out after 300 ms while reading" },
		{ ROW, PING, { READ(6), ENDLESS("+PO") }, false,
			"the reply is larger than 64 KiB, its first 64 KiB do not contain \"+PONG\"" },
		{ ROW, PING, { READ(6), SEND("+PONG"), ENDLESS("+PO") }, true, FOUND },
	};

	(void)state;
	rows_tcp(rows, COUNT(rows));
}

struct sent_row {
	int line;
	const char *send;
	const char *bytes;
	unsigned size;
};

static void
test_sent(void **state)
{
	static const struct sent_row rows[] = {
		{ __LINE__, "PING\\r\\n", "PING\r\n", 6 },
		{ __LINE__, "\\u0000\\u00e9\\t\\\"", "\0\xc3\xa9\t\"", 5 },
		{ __LINE__, "$$5 $5 ${WORD} ${NONE:-none} ${EMPTY}", "$5 $5 word none ", 16 },
		{ __LINE__, "\\ud83d\\ude00", "\xf0\x9f\x98\x80", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run = { .environment = { "WORD=word", "EMPTY=" } };
		struct peer peer = { 0 };

		PEER(&peer, READ(rows[i].size), SEND("ok"));
		folder_text("health.json",
			support_format(
				"{\"checks\": [{\"tcp\": \"127.0.0.1:%u\", \"send\": \"%s\", "
				"\"contains\": \"ok\"}]}",
				peer.port, rows[i].send));
		RUN_BARE(&run);
		run_expect(&run, rows[i].line, 0, "healthy: 1 check passed in " NUMBER " ms\n", "");
		if (memcmp(peer_received(&peer, 1), rows[i].bytes, rows[i].size + 1) != 0)
			support_complain("line %d: sent %s", rows[i].line, peer_received(&peer, 1));
	}
	support_settle();
}

static void
test_targets(void **state)
{
	static const char *const forms[] = { "127.0.0.1:%u", "tcp://127.0.0.1:%u", "[::1]:%u",
		"tcp://[::1]:%u", "tcp://[0:0:0:0:0:0:0:1]:%u" };
	struct peer v4 = { 0 }, v6 = { .address = "::1" }, local = { 0 };
	struct run run = { 0 };
	char target[128];

	(void)state;
	PEER(&v4, SILENT);
	PEER(&v6, SILENT);
	local.address = folder_path("app.sock");
	PEER(&local, SILENT);
	for (size_t i = 0; i < COUNT(forms); i++) {
		snprintf(target, sizeof(target), forms[i],
			strchr(forms[i], '[') ? v6.port : v4.port);
		RUN(&run, "--once", "--tcp", target);
		EXPECT_CHECK(&run, true, target, "connected");
	}
	snprintf(target, sizeof(target), "unix:%s", local.address);
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, true, target, "connected");
}

static void
test_refused(void **state)
{
	struct peer v4 = { 0 }, v6 = { .address = "::1" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	peer_refuse(&v4);
	peer_refuse(&v6);
	target = support_format("127.0.0.1:%u", v4.port);
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "connection refused");
	target = support_format("[::1]:%u", v6.port);
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "connection refused");
}

static void
test_unix_failures(void **state)
{
	struct peer stale = { 0 }, full = { 0 };
	struct sockaddr_un place = { .sun_family = AF_UNIX };
	struct run run = { 0 };
	const char *target;
	int datagram;

	(void)state;
	stale.address = folder_path("stale.sock");
	peer_refuse(&stale);
	target = support_format("unix:%s", stale.address);
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "connection refused");
	target = support_format("unix:%s", folder_path("none.sock"));
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "no such file or directory");
	target = support_format("unix:%s/none", folder_text("file", "x"));
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "not a directory");
	datagram = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	strcpy(place.sun_path, folder_path("datagram.sock"));
	assert_int_equal(bind(datagram, (struct sockaddr *)&place, sizeof(place)), 0);
	target = support_format("unix:%s", place.sun_path);
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "wrong type of socket");
	close(datagram);
	full.address = folder_path("full.sock");
	peer_fill(&full);
	target = support_format("unix:%s", full.address);
	RUN(&run, "--once", "-t", "300ms", "--tcp", target);
	EXPECT_CHECK(&run, false, target,
		support_format("timed out after 300 ms while connecting to %s", target));
}

static void
test_unix_not_permitted(void **state)
{
	struct peer peer = { 0 };
	struct run run = { .powerless = true };
	const char *target;

	(void)state;
	peer.address = folder_path("app.sock");
	PEER(&peer, SILENT);
	assert_int_equal(chmod(peer.address, 0), 0);
	target = support_format("unix:%s", peer.address);
	RUN(&run, "--once", "--tcp", target);
	EXPECT_CHECK(&run, false, target, "permission denied");
}

static void
test_hanging(void **state)
{
	struct peer v4 = { 0 }, v6 = { .address = "::1" };
	struct run run = { 0 };
	const char *target;

	(void)state;
	peer_fill(&v4);
	peer_fill(&v6);
	target = support_format("127.0.0.1:%u", v4.port);
	RUN(&run, "--once", "-t", "300ms", "--tcp", target);
	EXPECT_CHECK(&run, false, target,
		support_format("timed out after 300 ms while connecting to 127.0.0.1:%u", v4.port));
	target = support_format("tcp://[0::1]:%u", v6.port);
	RUN(&run, "--once", "-t", "300ms", "--tcp", target);
	EXPECT_CHECK(&run, false, target,
		support_format("timed out after 300 ms while connecting to [::1]:%u", v6.port));
}

/* Where nothing listens on a local port, TCP can connect a socket to itself. The
 * namespace's only port makes sure of it. */
static void
test_itself(void **state)
{
	/* the last two are other ways to write the loopback addresses */
	static const struct {
		int line;
		const char *form;
	} rows[] = { { __LINE__, "127.0.0.1:%u" }, { __LINE__, "[::1]:%u" },
		{ __LINE__, "0.0.0.0:%u" }, { __LINE__, "[::]:%u" } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct run run = { 0 };
		struct peer peer = { 0 };
		char target[64];

		/* a port that is free: it was a moment ago, and nobody else is in the namespace */
		PEER(&peer, SILENT);
		snprintf(target, sizeof(target), rows[i].form, (unsigned)(peer.port ^ 1));
		namespace_one_port((uint16_t)(peer.port ^ 1));
		RUN(&run, "--once", "--tcp", target);
		namespace_any_port();
		run_expect_check(&run, rows[i].line, false, target,
			"nothing listens, the connection came back to its own port");
		support_renew();
	}
	support_settle();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_connected),
		TEST(test_reset_at_once),
		TEST(test_contains),
		TEST(test_sent),
		TEST(test_targets),
		TEST(test_refused),
		TEST(test_unix_failures),
		TEST(test_unix_not_permitted),
		TEST(test_hanging),
		TEST(test_itself),
	};

	namespace_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
