#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "clock.h"
#include "connection.h"

enum {
	ATTEMPT_DELAY_US = 250000,   /* RFC 8305, section 5 */
	RESOLUTION_DELAY_US = 50000, /* RFC 8305, section 3 */
	UNIX_RETRY_US = 20000,
};

static int
connect_attempt(const struct connection *connection, const struct attempt *attempt)
{
	const struct endpoint *endpoint = connection->endpoint;
	struct sockaddr_un local = { .sun_family = AF_UNIX };

	if (endpoint->type != ENDPOINT_UNIX)
		return connect(attempt->watch.fd, &attempt->address.any, sizeof(attempt->address));
	memcpy(local.sun_path, endpoint->host.bytes, endpoint->host.length);
	return connect(attempt->watch.fd, (struct sockaddr *)&local, sizeof(local));
}

static void
attempt_failed(struct connection *connection, struct attempt *attempt)
{
	attempt->error = errno;
	attempt->watch.want = WANT_NOTHING;
	connection->next_us = 0;
}

/* Is it connected by now? The first send tells, and where there is nothing to send a
 * second connect. */
static void
test_attempt(struct connection *connection, struct attempt *attempt)
{
	struct slice request = connection->request;
	ssize_t sent;

	if (request.length > 0)
		sent = send(attempt->watch.fd, request.bytes, request.length, MSG_NOSIGNAL);
	else
		sent = connect_attempt(connection, attempt);
	if (sent >= 0 || errno == EISCONN) {
		connection->sent = request.length > 0 ? (size_t)sent : 0;
		connection->connected = attempt;
	} else if (errno != EAGAIN && errno != EALREADY && errno != EINPROGRESS && errno != EINTR) {
		attempt_failed(connection, attempt);
	}
}

/* False when it has to be begun again. */
static bool
begin_attempt(struct connection *connection, struct attempt *attempt)
{
	bool local = connection->endpoint->type == ENDPOINT_UNIX;
	int family = local ? AF_UNIX : attempt->address.any.sa_family;

	if (!check_socket(connection->check, &attempt->watch, family, SOCK_STREAM)) {
		if (!connection->check->starved)
			attempt_failed(connection, attempt);
		return attempt->error;
	}
	attempt->watch.want = WANT_WRITE;
	connection->next_us = clock_monotonic_us() + ATTEMPT_DELAY_US;
	if (connect_attempt(connection, attempt) == 0 || errno == EINPROGRESS || errno == EINTR) {
		test_attempt(connection, attempt);
	} else if (local && errno == EAGAIN) {
		/* the listener's queue is full, and poll would not say when it is not (unix(7)) */
		attempt->watch.want = WANT_NOTHING;
		connection->next_us = clock_monotonic_us() + UNIX_RETRY_US;
		return false;
	} else {
		attempt_failed(connection, attempt);
	}
	return true;
}

static const union address *
address_at(const struct connection *connection, unsigned index)
{
	const struct resolver *resolver = connection->resolver;

	if (resolver)
		return index < resolver->addresses.count ? &resolver->addresses.list[index] : NULL;
	return index == 0 ? &connection->endpoint->literal : NULL;
}

/* The index of the address to try next, families taking turns (RFC 8305, section 4); -1: none. */
static int
pick_address(const struct connection *connection)
{
	const union address *address;
	int picked = -1;

	for (unsigned i = 0; (address = address_at(connection, i)); i++) {
		if (connection->tried >> i & 1)
			continue;
		if (address->any.sa_family != connection->last_family)
			return (int)i;
		if (picked < 0)
			picked = (int)i;
	}
	return picked;
}

static bool
in_flight(const struct attempt *attempt)
{
	return attempt->watch.open && attempt->watch.want != WANT_NOTHING;
}

static bool
any_in_flight(const struct connection *connection)
{
	const struct attempt *at = connection->attempts;

	while (at && !in_flight(at))
		at = at->next;
	return at;
}

/* Begins the next attempt if it is time for one and there is one. False when none was. */
static bool
next_attempt(struct connection *connection)
{
	struct attempt **end = &connection->attempts, *attempt = &connection->first;
	int picked = pick_address(connection);

	if (picked < 0 || connection->connected || clock_monotonic_us() < connection->next_us)
		return false;
	while (*end)
		end = &(*end)->next;
	if (end != &connection->attempts)
		attempt = arena_take(&connection->check->run->arena, sizeof(*attempt));
	if (!attempt) {
		check_decide(connection->check, OUTCOME_NO_MEMORY);
		return false;
	}
	attempt->address = *address_at(connection, (unsigned)picked);
	address_set_port(&attempt->address, connection->endpoint->port);
	if (!begin_attempt(connection, attempt))
		return false;
	*end = attempt;
	connection->tried |= UINT64_C(1) << picked;
	connection->last_family = attempt->address.any.sa_family;
	return true;
}

/* An IPv4 address waits a little for the answer that may bring an IPv6 one. */
static bool
held_back(struct connection *connection)
{
	const struct resolver *resolver = connection->resolver;

	if (!resolver || connection->attempts || !resolver->pending[DNS_AAAA] ||
		resolver->addresses.count == 0)
		return false;
	if (connection->next_us == 0)
		connection->next_us = clock_monotonic_us() + RESOLUTION_DELAY_US;
	return clock_monotonic_us() < connection->next_us;
}

