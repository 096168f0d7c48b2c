#include <arpa/inet.h>
#include <string.h>

#include "address.h"

bool
address_literal(struct slice slice, union address *address)
{
	char string[INET6_ADDRSTRLEN];

	if (slice.length >= sizeof(string) || slice_find(slice, '\0') < slice.length)
		return false;
	memcpy(string, slice.bytes, slice.length);
	string[slice.length] = '\0';
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, string, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		return true;
	}
	if (inet_pton(AF_INET6, string, &address->v6.sin6_addr) == 1) {
		address->v6.sin6_family = AF_INET6;
		return true;
	}
	return false;
}

static void
print_hex(struct text *text, unsigned group)
{
	static const char hex[] = "0123456789abcdef";

	for (unsigned shift = 16; shift > 0; shift -= 4) {
		if (group >> (shift - 4) || shift == 4)
			text_char(text, hex[group >> (shift - 4) & 15]);
	}
}

static void
print_v6(struct text *text, const struct in6_addr *address)
{
	const unsigned char *bytes = address->s6_addr;
	unsigned longest = 0, start = 8;

	for (unsigned i = 0; i < 8; i++) {
		unsigned run = 0;

		while (i + run < 8 && bytes[2 * (i + run)] == 0 && bytes[2 * (i + run) + 1] == 0)
			run++;
		if (run > 1 && run > longest) {
			longest = run;
			start = i;
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		if (i == start) {
			text_string(text, "::");
			i += longest - 1;
			continue;
		}
		if (i > 0 && i != start + longest)
			text_char(text, ':');
		print_hex(text, (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1]);
	}
}

void
address_print_host(struct text *text, const union address *address)
{
	const unsigned char *bytes = (const unsigned char *)&address->v4.sin_addr;

	if (address->any.sa_family == AF_INET6) {
		print_v6(text, &address->v6.sin6_addr);
		return;
	}
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			text_char(text, '.');
		text_decimal(text, bytes[i]);
	}
}

void
address_print(struct text *text, const union address *address)
{
	bool v6 = address->any.sa_family == AF_INET6;

	if (v6)
		text_char(text, '[');
	address_print_host(text, address);
	text_string(text, v6 ? "]:" : ":");
	text_decimal(text, ntohs(v6 ? address->v6.sin6_port : address->v4.sin_port));
}

void
address_set_port(union address *address, uint16_t port)
{
	if (address->any.sa_family == AF_INET6)
		address->v6.sin6_port = htons(port);
	else
		address->v4.sin_port = htons(port);
}

socklen_t
address_size(const union address *address)
{
	return address->any.sa_family == AF_INET6 ? sizeof(address->v6) : sizeof(address->v4);
}

bool
address_equal(const union address *a, const union address *b)
{
	if (a->any.sa_family != b->any.sa_family)
		return false;
	if (a->any.sa_family == AF_INET6)
		return a->v6.sin6_port == b->v6.sin6_port &&
		       memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) == 0;
	return a->v4.sin_port == b->v4.sin_port &&
	       a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr;
}

static bool
got(struct error *error, const char *wanted, struct slice found)
{
	struct text *words = error_begin(error);

	text_string(words, wanted);
	text_string(words, ", got ");
	text_quoted(words, found);
	return false;
}

static bool
parse_port(struct slice slice, uint16_t *port, struct error *error)
{
	uint64_t value;

	if (slice_decimal(slice, UINT16_MAX, &value) && value > 0) {
		*port = (uint16_t)value;
		return true;
	}
	if (slice_decimal(slice, UINT64_MAX, &value)) {
		struct text *words = error_begin(error);

		text_string(words, "port must be 1 to 65535, got ");
		text_slice(words, slice_first(slice, slice.length < 20 ? slice.length : 20));
		return false;
	}
	return got(error, "port must be 1 to 65535", slice);
}

