#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "resolver.h"

enum {
	FILE_LIMIT = 1 << 20, /* of resolv.conf and of hosts; the rest is not read */
	TRY_US = 500000,      /* between two servers, and two tries with the only one */
	TRIES = 24,           /* at this pace; then they are a good deal rarer */
	RARE_TRY_US = 5000000,
	ALL_TYPES = (1 << DNS_TYPES) - 1,
};

/* A file that is not there reads as empty, and so does one without a descriptor to read it. */
static struct slice
read_file(struct check *check, const char *path)
{
	struct arena *arena = &check->run->arena;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct text text;
	ssize_t got;

	if (fd < 0) {
		if (errno == EMFILE || errno == ENFILE)
			check->starved = true;
		return slice_of("");
	}
	text_open(&text, arena, FILE_LIMIT);
	while ((got = read(fd, text.bytes + text.length, text.capacity - text.length)) > 0)
		text.length += (size_t)got;
	close(fd);
	return text_keep(arena, &text);
}

/* The run's settings; NULL when they cannot be read for now. */
static const struct dns_settings *
load_settings(struct check *check)
{
	struct dns_settings *settings;
	struct slice hosts, resolv_conf;

	if (check->run->dns)
		return check->run->dns;
	hosts = read_file(check, "/etc/hosts");
	resolv_conf = read_file(check, "/etc/resolv.conf");
	if (check->starved)
		return NULL;
	settings = arena_take(&check->run->arena, sizeof(*settings));
	if (!settings)
		return NULL;
	dns_settings_parse(settings, resolv_conf);
	settings->hosts = hosts;
	return check->run->dns = settings;
}

bool
resolver_connect(struct check *check, struct watch *watch, int type, const struct sockaddr *address,
	socklen_t size)
{
	if (!check_socket(check, watch, address->sa_family, type))
		return false;
	if (connect(watch->fd, address, size) == 0 || errno == EINPROGRESS)
		watch->want = WANT_WRITE;
	return watch->want;
}

static void
close_all(struct resolver *resolver)
{
	for (unsigned i = 0; i < DNS_SERVERS; i++)
		resolver->servers[i].watch.want = WANT_NOTHING;
	for (unsigned type = 0; type < DNS_TYPES; type++)
		resolver->streams[type].watch.want = WANT_NOTHING;
	resolver->done = true;
	resolver->wake_us = CLOCK_NEVER;
}

void
resolver_print_problem(const struct resolver *resolver, struct text *text)
{
	if (!resolver->unanswered)
		text_print(text, resolver->no_record ? "it has no address" : "no such host");
	for (unsigned i = 0; resolver->unanswered && i < resolver->settings->server_count; i++) {
		const struct resolver_server *server = &resolver->servers[i];

		text_print(text, i ? ", %s (" : "%s (", server->problem);
		address_print_host(text, server->address);
		text_char(text, ')');
	}
}

/* Turns to the next name that can be asked for. False when there are no more. */
static bool
next_candidate(struct resolver *resolver)
{
	/* what the kernel gave for the like; the first half is the stack protector's */
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM) + 8;
	struct text text;

	do {
		text = (struct text){ resolver->asking, 0, ADDRESS_NAME_LIMIT, false };
		if (!dns_candidate(resolver->settings, resolver->endpoint->host,
			    resolver->candidate++, &text))
			return false;
	} while (text.cut);
	text.bytes[text.length] = '\0';
	memcpy(&resolver->id, random, sizeof(resolver->id));
	resolver->id = (uint16_t)(resolver->id + 2 * resolver->candidate);
	resolver->unanswered = ALL_TYPES;
	resolver->tries = 0;
	resolver->wake_us = 0;
	for (unsigned i = 0; i < DNS_SERVERS; i++)
		resolver->servers[i].failed = 0;
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		resolver->streams[type].watch.want = WANT_NOTHING;
		resolver->streams[type].server = NULL;
	}
	return true;
}

/* A server will not answer these types. */
static void
server_failed(struct resolver *resolver, struct resolver_server *server, unsigned types,
	const char *problem)
{
	server->failed |= types;
	server->problem = problem;
	resolver->wake_us = 0; /* ask the next one now */
}

/* The same for a socket's error, unless it only has to wait or to be opened again. */
static void
socket_failed(struct resolver *resolver, struct resolver_server *server, unsigned types)
{
	if (errno != EAGAIN && !resolver->check->starved)
		server_failed(resolver, server, types, errno_words(errno));
}

