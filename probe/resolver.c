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
	TRIES = 10,           /* at this pace; then they are a good deal rarer */
	RARE_TRY_US = 5000000,
};

/* False when there is no descriptor to read with; a file that is not there reads as empty. */
static bool
read_file(struct arena *arena, const char *path, struct slice *content)
{
	struct text text = text_open(arena);
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	ssize_t got;

	*content = SLICE("");
	if (fd < 0)
		return errno != EMFILE && errno != ENFILE;
	if (text.capacity > FILE_LIMIT)
		text.capacity = FILE_LIMIT;
	while (text.length < text.capacity) {
		got = read(fd, text.bytes + text.length, text.capacity - text.length);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		text.length += (size_t)got;
	}
	close(fd);
	if (text.length > 0)
		*content = text_keep(arena, &text);
	return true;
}

static const struct dns_settings *
settings_of(struct run *run)
{
	struct dns_settings *settings;
	struct slice resolv_conf, hosts;

	if (run->dns)
		return run->dns;
	if (!read_file(&run->arena, "/etc/hosts", &hosts) ||
		!read_file(&run->arena, "/etc/resolv.conf", &resolv_conf))
		return NULL;
	settings = arena_take(&run->arena, sizeof(*settings));
	if (!settings)
		return NULL;
	dns_settings_parse(settings, resolv_conf);
	settings->hosts = hosts;
	run->dns = settings;
	return settings;
}

/* Two ids that a sender elsewhere cannot guess, out of the bytes the kernel gave us. */
static void
draw_ids(struct resolver *resolver)
{
	static uint16_t drawn;
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);

	for (unsigned type = 0; type < DNS_TYPES; type++) {
		uint64_t seed = 0, mixed;

		if (random)
			memcpy(&seed, random, sizeof(seed));
		mixed = (seed ^ ++drawn) * UINT64_C(0x9e3779b97f4a7c15);
		resolver->ids[type] = (uint16_t)(mixed >> 48);
	}
}

void
resolver_close(struct resolver *resolver)
{
	for (unsigned i = 0; i < DNS_SERVERS; i++)
		resolver->servers[i].watch.want = WANT_NOTHING;
	for (unsigned i = 0; i < DNS_TYPES; i++)
		resolver->streams[i].watch.want = WANT_NOTHING;
	resolver->done = true;
	resolver->wake_us = CLOCK_NEVER;
}

/* "SERVFAIL (10.0.0.2), connection refused (10.0.0.3)" */
static void
print_failures(const struct resolver *resolver, struct text *text)
{
	const struct dns_settings *settings = resolver->check->run->dns;

	for (unsigned i = 0; i < settings->server_count; i++) {
		if (i > 0)
			text_string(text, ", ");
		if (resolver->servers[i].error)
			verdict_errno(text, resolver->servers[i].error);
		else
			dns_rcode_print(text, resolver->servers[i].rcode);
		text_string(text, " (");
		address_print_host(text, &settings->servers[i]);
		text_char(text, ')');
	}
}

static bool
any_pending(const struct resolver *resolver)
{
	return resolver->pending[DNS_A] || resolver->pending[DNS_AAAA];
}

/* Turns to the next name that can be asked for. False when there are no more. */
static bool
next_candidate(struct resolver *resolver)
{
	struct text text;

	do {
		text = (struct text){ resolver->asking, 0, sizeof(resolver->asking) - 1, false };
		if (!dns_candidate(resolver->check->run->dns, resolver->name,
			    resolver->candidate++, &text))
			return false;
		resolver->asking[text.length] = '\0';
	} while (text.length > ADDRESS_NAME_LIMIT);
	draw_ids(resolver);
	resolver->tries = 0;
	resolver->wake_us = 0;
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		resolver->pending[type] = true;
		for (unsigned i = 0; i < DNS_SERVERS; i++)
			resolver->servers[i].failed[type] = false;
	}
	return true;
}

/* A server can't answer one type; when none is left that can, the type is given up. */
static void
server_failed(struct resolver *resolver, unsigned index, enum dns_type type, int error,
	unsigned rcode)
{
	unsigned count = resolver->check->run->dns->server_count, failed = 0;
	struct resolver_server *server = &resolver->servers[index];

	server->failed[type] = true;
	server->error = error;
	server->rcode = rcode;
	for (unsigned i = 0; i < count; i++)
		failed += resolver->servers[i].failed[type];
	if (failed == count && resolver->pending[type]) {
		resolver->pending[type] = false;
		resolver->exhausted = true;
	}
	resolver->wake_us = 0; /* ask the next one now */
}

