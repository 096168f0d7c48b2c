/* resolver: a name's addresses, asked for in the poll loop. Sockets yes, blocking never. */
#ifndef RESOLVER_H
#define RESOLVER_H

#include "check.h"
#include "dns.h"

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
	struct dns_addresses addresses; /* grows as the answers come; the ports are not set */
	bool asked;                     /* they come from DNS, not from a file or a rule */
	bool done;                      /* no more will come */
	struct slice problem;           /* words, when it is done and there are no addresses */
	int64_t wake_us;                /* resolver_drive is to be called at this time */

	unsigned candidate; /* which of the names of dns_candidate is being asked for */
	char asking[ADDRESS_NAME_LIMIT + 3];
	bool no_record; /* some candidate exists without an address */
	uint16_t ids[DNS_TYPES];
	bool pending[DNS_TYPES];
	bool exhausted; /* no server is left that could answer one of the types */
	bool hungry;    /* there was no descriptor to ask with */
	unsigned tries;
	struct resolver_server {
		struct watch watch;
		bool failed[DNS_TYPES];
		unsigned rcode; /* why it failed last, or */
		int error;      /* the errno */
	} servers[DNS_SERVERS];
	struct resolver_stream streams[DNS_TYPES];
};

/* Begins; the name outlives it. Localhost and the hosts file are done at once. */
void resolver_open(struct resolver *, struct check *, struct slice name);
/* Takes what came and asks again when it is time. To be called on any event of the check. */
void resolver_drive(struct resolver *);
/* Asks no more, whatever is unanswered. */
void resolver_close(struct resolver *);

#endif