static bool
connect_server(struct resolver *resolver, const struct resolver_server *server, struct watch *watch,
	int type)
{
	return resolver_connect(resolver->check, watch, type, &server->address->any,
		sizeof(*server->address));
}

/* As send(2). Over TCP the length goes ahead, prefix bytes of it (RFC 1035, 4.2.2). */
static ssize_t
send_question(struct resolver *resolver, const struct watch *watch, enum dns_type type,
	size_t prefix)
{
	unsigned char question[2 + DNS_QUERY_SIZE];
	size_t length =
		dns_question(question + 2, resolver->asking, type, (uint16_t)(resolver->id + type));

	if (length == 0) {
		resolver->unanswered = 0; /* no name that can be asked for */
		return 0;
	}
	write_u16(question, (unsigned)length);
	return send(watch->fd, question + 2 - prefix, prefix + length, MSG_NOSIGNAL);
}

/* Asks one server what it may still answer. */
static void
ask_server(struct resolver *resolver, struct resolver_server *server)
{
	resolver->hungry = false;
	if (!server->watch.open && !connect_server(resolver, server, &server->watch, SOCK_DGRAM)) {
		resolver->hungry = resolver->check->starved;
		socket_failed(resolver, server, ALL_TYPES);
		return;
	}
	server->watch.want = WANT_READ;
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		if ((resolver->unanswered & ~server->failed) >> type & 1 &&
			resolver->streams[type].server != server &&
			send_question(resolver, &server->watch, type, 0) < 0)
			socket_failed(resolver, server, ALL_TYPES);
	}
}

/* Lets a stream go; when it brought no answer its server has failed, and errno tells why. */
static void
end_stream(struct resolver *resolver, unsigned type)
{
	struct resolver_stream *stream = &resolver->streams[type];
	struct resolver_server *server = stream->server;
	unsigned unanswered = resolver->unanswered & ~server->failed & 1u << type;

	stream->watch.want = WANT_NOTHING;
	stream->server = NULL;
	if (unanswered)
		socket_failed(resolver, server, unanswered);
}

static void
open_stream(struct resolver *resolver, unsigned type, struct resolver_server *server)
{
	struct resolver_stream *stream = &resolver->streams[type];

	if (stream->server == server && stream->watch.open)
		return;
	errno = ETIMEDOUT;
	if (stream->server && stream->server != server) /* another's has had its time */
		end_stream(resolver, type);
	if (stream->watch.open) /* still; the datagram that is sent again brings us back */
		return;
	if (!stream->buffer)
		stream->buffer = arena_reserve(&resolver->check->run->arena, 2 + DNS_ANSWER_SIZE);
	stream->server = server;
	stream->received = 0;
	errno = ENOMEM;
	if (stream->buffer && connect_server(resolver, server, &stream->watch, SOCK_STREAM))
		return;
	if (resolver->check->starved)
		server->watch.want = WANT_NOTHING; /* its descriptor will do */
	else
		end_stream(resolver, type);
}

static void
take_answer(struct resolver *resolver, struct resolver_server *server, const unsigned char *message,
	size_t length)
{
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		unsigned bit = 1u << type & resolver->unanswered;
		enum dns_result result;

		if (!bit)
			continue;
		result = dns_answer(message, length, resolver->asking, type,
			(uint16_t)(resolver->id + type), &resolver->addresses);
		if (result == DNS_TRUNCATED) {
			open_stream(resolver, type, server);
		} else if (result == DNS_REFUSED) {
			server_failed(resolver, server, bit, dns_rcode_words(message));
		} else if (result != DNS_NOT_OURS) {
			resolver->unanswered &= ~bit;
			if (result == DNS_NO_RECORD)
				resolver->no_record = true;
		}
	}
}

static void
receive_datagram(struct resolver *resolver, struct resolver_server *server)
{
	unsigned char *message = (unsigned char *)resolver->check->run->buffer;
	ssize_t got = recv(server->watch.fd, message, DNS_ANSWER_SIZE, 0);

	if (got < 0)
		socket_failed(resolver, server, ALL_TYPES);
	else
		take_answer(resolver, server, message, (size_t)got);
}

/* As recv(2); once the message is whole it is taken, and the stream has come to its end. */
static ssize_t
receive_stream(struct resolver *resolver, struct resolver_stream *stream)
{
	unsigned char *buffer = stream->buffer;
	ssize_t got = recv(stream->watch.fd, buffer + stream->received,
		2 + DNS_ANSWER_SIZE - stream->received, 0);
	size_t length;

	if (got <= 0)
		return got;
	stream->received += (size_t)got;
	length = read_u16(buffer);
	if (stream->received < 2 + length)
		return got;
	take_answer(resolver, stream->server, buffer + 2, length);
	return 0;
}