static bool
name_byte(char c)
{
	char letter = (char)(c | 0x20);

	return (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Letters, digits, '-', '_' in labels of 1 to 63 (RFC 1123; Compose allows the '_'). A
 * last label of digits alone would be an IPv4 address, and a good one is none any more. */
static bool
parse_name(struct slice name, struct error *error)
{
	size_t label = 0, digits = 0;
	struct slice bare = name;

	if (bare.length > 1 && bare.bytes[bare.length - 1] == '.')
		bare.length--;
	for (size_t i = 0; i < bare.length; i++) {
		char c = bare.bytes[i];

		if (c == '.' && label > 0) {
			label = digits = 0;
		} else if (name_byte(c) && label < 63) {
			label++;
			digits += c >= '0' && c <= '9';
		} else {
			return got(error, "host must be a name, an IPv4 or a bracketed IPv6 address", name);
		}
	}
	if (label == 0 || bare.length > ADDRESS_NAME_LIMIT)
		return got(error, "host must be a name, an IPv4 or a bracketed IPv6 address", name);
	if (label == digits)
		return got(error, "host is not an IPv4 address", name);
	return true;
}

/* HOST, or HOST:PORT, with what follows the host left in port: "" or ":..." */
static bool
parse_host(struct slice slice, struct endpoint *endpoint, struct slice *port, struct error *error)
{
	size_t end;

	if (slice.length > 0 && slice.bytes[0] == '[') {
		end = slice_find(slice, ']');
		if (end == slice.length)
			return got(error, "'[' without ']' around an IPv6 address", slice);
		endpoint->host = slice_after(slice_first(slice, end), 1);
		*port = slice_after(slice, end + 1);
		if (port->length > 0 && port->bytes[0] != ':')
			return got(error, "after ']' comes ':' and the port", *port);
		endpoint->type = ENDPOINT_LITERAL;
		if (!address_literal(endpoint->host, &endpoint->literal) ||
			endpoint->literal.any.sa_family != AF_INET6)
			return got(error, "between '[' and ']' stands an IPv6 address", endpoint->host);
		return true;
	}
	end = slice_find(slice, ':');
	endpoint->host = slice_first(slice, end);
	*port = slice_after(slice, end);
	if (end < slice.length && slice_find(slice_after(slice, end + 1), ':') < slice.length - end - 1)
		return got(error, "an IPv6 address stands in brackets, as in [::1]:8080", slice);
	if (address_literal(endpoint->host, &endpoint->literal)) {
		endpoint->type = ENDPOINT_LITERAL;
		return true;
	}
	endpoint->type = ENDPOINT_NAME;
	return parse_name(endpoint->host, error);
}

static bool
parse_unix(struct slice path, struct endpoint *endpoint, struct error *error)
{
	if (path.length == 0 || path.bytes[0] != '/')
		return got(error, "unix: is followed by an absolute path", path);
	if (path.length > ADDRESS_UNIX_LIMIT)
		return got(error, "a unix socket's path must be 1 to 107 bytes", path);
	endpoint->type = ENDPOINT_UNIX;
	endpoint->path = path;
	return true;
}

bool
endpoint_parse(struct slice slice, struct endpoint *endpoint, struct error *error)
{
	struct slice port;

	if (slice_find(slice, '\0') < slice.length)
		return got(error, "a target must not hold a NUL byte", slice);
	if (slice_starts(slice, SLICE("unix:")))
		return parse_unix(slice_after(slice, 5), endpoint, error);
	if (slice_starts(slice, SLICE("tcp://")))
		slice = slice_after(slice, 6);
	if (!parse_host(slice, endpoint, &port, error))
		return false;
	if (port.length == 0)
		return got(error, "a target is HOST:PORT, [IPv6]:PORT or unix:PATH", slice);
	if (!parse_port(slice_after(port, 1), &endpoint->port, error))
		return false;
	address_set_port(&endpoint->literal, endpoint->port);
	return true;
}

static bool
check_url_bytes(struct slice url, struct error *error)
{
	for (size_t i = 0; i < url.length; i++) {
		unsigned char c = (unsigned char)url.bytes[i];

		if (c == ' ')
			return got(error, "a URL must not hold a space, write %20", url);
		if (c < 0x20 || c == 0x7f)
			return got(error, "a URL must not hold a control byte", url);
	}
	if (slice_find(url, '#') < url.length)
		return got(error, "a URL must not have a fragment, it is never sent", url);
	return true;
}

bool
url_parse(struct slice slice, struct url *url, struct error *error)
{
	struct slice rest, port;
	size_t end = 0;

	if (!check_url_bytes(slice, error))
		return false;
	if (slice.length >= 6 && slice_equal_nocase(slice_first(slice, 6), SLICE("https:")))
		return error_set(error, "https is not supported by this version, only http://");
	if (slice.length < 7 || !slice_equal_nocase(slice_first(slice, 7), SLICE("http://")))
		return got(error, "a URL starts with http://", slice);
	rest = slice_after(slice, 7);
	if (slice_starts(rest, SLICE("unix:"))) {
		struct slice path = slice_after(rest, 5);

		end = slice_find(path, ':');
		url->authority = SLICE("localhost");
		url->path = slice_after(path, end < path.length ? end + 1 : end);
		if (url->path.length > 0 && url->path.bytes[0] != '/' && url->path.bytes[0] != '?')
			return got(error, "after the socket's path comes ':' and a path that begins with '/'",
				url->path);
		return parse_unix(slice_first(path, end), &url->endpoint, error);
	}
	while (end < rest.length && rest.bytes[end] != '/' && rest.bytes[end] != '?')
		end++;
	url->path = slice_after(rest, end);
	url->authority = slice_first(rest, end);
	if (slice_find(url->authority, '@') < end)
		return error_set(error, "a URL must not hold a user and a password, "
					"use an Authorization header");
	if (!parse_host(url->authority, &url->endpoint, &port, error))
		return false;
	url->endpoint.port = 80;
	if (port.length > 0 && !parse_port(slice_after(port, 1), &url->endpoint.port, error))
		return false;
	if (url->endpoint.port == 80)
		url->authority.length -= port.length;
	address_set_port(&url->endpoint.literal, url->endpoint.port);
	return true;
}
