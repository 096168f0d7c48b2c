/* resolver: a name's addresses, asked for in the poll loop. Sockets yes, blocking never. */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "check.h"
#include "dns.h"

/* what one server is asked over datagrams */
struct resolver_server {
	struct watch watch;
	bool failed[DNS_TYPES]; /* it will not answer questions of this type */
	const char *problem;    /* why it failed last */
};

/* a question to one server over TCP, because the answer did not fit into a datagram */
struct resolver_stream {
	struct watch watch;
	unsigned server;
	size_t sent, received;
	unsigned char *buffer; /* length and message, 2 + DNS_ANSWER_SIZE bytes */
};

struct resolver {
	struct check *check;
	struct slice name;
	struct dns_addresses addresses; /* grows as the answers come; the ports are 0 */
	bool asked;                     /* they come from DNS, not from a file or a rule */
	bool done;                      /* no more will come */
	int64_t wake_us;                /* resolver_drive is to be called at this time */

	unsigned candidate; /* which of the names of dns_candidate is being asked for */
	char asking[2 * ADDRESS_NAME_LIMIT];
	bool pending[DNS_TYPES];
	bool exhausted; /* no server is left that could answer one of the types */
	bool no_record; /* some candidate exists without an address */
	bool hungry;    /* there was no descriptor to ask with */
	uint16_t ids[DNS_TYPES];
	unsigned tries;
	struct resolver_server servers[DNS_SERVERS];
	struct resolver_stream streams[DNS_TYPES];
};

/* Begins; the name outlives it. Localhost and the hosts file are done at once. */
void resolver_open(struct resolver *, struct check *, struct slice name);
/* Takes what came and asks again when it is time. To be called on any event of the check. */
void resolver_drive(struct resolver *);
/* Asks no more, whatever is unanswered. */
void resolver_close(struct resolver *);
/* Once it is done without an address: why, as in "no such host". */
void resolver_print_problem(const struct resolver *, struct text *);

#endif
