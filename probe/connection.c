#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
#include "connection.h"

enum {
	ATTEMPT_DELAY_US = 250000,   /* RFC 8305, section 5 */
	RESOLUTION_DELAY_US = 50000, /* RFC 8305, section 3 */
	UNIX_RETRY_US = 20000,
};

static void
attempt_failed(struct connection *connection, struct attempt *attempt)
{
	attempt->error = errno;
	attempt->watch.want = WANT_NOTHING;
	connection->next_us = 0;
}

/* Is it connected by now? A send tells, even of nothing. */
static void
send_request(struct connection *connection, struct attempt *attempt)
{
	struct slice request = connection->request;
	ssize_t sent = send(attempt->watch.fd, request.bytes, request.length, MSG_NOSIGNAL);

	/* what was reset had been connected, and nothing more may be asked */
	if (sent >= 0 || (request.length == 0 && errno == ECONNRESET)) {
		connection->request = slice_after(request, sent > 0 ? (size_t)sent : 0);
		connection->connected = attempt;
	} else if (errno != EAGAIN) {
		attempt_failed(connection, attempt);
	}
}

/* The address to try next, families taking turns (RFC 8305, section 4); NULL: none. Those
 * that were tried have lost their family. */
static union address *
pick_address(const struct connection *connection)
{
	struct dns_addresses *addresses = &connection->resolver->addresses;
	union address *picked = NULL;

	for (unsigned i = 0; i < addresses->count; i++) {
		union address *address = &addresses->list[i];

		if (address->any.sa_family == AF_UNSPEC)
			continue;
		if (address->any.sa_family != connection->last_family)
			return address;
		if (!picked)
			picked = address;
	}
	return picked;
}

/* Begins to connect to the address. False when that has to be done again. */
static bool
begin_attempt(struct connection *connection, union address *address, int64_t now_us)
{
	struct check *check = connection->check;
	const struct endpoint *endpoint = connection->endpoint;
	struct attempt *attempt = *connection->end;

	if (!attempt)
		attempt = *connection->end = arena_take(&check->run->arena, sizeof(*attempt));
	if (!attempt) {
		check_decide(check, OUTCOME_NO_MEMORY);
		return false;
	}
	attempt->address = *address;
	address_set_port(&attempt->address, endpoint->port);
	if (endpoint->type == ENDPOINT_UNIX)
		memcpy(attempt->local.sun_path, endpoint->host.bytes, endpoint->host.length);
	/* whatever the family, the kernel takes more than it needs */
	if (resolver_connect(check, &attempt->watch, SOCK_STREAM, &attempt->address.any,
		    sizeof(attempt->local))) {
		connection->next_us = now_us + ATTEMPT_DELAY_US;
		send_request(connection, attempt);
	} else if (check->starved) {
		return false;
	} else if (errno == EAGAIN) {
		/* the listener's queue is full, and poll would not say when it is not (unix(7)) */
		connection->next_us = now_us + UNIX_RETRY_US;
		return false;
	} else {
		attempt_failed(connection, attempt);
	}
	connection->end = &attempt->next;
	connection->last_family = address->any.sa_family;
	address->any.sa_family = AF_UNSPEC;
	return true;
}

/* An IPv4 address waits a little for the answer that may bring an IPv6 one. */
static void
hold_back(struct connection *connection, int64_t now_us)
{
	const struct resolver *resolver = connection->resolver;

	if (resolver->done || resolver->addresses.list[0].any.sa_family != AF_INET)
		connection->next_us = 0;
	else if (connection->next_us == 0)
		connection->next_us = now_us + RESOLUTION_DELAY_US;
}

/* The attempt that has been in flight for longest; NULL: none is. */
static struct attempt *
oldest_in_flight(const struct connection *connection)
{
	struct attempt *at = connection->attempts;

	while (at && at->watch.want == WANT_NOTHING)
		at = at->next;
	return at;
}

