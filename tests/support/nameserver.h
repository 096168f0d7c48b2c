/* nameserver: a scripted DNS server (RFC 1035) in a child of its own, on port 53, over UDP and
 * TCP. Only for programs that called namespace_enter. */
#ifndef NAMESERVER_H
#define NAMESERVER_H

#include "support.h"

enum nameserver_action {
	ANSWER, /* the addresses of the type that was asked for; none: NODATA */
	SAY_NOTHING,
	NO_NAME,         /* NXDOMAIN */
	SERVER_FAILS,    /* SERVFAIL */
	REFUSES,         /* REFUSED */
	REFUSES_ALL,     /* the same, in a header without the question */
	FORMAT_ERROR,    /* FORMERR */
	NOT_IMPLEMENTED, /* NOTIMP */
	RCODE_11,
	TRUNCATES,        /* over UDP; over TCP the answer */
	TRUNCATES_RECORD, /* the same, and the datagram ends inside a record */
	TRUNCATES_LONG,   /* and what TCP brings is 5000 bytes long */
	TRUNCATES_ALL,    /* and TCP is closed at once */
	TRUNCATES_SILENT, /* and TCP is accepted and says nothing */
	/* before the true answer one that names 192.0.2.1, and ... */
	LIES_QUESTION, /* ... has another name in its question */
	LIES_TYPE,     /* ... has another type */
	LIES_ID,       /* ... has another id */
	LIES_QUERY,    /* ... is a query, not an answer */
	GARBAGE,       /* before the true answer some bytes that mean nothing */
	ONLY_LIES,     /* LIES_QUESTION without the true answer */
	BY_ALIAS,      /* through a CNAME */
	SLOWLY,        /* after 100 ms */
};

struct nameserver_rule {
	const char *name; /* NULL: any, and ends the rules */
	char type;        /* '4', '6'; 0: both */
	enum nameserver_action action;
	const char *addresses[12];
};

struct nameserver {
	const char *address; /* NULL: 127.0.0.1 */
	pid_t pid;
	struct nameserver_log *log;
};

/* The first rule that fits is taken; the last of them has no name. */
void nameserver_start(struct nameserver *, const struct nameserver_rule *);
#define NAMESERVER(server, ...) \
	nameserver_start((server), (const struct nameserver_rule[]){ __VA_ARGS__ })
/* The questions in their order, each "A name\n" or "AAAA name\n", "tcp A name\n" over TCP. */
const char *nameserver_asked(const struct nameserver *);
/* how often one of these lines was asked */
unsigned nameserver_count(const struct nameserver *, const char *question);

#endif
