/* address: where a check connects to, as written and as the kernel takes it. No I/O. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "text.h"

/* an IPv4 or IPv6 address with its port; what is not used is zero */
union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

enum { ADDRESS_NAME_LIMIT = 253, ADDRESS_UNIX_LIMIT = 107 };

/* Slices are borrowed from what was parsed. */
struct endpoint {
	enum { ENDPOINT_NAME, ENDPOINT_LITERAL, ENDPOINT_UNIX } type;
	uint16_t port;
	union address literal;
	struct slice host; /* a literal without its brackets, a name, or the path of a unix
	                      socket: absolute, ADDRESS_UNIX_LIMIT bytes at most */
};

struct url {
	struct endpoint endpoint;
	struct slice authority; /* for the Host header: as written, less ":80" */
	struct slice path;      /* with the query; empty or begins with '/' or '?' */
};

/* A target is followed by a NUL, as every string of the configuration is. It may hold others,
 * and they are refused. */

/* HOST:PORT, [IPv6]:PORT, unix:PATH, each of the first two with or without tcp://; or it
 * is refused */
void endpoint_parse(struct slice, struct endpoint *);
/* http://HOST[:PORT][/PATH][?QUERY], http://unix:PATH[:/PATH][?QUERY] (RFC 3986); or it
 * is refused */
void url_parse(struct slice, struct url *);

/* Reads an IPv4 or IPv6 literal without brackets, which the whole slice has to be; the byte
 * behind it is looked at, too. The port is 0. */
bool address_literal(struct slice, union address *);
/* an IPv4 address from its 4 bytes, or an IPv6 one from its 16; the port is 0 */
void address_set(union address *, const void *bytes, size_t size);
/* a.b.c.d or, by RFC 5952, a:b::c */
void address_print_host(struct text *, const union address *);
/* 10.0.0.7:5432 or [::1]:5432 */
void address_print(struct text *, const union address *);
void address_set_port(union address *, uint16_t port);

/* two bytes in network order */
static inline unsigned
read_u16(const unsigned char *at)
{
	return (unsigned)at[0] << 8 | at[1];
}

static inline void
write_u16(unsigned char *at, unsigned value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
}

#endif
