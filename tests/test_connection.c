#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "clock.h"
#include "connection.h"
#include "unit.h"

static char folder[] = "/tmp/probe-connection-XXXXXX";
static char buffer[RUN_BUFFER];
static struct dns_settings settings;
static struct run run;

/* one check that connects, without an engine: the tests do that part by hand */
static struct client {
	struct check check;
	struct endpoint endpoint;
	struct connection connection;
} client;

static void
doing(struct check *check, struct text *text)
{
	(void)check;
	if (!connection_doing(&client.connection, text))
		text_print(text, "reading");
}

static const struct check_kind kind = { .doing = doing };

static void
parse(void *argument)
{
	endpoint_parse(slice_of(argument), &client.endpoint);
}

static void
begin(const char *target, struct slice request)
{
	static char words[256];

	assert_true(strlen(target) < sizeof(words));
	memset(&client, 0, sizeof(client));
	assert_false(unit_fails(parse, strcpy(words, target)));
	run = (struct run){ .arena = unit_arena(), .buffer = buffer, .dns = &settings };
	client.check = (struct check){ .kind = &kind, .run = &run, .wake_us = CLOCK_NEVER };
	connection_open(&client.connection, &client.check, &client.endpoint, request);
}

/* what the engine does after each step */
static void
close_unwanted(bool all)
{
	struct watch **link = &client.check.watches, *watch;

	while ((watch = *link)) {
		if (watch->want != WANT_NOTHING && !all) {
			link = &watch->next;
			continue;
		}
		*link = watch->next;
		watch->open = false;
		close(watch->fd);
	}
}

static void
wait_for_any(void)
{
	struct pollfd polls[CHECK_WATCHES];
	nfds_t count = 0;
	bool forever = client.check.wake_us == CLOCK_NEVER;
	int wait = forever ? 20000 : clock_wait_ms(client.check.wake_us);

	for (struct watch *at = client.check.watches; at; at = at->next)
		polls[count++] = (struct pollfd){ .fd = at->fd,
			.events = at->want == WANT_READ ? POLLIN : POLLOUT };
	assert_true(poll(polls, count, wait < 20000 ? wait : 20000) > 0 || wait < 20000);
	count = 0;
	for (struct watch *at = client.check.watches; at; at = at->next)
		at->ready = polls[count++].revents != 0;
}

enum result { DONE, WAIT, FAILED };

static enum result
drive(void)
{
	bool done, decided;

	client.check.starved = false;
	done = connection_drive(&client.connection);
	decided = client.check.verdict.outcome;
	assert_false(done && decided);
	close_unwanted(decided);
	return done ? DONE : decided ? FAILED : WAIT;
}

static enum result
drive_to_end(void)
{
	enum result result;

	while ((result = drive()) == WAIT)
		wait_for_any();
	return result;
}

static void
does(const char *words)
{
	char bytes[256];
	struct text text = UNIT_TEXT(bytes);

	assert_true(connection_doing(&client.connection, &text));
	assert_text(text, words);
}

/* a listener on that address; the port is the kernel's choice where it is 0 */
static int
listen_on(const char *literal, uint16_t *port, int backlog)
{
	union address address;
	socklen_t size = sizeof(address);
	int fd;

	assert_true(address_literal(slice_of(literal), &address));
	address_set_port(&address, *port);
	fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (address.any.sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &(int){ 1 }, sizeof(int));
	size = address.any.sa_family == AF_INET6 ? sizeof(address.v6) : sizeof(address.v4);
	assert_int_equal(bind(fd, &address.any, size), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, &address.any, &size), 0);
	*port = ntohs(address.v4.sin_port);
	return fd;
}

static char *
target(const char *host, uint16_t port)
{
	static char words[128];

	snprintf(words, sizeof(words), "%s:%u", host, port);
	return words;
}

/* what the peer that listener accepts gets, up to the end of it */
static void
received(int listener, const char *wanted)
{
	char bytes[64];
	size_t length = 0;
	ssize_t got;
	int fd = accept(listener, NULL, NULL);

	assert_true(fd >= 0);
	while ((got = read(fd, bytes + length, sizeof(bytes) - length)) > 0)
		length += (size_t)got;
	close(fd);
	row_slice(__LINE__, ((struct slice){ bytes, length }), slice_of(wanted));
}

