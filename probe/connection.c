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
	struct sockaddr_un local = { .sun_family = AF_UNIX };

	if (connection->endpoint->type != ENDPOINT_UNIX)
		return connect(attempt->watch.fd, &attempt->address.any,
			address_size(&attempt->address));
	memcpy(local.sun_path, connection->endpoint->path.bytes, connection->endpoint->path.length);
	return connect(attempt->watch.fd, (struct sockaddr *)&local, sizeof(local));
}

static void
attempt_failed(struct connection *connection, struct attempt *attempt, int error)
{
	attempt->error = error;
	attempt->watch.want = WANT_NOTHING;
	connection->next_us = 0;
}

/* Is it connected by now? The first send tells, and where there is nothing to send a
 * second connect. */
static void
test_attempt(struct connection *connection, struct attempt *attempt)
{
	bool failed;

	attempt->watch.ready = false;
	if (connection->request.length > 0) {
		ssize_t sent = send(attempt->watch.fd, connection->request.bytes,
			connection->request.length, MSG_NOSIGNAL);

		failed = sent < 0;
		if (!failed)
			connection->sent = (size_t)sent;
	} else {
		failed = connect_attempt(connection, attempt) != 0 && errno != EISCONN;
	}
	if (!failed)
		connection->connected = &attempt->watch;
	else if (errno != EAGAIN && errno != EALREADY && errno != EINPROGRESS && errno != EINTR)
		attempt_failed(connection, attempt, errno);
}

static bool
begin_attempt(struct connection *connection, struct attempt *attempt)
{
	bool local = connection->endpoint->type == ENDPOINT_UNIX;
	int family = local ? AF_UNIX : attempt->address.any.sa_family;

	if (!check_socket(connection->check, &attempt->watch, family, SOCK_STREAM)) {
		if (connection->check->starved)
			return false;
		attempt_failed(connection, attempt, errno);
		return true;
	}
	attempt->watch.want = WANT_WRITE;
	connection->next_us = clock_monotonic_us() + ATTEMPT_DELAY_US;
	if (connect_attempt(connection, attempt) == 0 || errno == EINPROGRESS || errno == EINTR) {
		test_attempt(connection, attempt);
	} else if (local && errno == EAGAIN) {
		/* the listener's queue is full, and poll would not say when it is not (unix(7)) */
		attempt->watch.want = WANT_NOTHING;
		connection->next_us = clock_monotonic_us() + UNIX_RETRY_US;
	} else {
		attempt_failed(connection, attempt, errno);
	}
	return true;
}

