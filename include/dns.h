/* dns: hosts files, resolv.conf, and the messages of RFC 1035 through musl's res_mkquery
 * and dn_expand. No I/O. */
#ifndef DNS_H
#define DNS_H

#include "address.h"

enum {
	DNS_SERVERS = 3, /* as resolv.conf(5) has it */
	DNS_DOMAINS = 6,
	DNS_ADDRESSES = 64,   /* of one name; more are passed over */
	DNS_QUERY_SIZE = 280, /* the largest question */
	DNS_ANSWER_SIZE = 4096,
};

/* resolv.conf, and the text of the hosts file. Slices are borrowed; a NUL follows each text. */
struct dns_settings {
	uint64_t ndots;
	unsigned server_count, domain_count;
	struct slice hosts;
	union address servers[DNS_SERVERS];
	struct slice domains[DNS_DOMAINS];
};

enum dns_type {
	DNS_A,
	DNS_AAAA,
	DNS_TYPES,
};

struct dns_addresses {
	unsigned count, limit; /* more than limit are passed over */
	union address *list;
};

enum dns_result {
	DNS_NOT_OURS,  /* malformed, or an answer to another question: go on waiting */
	DNS_ADDRESS,   /* addresses were added */
	DNS_NO_RECORD, /* the name exists and has no address of this type */
	DNS_NO_NAME,   /* NXDOMAIN */
	DNS_TRUNCATED, /* ask again over TCP */
	DNS_REFUSED,   /* the server would not or could not say */
};

/* Reads resolv.conf(5); what it does not know it passes over. Without a nameserver line
 * the server is 127.0.0.1. */
void dns_settings_parse(struct dns_settings *, struct slice resolv_conf);

/* localhost and *.localhost are 127.0.0.1 and ::1 without asking anyone (RFC 6761, 6.3).
 * False for any other name. */
bool dns_localhost(struct slice name, struct dns_addresses *);

/* adds the addresses that the hosts file gives the name */
void dns_hosts(struct slice hosts, struct slice name, struct dns_addresses *);

/* Writes the name to ask for at attempt index, counted from 0: as it is and with each
 * search domain, in the order that ndots asks for. False when there are no more. */
bool dns_candidate(const struct dns_settings *, struct slice name, unsigned index, struct text *);

/* Writes the question; its length, or 0 where the name cannot be asked for. */
size_t dns_question(unsigned char buffer[static DNS_QUERY_SIZE], const char *name, enum dns_type,
	uint16_t id);
/* Reads an answer to that question, adding its addresses. */
enum dns_result dns_answer(const unsigned char *message, size_t length, const char *name,
	enum dns_type, uint16_t id, struct dns_addresses *);
/* "SERVFAIL" and so on, of an answer that was DNS_REFUSED */
const char *dns_rcode_words(const unsigned char *message);

#endif
