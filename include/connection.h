/* connection: finds the peer, connects as RFC 8305 says, sends and receives. It never blocks. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <sys/un.h>

#include "resolver.h"

/* one address being tried */
struct attempt {
	struct attempt *next;
	struct watch watch;
	int error; /* what it said; 0: nothing yet */
	union {
		union address address;
		struct sockaddr_un local;
	};
};

/* The check's watches are all of its connection. */
struct connection {
	struct check *check;
	const struct endpoint *endpoint;
	struct resolver *resolver;
	struct slice request;      /* what is still to be sent, beginning with the connect */
	struct attempt *connected; /* NULL: not yet */
	struct attempt *attempts;  /* in the order in which they were begun */
	struct attempt **end;      /* of the attempts; what stands there has yet to begin */
	int64_t next_us;           /* when the next address may be tried */
	sa_family_t last_family;
};

/* Begins. The endpoint and the request outlive it. */
void connection_open(struct connection *, struct check *, const struct endpoint *,
	struct slice request);
/* Goes on until one address is connected and the request is sent; true once it is. To be
 * called after connection_open and on any event of the check, until it is true or the
 * verdict is set. */
bool connection_drive(struct connection *);
/* What came, in the run's buffer; empty when the peer has sent all it will. Its bytes are NULL
 * when nothing came or the verdict is set. Only once connection_drive was true. */
struct slice connection_receive(struct connection *);
/* Whether a connected socket's two ends are one and the same: where nothing listens on a
 * local port, TCP's simultaneous open can connect a socket to itself. */
bool connection_to_itself(const struct connection *);
/* "resolving NAME", "connecting to ADDRESS", "sending"; false when it is past all that */
bool connection_doing(const struct connection *, struct text *);

#endif
