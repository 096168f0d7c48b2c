/* connection: finds the peer, connects as RFC 8305 says, sends and receives. It never blocks. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "resolver.h"

/* one address being tried */
struct attempt {
	struct attempt *next;
	struct watch watch;
	union address address;
	int error; /* what it said; 0: nothing yet */
};

struct connection {
	struct check *check;
	const struct endpoint *endpoint;
	struct slice request; /* sent as soon as an address has connected; may be empty */
	size_t sent;
	struct attempt *connected; /* NULL: not yet */

	struct resolver *resolver; /* NULL where there is no name to resolve */
	struct attempt *attempts;  /* in the order in which they were begun */
	struct attempt first;      /* of them; most checks need no other */
	uint64_t tried;            /* a bit for each of the addresses */
	sa_family_t last_family;
	int64_t next_us;           /* when the next address may be tried */
};

enum connection_result {
	CONNECTION_DONE,
	CONNECTION_WAIT,
	CONNECTION_CLOSED, /* the peer has sent all it will send */
	CONNECTION_FAILED, /* the check's verdict is set */
};

/* Begins. The endpoint and the request outlive it. */
void connection_open(struct connection *, struct check *, const struct endpoint *,
	struct slice request);
/* Goes on until one address is connected and the request is sent; DONE, WAIT or FAILED.
 * To be called after connection_open and on any event of the check. */
enum connection_result connection_drive(struct connection *);
/* What came, in the run's buffer; any result. Only once connection_drive said DONE. */
enum connection_result connection_receive(struct connection *, struct slice *received);
/* Whether a connected socket's two ends are one and the same: where nothing listens on a
 * local port, TCP's simultaneous open can connect a socket to itself. */
bool connection_to_itself(const struct connection *);
/* "resolving NAME", "connecting to ADDRESS", "sending"; false when it is past all that */
bool connection_doing(const struct connection *, struct text *);

#endif