static void
server_gone(struct resolver *resolver, unsigned index, int error)
{
	for (unsigned type = 0; type < DNS_TYPES; type++)
		server_failed(resolver, index, type, error, 0);
}

/* Sends what is still unanswered to one server. False when there is no descriptor for it. */
static bool
ask_server(struct resolver *resolver, unsigned index)
{
	const union address *address = &resolver->check->run->dns->servers[index];
	struct resolver_server *server = &resolver->servers[index];

	if (!server->watch.open) {
		if (!check_socket(resolver->check, &server->watch, address->any.sa_family, SOCK_DGRAM)) {
			if (resolver->check->starved)
				return false;
			server_gone(resolver, index, errno);
			return true;
		}
		server->watch.want = WANT_READ;
		if (connect(server->watch.fd, &address->any, address_size(address)) != 0) {
			server->watch.want = WANT_NOTHING;
			server_gone(resolver, index, errno);
			return true;
		}
	}
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		struct resolver_stream *stream = &resolver->streams[type];
		unsigned char question[DNS_QUERY_SIZE];
		size_t length;

		if (!resolver->pending[type] || server->failed[type] ||
			(stream->watch.open && stream->server == index))
			continue;
		length = dns_question(question, resolver->asking, type, resolver->ids[type]);
		if (length == 0) {
			resolver->pending[type] = false;
		} else if (send(server->watch.fd, question, length, MSG_NOSIGNAL) < 0 &&
			   errno != EAGAIN && errno != EINTR) {
			server_gone(resolver, index, errno);
			return true;
		}
	}
	return true;
}

static bool
may_answer(const struct resolver *resolver, unsigned index)
{
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		if (resolver->pending[type] && !resolver->servers[index].failed[type])
			return true;
	}
	return false;
}

/* Asks the next server that may still answer; there is one while a type is pending. */
static void
ask(struct resolver *resolver)
{
	unsigned count = resolver->check->run->dns->server_count;

	while (!may_answer(resolver, resolver->tries % count))
		resolver->tries++;
	resolver->wake_us =
		clock_monotonic_us() + (resolver->tries < TRIES * count ? TRY_US : RARE_TRY_US);
	resolver->hungry = !ask_server(resolver, resolver->tries % count);
	resolver->tries++;
}

static void
open_stream(struct resolver *resolver, enum dns_type type, unsigned server)
{
	const union address *address = &resolver->check->run->dns->servers[server];
	struct resolver_stream *stream = &resolver->streams[type];

	if (stream->watch.open) {
		/* another server's has had its time */
		if (stream->server != server && stream->watch.want != WANT_NOTHING) {
			stream->watch.want = WANT_NOTHING;
			server_failed(resolver, stream->server, type, ETIMEDOUT, 0);
		}
		return;
	}
	if (!stream->buffer)
		stream->buffer = arena_take(&resolver->check->run->arena, 2 + DNS_ANSWER_SIZE);
	if (!stream->buffer) {
		server_failed(resolver, server, type, ENOMEM, 0);
		return;
	}
	if (!check_socket(resolver->check, &stream->watch, address->any.sa_family, SOCK_STREAM)) {
		if (!resolver->check->starved)
			server_failed(resolver, server, type, errno, 0);
		return; /* starved: the datagram that is sent again will bring us back */
	}
	stream->server = server;
	stream->sent = stream->received = 0;
	stream->watch.want = WANT_WRITE;
	if (connect(stream->watch.fd, &address->any, address_size(address)) != 0 &&
		errno != EINPROGRESS && errno != EINTR) {
		stream->watch.want = WANT_NOTHING;
		server_failed(resolver, server, type, errno, 0);
	}
}

static void
take_answer(struct resolver *resolver, enum dns_type type, unsigned server,
	const unsigned char *message, size_t length)
{
	unsigned rcode = 0;

	if (!resolver->pending[type])
		return;
	switch (dns_answer(message, length, resolver->asking, type, resolver->ids[type],
		&resolver->addresses, &rcode)) {
	case DNS_NOT_OURS:
		return;
	case DNS_TRUNCATED:
		open_stream(resolver, type, server);
		return;
	case DNS_REFUSED:
		server_failed(resolver, server, type, 0, rcode);
		return;
	case DNS_NO_RECORD:
		resolver->no_record = true;
		break;
	case DNS_NO_NAME:
	case DNS_ADDRESS:
		break;
	}
	resolver->pending[type] = false;
}

