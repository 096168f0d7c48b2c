/* peer: a scripted server in a child of its own, on loopback, on a port that the kernel
 * picked, or on a unix socket. */
#ifndef PEER_H
#define PEER_H

#include "support.h"

struct peer_step {
	enum peer_action {
		PEER_END,     /* says no more, and waits for the other side to close */
		PEER_REQUEST, /* reads up to an empty line */
		PEER_READ,    /* reads number bytes */
		PEER_SEND,
		PEER_DRIP,    /* one byte at a time */
		PEER_ENDLESS, /* over and over, until the other side closes */
		PEER_TRICKLE, /* the same, with number milliseconds in between */
		PEER_PAUSE,   /* number milliseconds */
		PEER_SILENT,  /* reads, and says nothing, until the other side closes */
		PEER_STUCK,   /* does not even read, until the test ends */
		PEER_CLOSE,
		PEER_RESET,
	} action;
	const char *bytes;
	size_t size;
	unsigned number;
};

/* for scripts; a script that has no more steps sends FIN and waits for the other side */
#define REQUEST \
	{ \
		.action = PEER_REQUEST \
	}
#define READ(count) \
	{ \
		.action = PEER_READ, .number = (count) \
	}
#define SEND(text) \
	{ \
		.action = PEER_SEND, .bytes = (text), .size = sizeof(text) - 1 \
	}
#define SEND_BYTES(from, count) \
	{ \
		.action = PEER_SEND, .bytes = (from), .size = (count) \
	}
#define DRIP(text) \
	{ \
		.action = PEER_DRIP, .bytes = (text), .size = sizeof(text) - 1 \
	}
#define ENDLESS(text) \
	{ \
		.action = PEER_ENDLESS, .bytes = (text), .size = sizeof(text) - 1 \
	}
#define TRICKLE(text, ms) \
	{ \
		.action = PEER_TRICKLE, .bytes = (text), .size = sizeof(text) - 1, .number = (ms) \
	}
#define PAUSE(ms) \
	{ \
		.action = PEER_PAUSE, .number = (ms) \
	}
#define SILENT \
	{ \
		.action = PEER_SILENT \
	}
#define STUCK \
	{ \
		.action = PEER_STUCK \
	}
#define CLOSE \
	{ \
		.action = PEER_CLOSE \
	}
#define RESET \
	{ \
		.action = PEER_RESET \
	}

struct peer {
	const char *address; /* in: "127.0.0.1" where NULL, "::1", or a unix socket's path */
	uint16_t port;       /* in and out; 0: the kernel picks */
	unsigned together;   /* connections that must be there before the first is served; 0: one */
	int listener;        /* -1 once it is the child's */
	pid_t pid;
	struct peer_log *log;
};

/* Serves each connection by the script, one after the other, until the test ends. */
void peer_start(struct peer *, const struct peer_step *script);
#define PEER(peer, ...) \
	peer_start((peer), (const struct peer_step[]){ __VA_ARGS__, { .action = PEER_END } })
/* What the first connections sent, once count of them have ended; they are waited for. */
const char *peer_received(const struct peer *, unsigned count);
/* the connections accepted by now */
unsigned peer_accepted(const struct peer *);

/* Binds and does not listen: to connect there is refused, and nobody else gets the port. */
void peer_refuse(struct peer *);
/* Listens with a queue that is full: to connect there hangs. */
void peer_fill(struct peer *);

#endif