static void
literals(void **state)
{
	static const char *const hosts[][2] = { { "127.0.0.1", "127.0.0.1" }, { "::1", "[::1]" } };
	static const char *const requests[] = { "", "PING\r\n" };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		uint16_t port = 0;
		int listener = listen_on(hosts[i / 2][0], &port, 4);

		begin(target(hosts[i / 2][1], port), slice_of(requests[i % 2]));
		assert_int_equal(drive_to_end(), DONE);
		assert_false(connection_to_itself(&client.connection));
		assert_false(connection_doing(&client.connection, &(struct text){ 0 }));
		assert_int_equal(client.check.wake_us, CLOCK_NEVER);
		close_unwanted(true);
		received(listener, requests[i % 2]);
		close(listener);
	}
}

static void
refused(void **state)
{
	uint16_t port = 0;
	int fd = listen_on("127.0.0.1", &port, -1); /* bound, so that nobody else listens there */

	(void)state;
	begin(target("127.0.0.1", port), SLICE("x"));
	assert_int_equal(drive_to_end(), FAILED);
	assert_int_equal(client.check.verdict.outcome, OUTCOME_CONNECT_FAILED);
	assert_slice(client.check.verdict.words, "connection refused");
	assert_int_equal(drive(), FAILED);
	close(fd);
}

/* where a service listens on one of the two only */
static void
localhost(void **state)
{
	static const char *const literals_of[] = { "127.0.0.1", "::1" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		uint16_t port = 0;
		int listener = listen_on(literals_of[i], &port, 4),
		    other = listen_on(literals_of[!i], &port, -1);

		begin(target("localhost", port), SLICE("hello"));
		assert_int_equal(drive_to_end(), DONE);
		close_unwanted(true);
		received(listener, "hello");
		close(listener);

		begin(target("localhost", port), SLICE("hello"));
		client.check.verdict.outcome = OUTCOME_NONE;
		listener = listen_on(literals_of[i], &port, -1);
		assert_int_equal(drive_to_end(), FAILED);
		assert_slice(client.check.verdict.words, "connection refused (127.0.0.1, ::1)");
		close(listener);
		close(other);
	}
}

/* ten addresses of which only the last works */
static void
many_addresses(void **state)
{
	char hosts[512];
	struct text text = UNIT_TEXT(hosts);
	uint16_t port = 0;
	int listener = listen_on("127.0.0.21", &port, 4);

	(void)state;
	for (uint64_t i = 12; i <= 21; i++)
		text_print(&text, "127.0.0.%u db\n", i);
	settings.hosts = unit_written(&text);
	begin(target("db", port), SLICE(""));
	assert_int_equal(drive_to_end(), DONE);
	close_unwanted(true);
	close(listener);

	begin(target("db", port), SLICE(""));
	assert_int_equal(drive_to_end(), FAILED);
	assert_slice(client.check.verdict.words,
		"connection refused (127.0.0.12, 127.0.0.13, 127.0.0.14, 127.0.0.15, 127.0.0.16, "
		"127.0.0.17, 127.0.0.18, 127.0.0.19, 127.0.0.20, 127.0.0.21)");
	settings.hosts = SLICE("");
}

/* each error once, with those that said so */
static void
different_errors(void **state)
{
	struct connection *connection = &client.connection;
	static const char *const literals_of[] = { "10.0.0.1", "::1", "10.0.0.2", "10.0.0.3" };
	static const int errors[] = { ECONNREFUSED, ENETUNREACH, ECONNREFUSED, ETIMEDOUT };
	struct attempt attempts[4] = { 0 };

	(void)state;
	settings.hosts = SLICE("10.0.0.1 db\n::1 db\n10.0.0.2 db\n10.0.0.3 db\n");
	begin("db:1", SLICE(""));
	for (size_t i = 0; i < 4; i++) {
		assert_true(address_literal(slice_of(literals_of[i]), &attempts[i].address));
		attempts[i].error = errors[i];
		attempts[i].next = i < 3 ? &attempts[i + 1] : NULL;
		connection->resolver->addresses.list[i].any.sa_family = AF_UNSPEC; /* was tried */
	}
	connection->attempts = attempts;
	connection->end = &attempts[3].next;
	assert_int_equal(drive(), FAILED);
	assert_slice(client.check.verdict.words,
		"connection refused (10.0.0.1, 10.0.0.2), network unreachable (::1), timed out (10.0.0.3)");
	settings.hosts = SLICE("");
}

