#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "peer.h"

enum { RECORDED = 1 << 20, TOGETHER = 256 };

/* shared with the child */
struct peer_log {
	_Atomic unsigned accepted, ended;
	size_t size;
	char bytes[RECORDED + 1];
};

union place {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un local;
};

static socklen_t
fill_place(const struct peer *peer, union place *place)
{
	*place = (union place){ 0 };
	if (peer->address[0] == '/') {
		place->local.sun_family = AF_UNIX;
		assert_true(strlen(peer->address) < sizeof(place->local.sun_path));
		strcpy(place->local.sun_path, peer->address);
		return sizeof(place->local);
	}
	if (strchr(peer->address, ':')) {
		place->v6.sin6_family = AF_INET6;
		place->v6.sin6_port = htons(peer->port);
		assert_int_equal(inet_pton(AF_INET6, peer->address, &place->v6.sin6_addr), 1);
		return sizeof(place->v6);
	}
	place->v4.sin_family = AF_INET;
	place->v4.sin_port = htons(peer->port);
	assert_int_equal(inet_pton(AF_INET, peer->address, &place->v4.sin_addr), 1);
	return sizeof(place->v4);
}

static void
bind_listener(struct peer *peer)
{
	union place place;
	socklen_t size;
	int yes = 1;

	if (!peer->address)
		peer->address = "127.0.0.1";
	size = fill_place(peer, &place);
	peer->listener = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(peer->listener >= 0);
	if (place.any.sa_family == AF_INET6)
		setsockopt(peer->listener, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof(yes));
	if (bind(peer->listener, &place.any, size) != 0)
		fail_msg("bind %s port %u: %s", peer->address, peer->port, strerror(errno));
	size = sizeof(place);
	assert_int_equal(getsockname(peer->listener, &place.any, &size), 0);
	if (place.any.sa_family == AF_INET)
		peer->port = ntohs(place.v4.sin_port);
	else if (place.any.sa_family == AF_INET6)
		peer->port = ntohs(place.v6.sin6_port);
}

/* 1: read, 0: the other side has ended, as far as we can tell */
static int
read_some(int fd, struct peer_log *log, size_t most)
{
	char bytes[4096];
	ssize_t got = recv(fd, bytes, most < sizeof(bytes) ? most : sizeof(bytes), 0);

	if (got < 0 && errno == EINTR)
		return 1;
	if (got <= 0)
		return 0;
	if (log->size + (size_t)got > RECORDED)
		got = (ssize_t)(RECORDED - log->size);
	memcpy(log->bytes + log->size, bytes, (size_t)got);
	log->size += (size_t)got;
	return 1;
}

static bool
read_request(int fd, struct peer_log *log)
{
	size_t start = log->size;

	/* a byte at a time: what follows the empty line is the next step's */
	while (log->size < start + 4 || memcmp(log->bytes + log->size - 4, "\r\n\r\n", 4) != 0) {
		if (!read_some(fd, log, 1))
			return false;
	}
	return true;
}

static bool
send_all(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return false;
		if (sent > 0) {
			bytes += sent;
			size -= (size_t)sent;
		}
	}
	return true;
}

static bool
send_slowly(int fd, const struct peer_step *step)
{
	for (size_t i = 0; i < step->size; i++) {
		if (!send_all(fd, step->bytes + i, 1))
			return false;
		support_sleep_ms(1);
	}
	return true;
}

static bool
send_forever(int fd, const struct peer_step *step)
{
	while (send_all(fd, step->bytes, step->size)) {
		if (step->number > 0)
			support_sleep_ms((int)step->number);
	}
	return false;
}

static bool
take_step(int fd, const struct peer_step *step, struct peer_log *log)
{
	struct linger linger = { 1, 0 };
	size_t start = log->size;

	switch (step->action) {
	case PEER_REQUEST:
		return read_request(fd, log);
	case PEER_READ:
		while (log->size < start + step->number) {
			if (!read_some(fd, log, start + step->number - log->size))
				return false;
		}
		return true;
	case PEER_SEND:
		return send_all(fd, step->bytes, step->size);
	case PEER_DRIP:
		return send_slowly(fd, step);
	case PEER_ENDLESS:
	case PEER_TRICKLE:
		return send_forever(fd, step);
	case PEER_PAUSE:
		support_sleep_ms((int)step->number);
		return true;
	case PEER_END:
		shutdown(fd, SHUT_WR);
		/* fall through */
	case PEER_SILENT:
		while (read_some(fd, log, SIZE_MAX))
			continue;
		return false;
	case PEER_STUCK:
		for (;;)
			pause();
	case PEER_RESET:
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
		return false;
	case PEER_CLOSE:
		break;
	}
	return false;
}

static void
serve_one(int fd, const struct peer_step *step, struct peer_log *log)
{
	int yes = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	while (take_step(fd, step, log))
		step++;
	close(fd);
	log->ended++;
}

static void
serve(int listener, unsigned together, const struct peer_step *script, struct peer_log *log)
{
	int waiting[TOGETHER];

	for (;;) {
		unsigned count = 0;

		while (count < together) {
			waiting[count] = accept(listener, NULL, NULL);
			if (waiting[count] < 0)
				continue;
			count++;
			log->accepted++;
		}
		for (unsigned i = 0; i < count; i++)
			serve_one(waiting[i], script, log);
	}
}

void
peer_start(struct peer *peer, const struct peer_step *script)
{
	assert_true(peer->together <= TOGETHER);
	bind_listener(peer);
	assert_int_equal(listen(peer->listener, 2048), 0);
	peer->log = support_shared(sizeof(*peer->log));
	peer->pid = support_fork();
	if (peer->pid == 0)
		serve(peer->listener, peer->together ? peer->together : 1, script, peer->log);
	close(peer->listener);
	peer->listener = -1;
}

const char *
peer_received(const struct peer *peer, unsigned count)
{
	int64_t began = support_now_ms();

	while (peer->log->ended < count) {
		if (support_now_ms() - began > SUPPORT_PATIENCE_MS)
			fail_msg("%u connections have ended, not %u", peer->log->ended, count);
		support_sleep_ms(1);
	}
	peer->log->bytes[peer->log->size] = '\0';
	return peer->log->bytes;
}

unsigned
peer_accepted(const struct peer *peer)
{
	return peer->log->accepted;
}

/* A child holds the socket until the test ends. */
static void
hold(struct peer *peer)
{
	peer->pid = support_fork();
	if (peer->pid == 0) {
		for (;;)
			pause();
	}
	close(peer->listener);
	peer->listener = -1;
}

void
peer_refuse(struct peer *peer)
{
	bind_listener(peer);
	hold(peer);
}

void
peer_fill(struct peer *peer)
{
	int queued[8];
	size_t count = 0;
	union place place;
	socklen_t size;
	bool full = false;

	bind_listener(peer);
	assert_int_equal(listen(peer->listener, 0), 0);
	size = fill_place(peer, &place);
	while (!full) {
		struct pollfd wanted = { .events = POLLOUT };

		assert_true(count < COUNT(queued));
		wanted.fd = queued[count++] =
			socket(place.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_true(wanted.fd >= 0);
		if (connect(wanted.fd, &place.any, size) != 0)
			full = errno == EAGAIN || poll(&wanted, 1, 200) == 0;
	}
	hold(peer);
	while (count > 0)
		close(queued[--count]);
}