/* "connection refused (127.0.0.1, ::1), no route to host (10.0.0.7)" */
static void
print_errors(const struct connection *connection, struct text *text)
{
	for (const struct attempt *at = connection->attempts; at; at = at->next) {
		const struct attempt *same = connection->attempts;

		while (same->error != at->error)
			same = same->next;
		if (same != at)
			continue; /* listed with the first that said so */
		text_print(text, at == connection->attempts ? "%s" : ", %s", errno_words(at->error));
		if (!connection->resolver)
			continue;
		for (; same; same = same->next) {
			if (same->error != at->error)
				continue;
			text_print(text, same == at ? " (" : ", ");
			address_print_host(text, &same->address);
		}
		text_char(text, ')');
	}
}

static void
give_up(struct connection *connection)
{
	struct check *check = connection->check;
	struct text text;

	text_open(&text, &check->run->arena, CHECK_WORDS / 2);
	if (connection->attempts) {
		print_errors(connection, &text);
		check_decide(check, OUTCOME_CONNECT_FAILED, check_keep(check, &text));
	} else {
		resolver_print_problem(connection->resolver, &text);
		check_decide(check, OUTCOME_RESOLVE_FAILED, connection->endpoint->host,
			check_keep(check, &text));
	}
}

static enum connection_result
drive_request(struct connection *connection)
{
	struct watch *watch = &connection->connected->watch;
	struct slice rest = slice_after(connection->request, connection->sent);

	if (rest.length > 0) {
		ssize_t sent = send(watch->fd, rest.bytes, rest.length, MSG_NOSIGNAL);

		if (sent >= 0) {
			connection->sent += (size_t)sent;
		} else if (errno != EAGAIN && errno != EINTR) {
			check_fail_errno(connection->check, errno);
			return CONNECTION_FAILED;
		}
	}
	if (connection->sent < connection->request.length)
		return CONNECTION_WAIT;
	watch->want = WANT_READ;
	return CONNECTION_DONE;
}

/* One address has connected: the others are let go. */
static void
settle(struct connection *connection)
{
	for (struct attempt *at = connection->attempts; at; at = at->next) {
		if (at != connection->connected)
			at->watch.want = WANT_NOTHING;
	}
	if (connection->resolver)
		resolver_close(connection->resolver);
	connection->check->wake_us = CLOCK_NEVER;
}

static void
drive_attempts(struct connection *connection)
{
	struct resolver *resolver = connection->resolver;
	struct check *check = connection->check;
	bool more;

	if (resolver)
		resolver_drive(resolver);
	for (struct attempt *at = connection->attempts; at && !connection->connected; at = at->next) {
		if (in_flight(at) && at->watch.ready)
			test_attempt(connection, at);
	}
	if (!held_back(connection))
		while (next_attempt(connection))
			continue;
	more = pick_address(connection) >= 0;
	check->wake_us = more && !check->starved ? connection->next_us : CLOCK_NEVER;
	if (resolver && resolver->wake_us < check->wake_us)
		check->wake_us = resolver->wake_us;
	if (connection->connected)
		settle(connection);
	else if (!more && (!resolver || resolver->done) && !any_in_flight(connection))
		give_up(connection);
}

void
connection_open(struct connection *connection, struct check *check,
	const struct endpoint *endpoint, struct slice request)
{
	*connection = (struct connection){ .check = check, .endpoint = endpoint, .request = request };
	if (endpoint->type != ENDPOINT_NAME)
		return;
	connection->resolver = arena_take(&check->run->arena, sizeof(*connection->resolver));
	if (!connection->resolver) {
		check_decide(check, OUTCOME_NO_MEMORY);
		return;
	}
	resolver_open(connection->resolver, check, endpoint->host);
	/* IPv6 first where the answers came together; files and rules have their own order */
	if (connection->resolver->asked)
		connection->last_family = AF_INET;
}

enum connection_result
connection_drive(struct connection *connection)
{
	if (!connection->connected && !connection->check->verdict.outcome)
		drive_attempts(connection);
	if (connection->check->verdict.outcome)
		return CONNECTION_FAILED;
	return connection->connected ? drive_request(connection) : CONNECTION_WAIT;
}

enum connection_result
connection_receive(struct connection *connection, struct slice *received)
{
	char *buffer = connection->check->run->buffer;
	ssize_t got = recv(connection->connected->watch.fd, buffer, RUN_BUFFER, 0);

	*received = (struct slice){ buffer, (size_t)got };
	if (got > 0)
		return CONNECTION_DONE;
	if (got == 0)
		return CONNECTION_CLOSED;
	if (errno == EAGAIN || errno == EINTR)
		return CONNECTION_WAIT;
	check_fail_errno(connection->check, errno);
	return CONNECTION_FAILED;
}

bool
connection_to_itself(const struct connection *connection)
{
	union address own = { 0 };
	socklen_t size = sizeof(own);

	return getsockname(connection->connected->watch.fd, &own.any, &size) == 0 &&
	       memcmp(&own, &connection->connected->address, sizeof(own)) == 0;
}

bool
connection_doing(const struct connection *connection, struct text *text)
{
	const struct endpoint *endpoint = connection->endpoint;
	const char *separator = "connecting to ";

	if (connection->connected) {
		bool sending = connection->sent < connection->request.length;

		text_print(text, sending ? "sending" : "");
		return sending;
	}
	if (!connection->resolver)
		text_print(text, separator);
	if (endpoint->type == ENDPOINT_UNIX)
		text_print(text, "unix:%e", endpoint->host);
	else if (endpoint->type == ENDPOINT_LITERAL)
		address_print(text, &endpoint->literal);
	else if (!any_in_flight(connection))
		text_print(text, "resolving %e", endpoint->host);
	for (const struct attempt *at = connection->attempts; connection->resolver && at; at = at->next) {
		if (!in_flight(at))
			continue;
		text_print(text, separator);
		address_print(text, &at->address);
		separator = ", ";
	}
	return true;
}