static int
listen_unix(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(address.sun_path, path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 0), 0);
	return fd;
}

static void
unix_sockets(void **state)
{
	static char path[128], words[160];
	int listener, fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(words, sizeof(words), "unix:%s", path);
	begin(words, SLICE("hello"));
	assert_int_equal(drive_to_end(), FAILED);
	assert_slice(client.check.verdict.words, "no such file or directory");

	listener = listen_unix(path);
	begin(words, SLICE("hello"));
	assert_int_equal(drive_to_end(), DONE);
	assert_false(connection_to_itself(&client.connection));
	close_unwanted(true);
	received(listener, "hello");

	/* stale: nobody listens any more */
	close(listener);
	begin(words, SLICE("hello"));
	assert_int_equal(drive_to_end(), FAILED);
	assert_slice(client.check.verdict.words, "connection refused");
	unlink(path);

	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	close(fd);
	begin(words, SLICE("hello"));
	assert_int_equal(drive_to_end(), FAILED);
	assert_slice(client.check.verdict.words, "connection refused");
	unlink(path);
}

/* a listener whose queue is full is tried again until there is room */
static void
full_queue(void **state)
{
	static char path[128], words[160];
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener, waiting[8];
	size_t count = 0;

	(void)state;
	snprintf(path, sizeof(path), "%s/socket", folder);
	snprintf(words, sizeof(words), "unix:%s", path);
	listener = listen_unix(path);
	strcpy(address.sun_path, path);
	do {
		assert_true(count < COUNT(waiting));
		waiting[count] = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	} while (connect(waiting[count++], (struct sockaddr *)&address, sizeof(address)) == 0);

	begin(words, SLICE("hello"));
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(drive(), WAIT);
		assert_true(client.check.wake_us != CLOCK_NEVER);
		wait_for_any();
	}
	snprintf(buffer, sizeof(buffer), "connecting to %s", words);
	does(buffer);
	for (size_t i = 0; i < count; i++) {
		close(waiting[i]);
		if (i + 1 < count)
			close(accept(listener, NULL, NULL));
	}
	assert_int_equal(drive_to_end(), DONE);
	close_unwanted(true);
	received(listener, "hello");
	close(listener);
	unlink(path);
}

/* one address does not answer: after a while the next is begun, and the first let go */
static void
staggered(void **state)
{
	union address address;
	uint16_t port = 0;
	int mute = listen_on("127.0.0.31", &port, 0), listener = listen_on("127.0.0.32", &port, 4);
	int waiting[8];
	char words[64];

	(void)state;
	assert_true(address_literal(SLICE("127.0.0.31"), &address));
	address_set_port(&address, port);
	for (size_t i = 0; i < COUNT(waiting); i++) {
		waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(waiting[i], &address.any, sizeof(address.v4));
	}
	usleep(10000);
	settings.hosts = SLICE("127.0.0.31 db\n127.0.0.32 db\n");
	begin(target("db", port), SLICE("hello"));
	assert_int_equal(drive(), WAIT);
	snprintf(words, sizeof(words), "connecting to 127.0.0.31:%u", port);
	does(words);
	assert_true(client.check.wake_us != CLOCK_NEVER);
	assert_int_equal(drive_to_end(), DONE);
	assert_non_null(client.check.watches);
	assert_null(client.check.watches->next);
	close_unwanted(true);
	received(listener, "hello");
	for (size_t i = 0; i < COUNT(waiting); i++)
		close(waiting[i]);
	close(mute);
	close(listener);
	settings.hosts = SLICE("");
}

/* what was not sent at once is sent when there is room, in order */
static void
long_request(void **state)
{
	static char sent[4 << 20], got[4 << 20];
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", &port, 4), peer;
	enum result result;
	size_t length = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(sent); i++)
		sent[i] = (char)(i % 251);
	begin(target("127.0.0.1", port), (struct slice){ sent, sizeof(sent) });
	for (;;) {
		assert_int_equal(drive(), WAIT);
		if (client.connection.connected)
			break;
		wait_for_any();
	}
	peer = accept(listener, NULL, NULL);
	does("sending");
	while ((result = drive()) == WAIT) {
		ssize_t read_now = read(peer, got + length, sizeof(got) - length);

		assert_true(read_now > 0);
		length += (size_t)read_now;
	}
	assert_int_equal(result, DONE);
	assert_false(connection_doing(&client.connection, &(struct text){ 0 }));
	close_unwanted(true);
	while (length < sizeof(got))
		length += (size_t)read(peer, got + length, sizeof(got) - length);
	assert_memory_equal(got, sent, sizeof(sent));
	close(peer);
	close(listener);
}