/* The index of the address to try next, families taking turns (RFC 8305, section 4); -1: none. */
static int
pick_address(const struct connection *connection)
{
	const struct dns_addresses *addresses = &connection->resolver->addresses;
	int picked = -1;

	for (unsigned i = 0; i < addresses->count; i++) {
		if (connection->tried >> i & 1)
			continue;
		if (addresses->list[i].any.sa_family != connection->last_family)
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
	for (const struct attempt *at = connection->attempts; at; at = at->next) {
		if (in_flight(at))
			return true;
	}
	return false;
}

/* A name's addresses: begins the next attempt if it is time for one and there is one. False
 * when nothing was begun. */
static bool
next_attempt(struct connection *connection)
{
	struct attempt **end = &connection->attempts, *attempt;
	int picked = pick_address(connection);

	if (picked < 0 || connection->connected || clock_monotonic_us() < connection->next_us)
		return false;
	while (*end)
		end = &(*end)->next;
	attempt = end == &connection->attempts ? &connection->only
					       : arena_take(&connection->check->run->arena, sizeof(*attempt));
	if (!attempt) {
		check_decide(connection->check, (struct verdict){ .outcome = OUTCOME_NO_MEMORY });
		return false;
	}
	*attempt = (struct attempt){ .address = connection->resolver->addresses.list[picked] };
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

	if (resolver->done || connection->attempts || resolver->addresses.count == 0 ||
		!resolver->pending[DNS_AAAA])
		return false;
	if (connection->next_us == 0)
		connection->next_us = clock_monotonic_us() + RESOLUTION_DELAY_US;
	return clock_monotonic_us() < connection->next_us;
}

static void
fail(struct connection *connection)
{
	struct text text = check_text(connection->check, 3 * (size_t)TEXT_SHOWN);

	if (connection->resolver && !connection->attempts) {
		check_decide(connection->check, (struct verdict){
			.outcome = OUTCOME_RESOLVE_FAILED,
			.texts = { connection->endpoint->host, connection->resolver->problem },
		});
		return;
	}
	for (const struct attempt *at = connection->attempts; at; at = at->next) {
		const struct attempt *same = connection->attempts;

		while (same->error != at->error)
			same = same->next;
		if (same != at)
			continue; /* listed with the first that said so */
		if (at != connection->attempts)
			text_string(&text, ", ");
		verdict_errno(&text, at->error);
		if (!connection->resolver)
			continue;
		for (; same; same = same->next) {
			if (same->error != at->error)
				continue;
			text_string(&text, same == at ? " (" : ", ");
			address_print_host(&text, &same->address);
		}
		text_char(&text, ')');
	}
	check_decide(connection->check, (struct verdict){
		.outcome = OUTCOME_CONNECT_FAILED,
		.texts = { check_keep(connection->check, &text) },
	});
}

static void
close_others(struct connection *connection)
{
	struct resolver *resolver = connection->resolver;

	for (struct attempt *at = connection->attempts; at; at = at->next) {
		if (&at->watch != connection->connected)
			at->watch.want = WANT_NOTHING;
	}
	if (resolver)
		resolver_close(resolver);
	connection->check->wake_us = CLOCK_NEVER;
}

static enum connection_result
drive_request(struct connection *connection)
{
	struct slice rest = slice_after(connection->request, connection->sent);

	if (rest.length > 0) {
		ssize_t sent = send(connection->connected->fd, rest.bytes, rest.length, MSG_NOSIGNAL);

		if (sent >= 0) {
			connection->sent += (size_t)sent;
		} else if (errno != EAGAIN && errno != EINTR) {
			check_fail_errno(connection->check, errno);
			return CONNECTION_FAILED;
		}
	}
	connection->connected->ready = false;
	if (connection->sent < connection->request.length)
		return CONNECTION_WAIT;
	connection->connected->want = WANT_READ;
	return CONNECTION_DONE;
}

/* One address, no name: begins, or begins again after starved and a full queue. */
static void
drive_only(struct connection *connection)
{
	if (connection->attempts || connection->only.watch.open ||
		clock_monotonic_us() < connection->next_us)
		return;
	connection->only.address = connection->endpoint->literal;
	if (begin_attempt(connection, &connection->only) &&
		(connection->only.error || in_flight(&connection->only)))
		connection->attempts = &connection->only;
}

static enum connection_result
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
	if (!resolver)
		drive_only(connection);
	else if (!connection->connected && !held_back(connection))
		while (next_attempt(connection))
			continue;
	if (check->verdict.outcome)
		return CONNECTION_FAILED;
	if (connection->connected) {
		close_others(connection);
		return drive_request(connection);
	}
	more = resolver ? !resolver->done || pick_address(connection) >= 0 : !connection->attempts;
	if (!more && !any_in_flight(connection)) {
		fail(connection);
		return CONNECTION_FAILED;
	}
	check->wake_us = CLOCK_NEVER;
	if (!check->starved && (resolver ? pick_address(connection) >= 0 : more))
		check->wake_us = connection->next_us;
	if (resolver && resolver->wake_us < check->wake_us)
		check->wake_us = resolver->wake_us;
	return CONNECTION_WAIT;
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
		check_decide(check, (struct verdict){ .outcome = OUTCOME_NO_MEMORY });
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
	if (connection->check->verdict.outcome)
		return CONNECTION_FAILED;
	return connection->connected ? drive_request(connection) : drive_attempts(connection);
}

enum connection_result
connection_receive(struct connection *connection, struct slice *received)
{
	char *buffer = connection->check->run->buffer;
	ssize_t got = recv(connection->connected->fd, buffer, RUN_BUFFER, 0);

	connection->connected->ready = false;
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return CONNECTION_WAIT;
	if (got < 0) {
		check_fail_errno(connection->check, errno);
		return CONNECTION_FAILED;
	}
	*received = (struct slice){ buffer, (size_t)got };
	return got == 0 ? CONNECTION_CLOSED : CONNECTION_DONE;
}

bool
connection_to_itself(const struct connection *connection)
{
	union address own = { 0 };
	socklen_t size = sizeof(own);

	if (connection->endpoint->type == ENDPOINT_UNIX ||
		getsockname(connection->connected->fd, &own.any, &size) != 0)
		return false;
	for (const struct attempt *at = connection->attempts; at; at = at->next) {
		if (&at->watch == connection->connected)
			return address_equal(&own, &at->address);
	}
	return false;
}

bool
connection_doing(const struct connection *connection, struct text *text)
{
	const struct endpoint *endpoint = connection->endpoint;
	const char *separator = phase_words(PHASE_CONNECTING);

	if (connection->connected) {
		if (connection->sent == connection->request.length)
			return false;
		text_string(text, phase_words(PHASE_SENDING));
		return true;
	}
	if (endpoint->type == ENDPOINT_UNIX) {
		text_string(text, separator);
		text_string(text, "unix:");
		text_escaped(text, endpoint->path);
		return true;
	}
	if (endpoint->type == ENDPOINT_LITERAL) {
		text_string(text, separator);
		address_print(text, &endpoint->literal);
		return true;
	}
	for (const struct attempt *at = connection->attempts; at; at = at->next) {
		if (!in_flight(at))
			continue;
		text_string(text, separator);
		address_print(text, &at->address);
		separator = ", ";
	}
	if (!any_in_flight(connection)) {
		text_string(text, phase_words(PHASE_RESOLVING));
		text_escaped(text, endpoint->host);
	}
	return true;
}
