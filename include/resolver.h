/* resolver: an endpoint's addresses; a name's are asked for in the poll loop. Sockets yes,
 * blocking never. */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "check.h"
#include "dns.h"

/* what one server is asked over datagrams */
struct resolver_server {
	struct watch watch;
	const union address *address;
	const char *problem; /* why it failed last */
	unsigned failed;     /* a bit for each type it will not answer */
};

/* a question to one server over TCP, because the answer did not fit into a datagram */
struct resolver_stream {
	struct watch watch;
	struct resolver_server *server;
	unsigned char *buffer; /* length and message, 2 + DNS_ANSWER_SIZE bytes */
	size_t received;
};

struct resolver {
	struct check *check;
	const struct endpoint *endpoint;
	const struct dns_settings *settings; /* NULL while they are not needed, or not read */
	int64_t wake_us;                     /* resolver_drive is to be called at this time */
	bool done;                           /* no more addresses will come */
	bool no_record;                      /* some candidate exists without an address */
	bool hungry;                         /* there was no descriptor to ask with */
	/* Grows as the answers come; the ports are 0. AF_UNIX stands for the endpoint's path. */
	struct dns_addresses addresses;
	union address known[2]; /* serve where nobody has to be asked */

	/* The rest is not there for an endpoint that is no name. */
	uint16_t id;         /* of the question for DNS_A; one more for DNS_AAAA */
	unsigned unanswered; /* a bit for each type */
	unsigned candidate;  /* the next of the names of dns_candidate */
	unsigned tries;      /* at the one before, which is being asked for */
	struct resolver_server servers[DNS_SERVERS];
	struct resolver_stream streams[DNS_TYPES];
	char asking[ADDRESS_NAME_LIMIT + 1];
};

/* Begins; the endpoint outlives it. All but what has to be asked for is there at once. NULL:
 * no memory. */
struct resolver *resolver_open(struct check *, const struct endpoint *);
/* Takes what came and asks again when it is time. To be called on any event of the check. */
void resolver_drive(struct resolver *);
/* Once it is done without an address: why, as in "no such host". */
void resolver_print_problem(const struct resolver *, struct text *);

/* Opens a socket into a watch that is not open and begins to connect it: WANT_WRITE. False
 * with errno; where descriptors have run out the check is starved. */
bool resolver_connect(struct check *, struct watch *, int type, const struct sockaddr *,
	socklen_t size);

#endif