/* "connection refused (127.0.0.1, ::1), no route to host (10.0.0.7)" */
static void
print_errors(const struct connection *connection, struct text *text)
{
	for (struct attempt *at = connection->attempts; at; at = at->next) {
		int number = at->error;
		const char *separator = " (";

		if (number == 0)
			continue; /* listed with the first that said so */
		text_print(text, at == connection->attempts ? "%s" : ", %s", errno_words(number));
		if (connection->endpoint->type != ENDPOINT_NAME)
			return;
		for (struct attempt *same = at; same; same = same->next) {
			if (same->error != number)
				continue;
			same->error = 0;
			text_print(text, separator);
			address_print_host(text, &same->address);
			separator = ", ";
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

static void
drop_all(struct check *check)
{
	for (struct watch *watch = check->watches; watch; watch = watch->next)
		watch->want = WANT_NOTHING;
}

/* There is another address and no descriptor for it: the one that has had the most time
 * gives its own. */
static void
drop_oldest(struct connection *connection)
{
	struct attempt *oldest = oldest_in_flight(connection);

	errno = ETIMEDOUT;
	if (oldest)
		attempt_failed(connection, oldest);
	else /* then the resolver does, and asks again later */
		drop_all(connection->check);
}

static void
drive_attempts(struct connection *connection)
{
	struct resolver *resolver = connection->resolver;
	struct check *check = connection->check;
	int64_t now_us = clock_monotonic_us();
	union address *picked;

	resolver_drive(resolver);
	for (struct attempt *at = connection->attempts; at && !connection->connected;
		at = at->next) {
		if (at->watch.want && at->watch.ready)
			send_request(connection, at);
	}
	if (connection->end == &connection->attempts)
		hold_back(connection, now_us);
	while ((picked = pick_address(connection)) && !connection->connected &&
		connection->next_us <= now_us && begin_attempt(connection, picked, now_us))
		continue;
	if (picked && check->starved)
		drop_oldest(connection);
	check->wake_us = resolver->wake_us;
	if (picked && !check->starved && connection->next_us < check->wake_us)
		check->wake_us = connection->next_us;
	if (!connection->connected && !picked && resolver->done && !oldest_in_flight(connection))
		give_up(connection);
}

/* One address has connected: the others are let go, and so are the resolver's servers. */
static void
settle(struct check *check, struct attempt *connected)
{
	drop_all(check);
	connected->watch.want = WANT_WRITE;
	check->wake_us = CLOCK_NEVER;
}

void
connection_open(struct connection *connection, struct check *check, const struct endpoint *endpoint,
	struct slice request)
{
	struct resolver *resolver;

	*connection = (struct connection){
		.check = check,
		.endpoint = endpoint,
		.request = request,
		.end = &connection->attempts,
	};
	resolver = connection->resolver = resolver_open(check, endpoint);
	if (!resolver) {
		check_decide(check, OUTCOME_NO_MEMORY);
		return;
	}
	/* IPv6 first where the answers came together; files and rules have their own order */
	if (!resolver->done)
		connection->last_family = AF_INET;
}

bool
connection_drive(struct connection *connection)
{
	struct check *check = connection->check;
	struct attempt *connected = connection->connected;

	if (check->verdict.outcome)
		return false;
	if (connected) {
		send_request(connection, connected);
		if (connected->error)
			check_fail_errno(check, connected->error);
	} else {
		drive_attempts(connection);
		connected = connection->connected;
		if (!connected)
			return false;
		settle(check, connected);
	}
	if (connection->request.length > 0)
		return false;
	connected->watch.want = WANT_READ;
	return true;
}

struct slice
connection_receive(struct connection *connection)
{
	char *buffer = connection->check->run->buffer;
	ssize_t got = recv(connection->connected->watch.fd, buffer, RUN_BUFFER, 0);

	if (got >= 0)
		return (struct slice){ buffer, (size_t)got };
	if (errno != EAGAIN)
		check_fail_errno(connection->check, errno);
	return (struct slice){ NULL, 0 };
}

bool
connection_to_itself(const struct connection *connection)
{
	int fd = connection->connected->watch.fd;
	union address own = { 0 }, peer = { 0 };
	socklen_t own_size = sizeof(own), peer_size = sizeof(peer);

	/* the peer as the kernel has it: 0.0.0.0 was a way to write 127.0.0.1 */
	if (getsockname(fd, &own.any, &own_size) != 0 ||
		getpeername(fd, &peer.any, &peer_size) != 0 || own.v4.sin_port != peer.v4.sin_port)
		return false;
	if (own.any.sa_family == AF_INET)
		return own.v4.sin_addr.s_addr == peer.v4.sin_addr.s_addr;
	return own.any.sa_family == AF_INET6 &&
		memcmp(&own.v6.sin6_addr, &peer.v6.sin6_addr, sizeof(own.v6.sin6_addr)) == 0;
}

/* Of a name, while no address is being tried. */
static void
print_waiting(const struct connection *connection, struct text *text)
{
	const union address *picked = pick_address(connection);

	if (picked) {
		union address next = *picked;

		address_set_port(&next, connection->endpoint->port);
		text_print(text, "connecting to ");
		address_print(text, &next);
		return;
	}
	text_print(text, "resolving %e", connection->endpoint->host);
	if (connection->attempts && connection->attempts->error) {
		text_print(text, ", ");
		print_errors(connection, text);
	}
}

bool
connection_doing(const struct connection *connection, struct text *text)
{
	const struct endpoint *endpoint = connection->endpoint;
	const char *separator = "connecting to ";

	if (connection->connected) {
		bool sending = connection->request.length > 0;

		text_print(text, sending ? "sending" : "");
		return sending;
	}
	if (endpoint->type == ENDPOINT_UNIX) {
		text_print(text, "connecting to unix:%e", endpoint->host);
		return true;
	}
	if (endpoint->type == ENDPOINT_NAME && !oldest_in_flight(connection)) {
		print_waiting(connection, text);
		return true;
	}
	for (const struct attempt *at = connection->attempts; at; at = at->next) {
		/* there is no other word for a literal, whatever its attempt has come to */
		if (at->watch.want == WANT_NOTHING && endpoint->type == ENDPOINT_NAME)
			continue;
		text_print(text, separator);
		address_print(text, &at->address);
		separator = ", ";
	}
	return true;
}