static void
receives(void **state)
{
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", &port, 4), peer;
	struct slice piece;

	(void)state;
	for (unsigned reset = 0; reset < 2; reset++) {
		begin(target("127.0.0.1", port), SLICE(""));
		assert_int_equal(drive_to_end(), DONE);
		assert_null(connection_receive(&client.connection).bytes);
		assert_int_equal(client.check.verdict.outcome, OUTCOME_NONE);
		peer = accept(listener, NULL, NULL);
		assert_int_equal(write(peer, "+PONG", 5), 5);
		wait_for_any();
		assert_slice(connection_receive(&client.connection), "+PONG");
		setsockopt(peer, SOL_SOCKET, SO_LINGER, &(struct linger){ (int)reset, 0 },
			sizeof(struct linger));
		close(peer);
		wait_for_any();
		piece = connection_receive(&client.connection);
		assert_int_equal(piece.length, 0);
		assert_int_equal(piece.bytes == NULL, reset);
		if (reset)
			assert_slice(client.check.verdict.words, "connection reset while reading");
		close_unwanted(true);
	}
	close(listener);
}

/* a socket that is bound to a port and connects to it is its own peer */
static void
to_itself(void **state)
{
	union address address;
	uint16_t port = 0;
	int fd = listen_on("127.0.0.1", &port, -1);
	struct attempt attempt = { 0 };

	(void)state;
	begin(target("127.0.0.1", port), SLICE(""));
	assert_true(address_literal(SLICE("127.0.0.1"), &address));
	address_set_port(&address, port);
	assert_int_equal(connect(fd, &address.any, sizeof(address.v4)), 0);
	attempt.address = address;
	check_watch(&client.check, &attempt.watch, fd);
	client.connection.connected = client.connection.attempts = &attempt;
	assert_true(connection_to_itself(&client.connection));
	close_unwanted(true);
}

static void
resolving(void **state)
{
	union address *server = &settings.servers[0];
	socklen_t size = sizeof(server->v4);
	int silent = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_true(address_literal(SLICE("127.0.0.1"), server));
	assert_int_equal(bind(silent, &server->any, size), 0);
	assert_int_equal(getsockname(silent, &server->any, &size), 0);
	settings.server_count = 1;
	settings.ndots = 1;
	begin("db.example:1", SLICE(""));
	assert_int_equal(drive(), WAIT);
	assert_true(client.check.wake_us != CLOCK_NEVER);
	does("resolving db.example");
	close(silent);
	assert_int_equal(drive_to_end(), FAILED);
	assert_int_equal(client.check.verdict.outcome, OUTCOME_RESOLVE_FAILED);
	assert_slice(client.check.verdict.words,
		"cannot resolve db.example: connection refused (127.0.0.1)");
}

static void
starved(void **state)
{
	uint16_t port = 0;
	int listener = listen_on("127.0.0.1", &port, 4);
	struct rlimit was;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	begin(target("127.0.0.1", port), SLICE("hello"));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &(struct rlimit){ 0, was.rlim_max }), 0);
	assert_int_equal(drive(), WAIT);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	assert_true(client.check.starved);
	assert_null(client.check.watches);
	assert_int_equal(drive_to_end(), DONE);
	close_unwanted(true);
	received(listener, "hello");
	close(listener);
}

static int
enter(void **state)
{
	(void)state;
	return !mkdtemp(folder);
}

static int
leave(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(literals),
		cmocka_unit_test(refused),
		cmocka_unit_test(localhost),
		cmocka_unit_test(many_addresses),
		cmocka_unit_test(different_errors),
		cmocka_unit_test(unix_sockets),
		cmocka_unit_test(full_queue),
		cmocka_unit_test(staggered),
		cmocka_unit_test(long_request),
		cmocka_unit_test(receives),
		cmocka_unit_test(to_itself),
		cmocka_unit_test(resolving),
		cmocka_unit_test(starved),
	};

	return cmocka_run_group_tests_name("connection", tests, enter, leave);
}