static void
drive_stream(struct resolver *resolver, unsigned type)
{
	struct resolver_stream *stream = &resolver->streams[type];
	ssize_t moved;

	if (stream->watch.want == WANT_WRITE)
		moved = send_question(resolver, &stream->watch, type, 2);
	else
		moved = receive_stream(resolver, stream);
	if (moved > 0) {
		stream->watch.want = WANT_READ;
		return;
	}
	if (moved == 0)
		errno = stream->received == 2 + DNS_ANSWER_SIZE ? EMSGSIZE : ECONNRESET;
	if (errno != EAGAIN)
		end_stream(resolver, type);
}

/* The next server that may still answer; NULL: none. */
static struct resolver_server *
next_server(struct resolver *resolver)
{
	unsigned count = resolver->settings->server_count;

	for (unsigned i = 0; i < count; i++) {
		struct resolver_server *server = &resolver->servers[resolver->tries % count];

		if (resolver->unanswered & ~server->failed)
			return server;
		resolver->tries++;
	}
	return NULL;
}

static void
advance(struct resolver *resolver)
{
	int64_t now_us = clock_monotonic_us();

	do {
		struct resolver_server *server;

		while (!(server = next_server(resolver))) {
			if (resolver->addresses.count > 0 || resolver->unanswered ||
				!next_candidate(resolver)) {
				close_all(resolver);
				return;
			}
		}
		if (!resolver->hungry && now_us < resolver->wake_us)
			return;
		resolver->wake_us = now_us + (resolver->tries++ < TRIES ? TRY_US : RARE_TRY_US);
		ask_server(resolver, server);
	} while (!resolver->hungry);
}

/* A name that is not localhost. */
static void
look_up(struct resolver *resolver)
{
	struct check *check = resolver->check;
	const struct dns_settings *settings = load_settings(check);
	struct dns_addresses *addresses = &resolver->addresses;
	union address *list = NULL;

	if (settings)
		list = arena_reserve(&check->run->arena, DNS_ADDRESSES * sizeof(*list));
	if (!list) {
		if (!check->starved)
			check_decide(check, OUTCOME_NO_MEMORY);
		return;
	}
	resolver->settings = settings;
	addresses->list = list;
	addresses->limit = DNS_ADDRESSES;
	for (unsigned i = 0; i < DNS_SERVERS; i++)
		resolver->servers[i].address = &resolver->settings->servers[i];
	dns_hosts(resolver->settings->hosts, resolver->endpoint->host, addresses);
	resolver->done = addresses->count > 0;
}

struct resolver *
resolver_open(struct check *check, const struct endpoint *endpoint)
{
	bool name = endpoint->type == ENDPOINT_NAME;
	struct resolver *resolver = arena_take(&check->run->arena,
		name ? sizeof(*resolver) : offsetof(struct resolver, id));

	if (!resolver)
		return NULL;
	resolver->check = check;
	resolver->endpoint = endpoint;
	resolver->wake_us = CLOCK_NEVER;
	resolver->addresses = (struct dns_addresses){ 0, 2, resolver->known };
	if (!name) {
		resolver->known[0] = endpoint->literal;
		if (endpoint->type == ENDPOINT_UNIX)
			resolver->known[0].any.sa_family = AF_UNIX;
		resolver->addresses.count = 1;
	}
	resolver->done = !name || dns_localhost(endpoint->host, &resolver->addresses);
	if (!resolver->done)
		look_up(resolver);
	return resolver;
}

void
resolver_drive(struct resolver *resolver)
{
	if (!resolver->settings && !resolver->done) /* for want of a descriptor */
		look_up(resolver);
	if (!resolver->settings || resolver->done)
		return;
	for (unsigned i = 0; i < DNS_SERVERS; i++) {
		if (resolver->servers[i].watch.ready)
			receive_datagram(resolver, &resolver->servers[i]);
	}
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		struct resolver_stream *stream = &resolver->streams[type];

		if (stream->server && !stream->watch.open) /* for want of a descriptor */
			open_stream(resolver, type, stream->server);
		else if (stream->server && stream->watch.ready)
			drive_stream(resolver, type);
	}
	advance(resolver);
}