static void
receive_datagrams(struct resolver *resolver, unsigned index)
{
	struct resolver_server *server = &resolver->servers[index];
	unsigned char *message = (unsigned char *)resolver->check->run->buffer;

	server->watch.ready = false;
	for (unsigned type = 0; type < 2 * DNS_TYPES; type++) {
		ssize_t got = recv(server->watch.fd, message, DNS_ANSWER_SIZE, 0);

		if (got < 0) {
			if (errno != EAGAIN && errno != EINTR)
				server_gone(resolver, index, errno);
			return;
		}
		take_answer(resolver, DNS_A, index, message, (size_t)got);
		take_answer(resolver, DNS_AAAA, index, message, (size_t)got);
	}
}

/* 1: moved on, 0: it has to wait, -1: it failed, with errno */
static int
stream_send(struct resolver *resolver, struct resolver_stream *stream, enum dns_type type)
{
	unsigned char *message = stream->buffer;
	size_t length = dns_question(message + 2, resolver->asking, type, resolver->ids[type]);
	ssize_t sent;

	message[0] = (unsigned char)(length >> 8);
	message[1] = (unsigned char)length;
	sent = send(stream->watch.fd, message + stream->sent, 2 + length - stream->sent, MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	stream->sent += (size_t)sent;
	if (stream->sent == 2 + length)
		stream->watch.want = WANT_READ;
	return 0;
}

static int
stream_receive(struct resolver_stream *stream, size_t *length)
{
	ssize_t got = recv(stream->watch.fd, stream->buffer + stream->received,
		2 + DNS_ANSWER_SIZE - stream->received, 0);

	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	stream->received += (size_t)got;
	*length = (size_t)stream->buffer[0] << 8 | stream->buffer[1];
	if (stream->received >= 2 && stream->received >= 2 + *length)
		return 1;
	errno = ECONNRESET;
	return got == 0 || stream->received == 2 + DNS_ANSWER_SIZE ? -1 : 0;
}

static void
drive_stream(struct resolver *resolver, enum dns_type type)
{
	struct resolver_stream *stream = &resolver->streams[type];
	size_t length = 0;
	int moved;

	stream->watch.ready = false;
	if (stream->watch.want == WANT_WRITE)
		moved = stream_send(resolver, stream, type);
	else
		moved = stream_receive(stream, &length);
	if (moved == 0)
		return;
	stream->watch.want = WANT_NOTHING;
	if (moved > 0) {
		take_answer(resolver, type, stream->server, stream->buffer + 2, length);
		errno = EPROTO;
	}
	if (resolver->pending[type] && !resolver->servers[stream->server].failed[type])
		server_failed(resolver, stream->server, type, errno, 0);
}

static void
settle(struct resolver *resolver)
{
	struct text text;

	resolver_close(resolver);
	if (resolver->addresses.count > 0)
		return;
	text = check_text(resolver->check, 3 * (size_t)TEXT_SHOWN);
	if (resolver->exhausted)
		print_failures(resolver, &text);
	else
		text_string(&text, resolver->no_record ? "it has no address" : "no such host");
	resolver->problem = check_keep(resolver->check, &text);
}

static void
advance(struct resolver *resolver)
{
	for (;;) {
		bool over = resolver->addresses.count > 0 || resolver->exhausted;

		if (!any_pending(resolver) && (over || !next_candidate(resolver))) {
			settle(resolver);
			return;
		}
		if (!resolver->hungry && clock_monotonic_us() < resolver->wake_us)
			return;
		ask(resolver);
		if (resolver->hungry)
			return;
	}
}

void
resolver_drive(struct resolver *resolver)
{
	if (resolver->done)
		return;
	if (!resolver->asked) { /* not begun, for want of a descriptor or of memory */
		resolver_open(resolver, resolver->check, resolver->name);
		return;
	}
	for (unsigned i = 0; i < DNS_SERVERS; i++) {
		if (resolver->servers[i].watch.open && resolver->servers[i].watch.ready)
			receive_datagrams(resolver, i);
	}
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		struct watch *watch = &resolver->streams[type].watch;

		if (watch->open && watch->ready && watch->want != WANT_NOTHING)
			drive_stream(resolver, type);
	}
	advance(resolver);
}

void
resolver_open(struct resolver *resolver, struct check *check, struct slice name)
{
	const struct dns_settings *settings;

	*resolver = (struct resolver){ .check = check, .name = name, .wake_us = CLOCK_NEVER };
	if (dns_is_localhost(name)) {
		dns_localhost(&resolver->addresses);
		resolver_close(resolver);
		return;
	}
	settings = settings_of(check->run);
	if (!settings) {
		check->starved = true;
		return;
	}
	dns_hosts(settings->hosts, name, &resolver->addresses);
	if (resolver->addresses.count > 0) {
		resolver_close(resolver);
		return;
	}
	resolver->asked = true;
	advance(resolver);
}
