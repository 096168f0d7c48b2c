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
};

/* False when there is no descriptor to read with; a file that is not there reads as empty. */
static bool
read_file(struct arena *arena, const char *path, struct slice *content)
{
	struct text text;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;

	text_open(&text, arena, FILE_LIMIT);
	if (fd < 0 && (errno == EMFILE || errno == ENFILE))
		return false;
	while (text.length < text.capacity &&
		(got = read(fd, text.bytes + text.length, text.capacity - text.length)) > 0)
		text.length += (size_t)got;
	close(fd);
	*content = text_keep(arena, &text);
	return true;
}

static bool
load_settings(struct run *run)
{
	struct dns_settings *settings;
	struct slice resolv_conf, hosts;

	if (run->dns)
		return true;
	if (!read_file(&run->arena, "/etc/hosts", &hosts) ||
		!read_file(&run->arena, "/etc/resolv.conf", &resolv_conf))
		return false;
	settings = arena_take(&run->arena, sizeof(*settings));
	if (!settings)
		return false;
	dns_settings_parse(settings, resolv_conf);
	settings->hosts = hosts;
	run->dns = settings;
	return true;
}

/* An id that a sender elsewhere cannot guess, out of the bytes the kernel gave us. */
static uint16_t
draw_id(void)
{
	static uint64_t drawn;
	uint64_t seed;

	memcpy(&seed, (const void *)getauxval(AT_RANDOM), sizeof(seed));
	return (uint16_t)((seed ^ ++drawn) * UINT64_C(0x9e3779b97f4a7c15) >> 48);
}

void
resolver_close(struct resolver *resolver)
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
	const struct dns_settings *settings = resolver->check->run->dns;

	if (!resolver->exhausted)
		text_print(text, resolver->no_record ? "it has no address" : "no such host");
	for (unsigned i = 0; resolver->exhausted && i < settings->server_count; i++) {
		text_print(text, i ? ", %s (" : "%s (", resolver->servers[i].problem);
		address_print_host(text, &settings->servers[i]);
		text_char(text, ')');
	}
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
		text.bytes[text.length] = '\0';
	} while (text.length > ADDRESS_NAME_LIMIT);
	resolver->tries = 0;
	resolver->wake_us = 0;
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		resolver->pending[type] = true;
		resolver->ids[type] = draw_id();
		for (unsigned i = 0; i < DNS_SERVERS; i++)
			resolver->servers[i].failed[type] = false;
	}
	return true;
}

/* A server will not answer one type; when none is left that might, the type is given up. */
static void
server_failed(struct resolver *resolver, unsigned index, unsigned type, const char *problem)
{
	unsigned i = 0, count = resolver->check->run->dns->server_count;

	resolver->servers[index].failed[type] = true;
	resolver->servers[index].problem = problem;
	resolver->wake_us = 0; /* ask the next one now */
	while (i < count && resolver->servers[i].failed[type])
		i++;
	if (i == count && resolver->pending[type]) {
		resolver->pending[type] = false;
		resolver->exhausted = true;
	}
}

/* Of a socket's error: true, and it is over with this server, unless it only has to wait. */
static bool
server_gone(struct resolver *resolver, unsigned index)
{
	if (errno == EAGAIN || errno == EINTR)
		return false;
	for (unsigned type = 0; type < DNS_TYPES; type++)
		server_failed(resolver, index, type, errno_words(errno));
	return true;
}

static bool
connect_server(struct resolver *resolver, struct watch *watch, unsigned index, int type)
{
	const union address *address = &resolver->check->run->dns->servers[index];

	if (!check_socket(resolver->check, watch, address->any.sa_family, type))
		return false;
	watch->want = type == SOCK_DGRAM ? WANT_READ : WANT_WRITE;
	if (connect(watch->fd, &address->any, sizeof(*address)) == 0 || errno == EINPROGRESS)
		return true;
	watch->want = WANT_NOTHING;
	return false;
}

/* Sends what is still unanswered to one server. */
static void
ask_server(struct resolver *resolver, unsigned index)
{
	struct resolver_server *server = &resolver->servers[index];

	if (!server->watch.open && !connect_server(resolver, &server->watch, index, SOCK_DGRAM)) {
		resolver->hungry = resolver->check->starved;
		if (!resolver->hungry)
			server_gone(resolver, index);
		return;
	}
	for (unsigned type = 0; type < DNS_TYPES; type++) {
		struct resolver_stream *stream = &resolver->streams[type];
		unsigned char question[DNS_QUERY_SIZE];
		size_t length;

		if (!resolver->pending[type] || server->failed[type] ||
			(stream->watch.open && stream->server == index))
			continue;
		length = dns_question(question, resolver->asking, type, resolver->ids[type]);
		if (length == 0)
			resolver->pending[type] = false;
		else if (send(server->watch.fd, question, length, MSG_NOSIGNAL) < 0 &&
			 server_gone(resolver, index))
			return;
	}
}

static bool
may_answer(const struct resolver *resolver, unsigned index)
{
	const bool *failed = resolver->servers[index].failed, *pending = resolver->pending;

	return (pending[DNS_A] && !failed[DNS_A]) || (pending[DNS_AAAA] && !failed[DNS_AAAA]);
}

/* Asks the next server that may still answer; there is one while a type is pending. */
static void
ask(struct resolver *resolver)
{
	unsigned count = resolver->check->run->dns->server_count;

	while (!may_answer(resolver, resolver->tries % count))
		resolver->tries++;
	resolver->wake_us = clock_monotonic_us() + (resolver->tries < TRIES ? TRY_US : RARE_TRY_US);
	resolver->hungry = false;
	ask_server(resolver, resolver->tries++ % count);
}

static void
open_stream(struct resolver *resolver, unsigned type, unsigned server)
{
	struct resolver_stream *stream = &resolver->streams[type];

	if (stream->watch.open) {
		/* another server's has had its time */
		if (stream->server != server && stream->watch.want != WANT_NOTHING) {
			stream->watch.want = WANT_NOTHING;
			server_failed(resolver, stream->server, type, errno_words(ETIMEDOUT));
		}
		return;
	}
	if (!stream->buffer)
		stream->buffer = arena_take(&resolver->check->run->arena, 2 + DNS_ANSWER_SIZE);
	stream->server = server;
	stream->sent = stream->received = 0;
	errno = ENOMEM;
	if (stream->buffer && connect_server(resolver, &stream->watch, server, SOCK_STREAM))
		return;
	if (!resolver->check->starved) /* else the datagram that is sent again brings us back */
		server_failed(resolver, server, type, errno_words(errno));
}

static void
take_answer(struct resolver *resolver, unsigned type, unsigned server,
	const unsigned char *message, size_t length)
{
	if (!resolver->pending[type])
		return;
	switch (dns_answer(message, length, resolver->asking, type, resolver->ids[type],
		&resolver->addresses)) {
	case DNS_NOT_OURS:
		return;
	case DNS_TRUNCATED:
		open_stream(resolver, type, server);
		return;
	case DNS_REFUSED:
		server_failed(resolver, server, type, dns_rcode_words(message));
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
	unsigned char *message = (unsigned char *)resolver->check->run->buffer;

	for (unsigned i = 0; i < 2 * DNS_TYPES; i++) {
		ssize_t got = recv(resolver->servers[index].watch.fd, message, DNS_ANSWER_SIZE, 0);

		if (got < 0) {
			server_gone(resolver, index);
			return;
		}
		for (unsigned type = 0; type < DNS_TYPES; type++)
			take_answer(resolver, type, index, message, (size_t)got);
	}
}

/* How many bytes moved; 0: the end, -1: errno tells. Sets length once the answer is whole. */
static ssize_t
move_stream(struct resolver *resolver, unsigned type, size_t *length)
{
	struct resolver_stream *stream = &resolver->streams[type];
	unsigned char *buffer = stream->buffer;
	ssize_t moved;

	if (stream->watch.want == WANT_WRITE) {
		size_t size = dns_question(buffer + 2, resolver->asking, type, resolver->ids[type]);

		buffer[0] = (unsigned char)(size >> 8);
		buffer[1] = (unsigned char)size;
		moved = send(stream->watch.fd, buffer + stream->sent, 2 + size - stream->sent, MSG_NOSIGNAL);
		if (moved > 0 && (stream->sent += (size_t)moved) == 2 + size)
			stream->watch.want = WANT_READ;
		return moved;
	}
	moved = recv(stream->watch.fd, buffer + stream->received, 2 + DNS_ANSWER_SIZE - stream->received, 0);
	if (moved > 0)
		stream->received += (size_t)moved;
	*length = (size_t)buffer[0] << 8 | buffer[1];
	if (stream->received < 2 + *length)
		*length = 0;
	return moved;
}

static void
drive_stream(struct resolver *resolver, unsigned type)
{
	struct resolver_stream *stream = &resolver->streams[type];
	size_t length = 0;
	ssize_t moved = move_stream(resolver, type, &length);

	if ((moved > 0 && length == 0) || (moved < 0 && (errno == EAGAIN || errno == EINTR)))
		return;
	stream->watch.want = WANT_NOTHING;
	if (moved >= 0) {
		take_answer(resolver, type, stream->server, stream->buffer + 2, length);
		errno = ECONNRESET;
	}
	if (resolver->pending[type] && !resolver->servers[stream->server].failed[type])
		server_failed(resolver, stream->server, type, errno_words(errno));
}

static void
advance(struct resolver *resolver)
{
	do {
		bool pending = resolver->pending[DNS_A] || resolver->pending[DNS_AAAA];

		if (!pending &&
			(resolver->addresses.count > 0 || resolver->exhausted || !next_candidate(resolver))) {
			resolver_close(resolver);
			return;
		}
		if (!resolver->hungry && clock_monotonic_us() < resolver->wake_us)
			return;
		ask(resolver);
	} while (!resolver->hungry);
}

void
resolver_drive(struct resolver *resolver)
{
	if (!resolver->done && !resolver->asked) { /* not begun, for want of a descriptor */
		resolver_open(resolver, resolver->check, resolver->name);
		return;
	}
	for (unsigned i = 0; !resolver->done && i < DNS_SERVERS; i++) {
		if (resolver->servers[i].watch.open && resolver->servers[i].watch.ready)
			receive_datagrams(resolver, i);
	}
	for (unsigned type = 0; !resolver->done && type < DNS_TYPES; type++) {
		struct watch *watch = &resolver->streams[type].watch;

		if (watch->open && watch->ready && watch->want != WANT_NOTHING)
			drive_stream(resolver, type);
	}
	if (!resolver->done)
		advance(resolver);
}

void
resolver_open(struct resolver *resolver, struct check *check, struct slice name)
{
	resolver->check = check;
	resolver->name = name;
	resolver->wake_us = CLOCK_NEVER;
	if (!dns_localhost(name, &resolver->addresses)) {
		if (!load_settings(check->run)) {
			check->starved = true;
			return;
		}
		dns_hosts(check->run->dns->hosts, name, &resolver->addresses);
	}
	if (resolver->addresses.count > 0) {
		resolver_close(resolver);
		return;
	}
	resolver->asked = true;
	advance(resolver);
}
