#include <string.h>

#include "address.h"

enum { V4_SIZE = sizeof(struct in_addr), V6_SIZE = sizeof(struct in6_addr) };

/* Four decimals. Returns what follows them, or NULL. */
static const char *
parse_v4(const char *at, unsigned char *bytes)
{
	for (unsigned i = 0; i < V4_SIZE; i++) {
		unsigned value = 0;

		if (i > 0 && *at++ != '.')
			return NULL;
		if (!is_digit(*at))
			return NULL;
		do /* a leading zero stands alone */
			value = value * 10 + (unsigned)(*at++ - '0');
		while (is_digit(*at) && value > 0 && value <= UINT8_MAX);
		if (value > UINT8_MAX)
			return NULL;
		bytes[i] = (unsigned char)value;
	}
	return at;
}

void
address_set(union address *address, const void *bytes, size_t size)
{
	memset(address, 0, sizeof(*address));
	if (size == V4_SIZE) {
		address->v4.sin_family = AF_INET;
		memcpy(&address->v4.sin_addr, bytes, V4_SIZE);
	} else {
		address->v6.sin6_family = AF_INET6;
		memcpy(&address->v6.sin6_addr, bytes, V6_SIZE);
	}
}

/* RFC 4291, section 2.2; four decimals alone are an IPv4 address */
bool
address_literal(struct slice slice, union address *address)
{
	const char *at = slice.bytes;
	unsigned char bytes[V6_SIZE] = { 0 };
	unsigned filled = 0, size = V6_SIZE, gap = V6_SIZE; /* where "::" stands */

	if (at[0] == ':' && at[1] == ':') {
		gap = 0;
		at += 2;
	}
	while (filled < V6_SIZE) {
		const char *group = at;
		unsigned value = 0, digit;

		while (at < group + 4 && (digit = hex_value(*at)) < 16) {
			value = value << 4 | digit;
			at++;
		}
		if (*at == '.' && filled <= V6_SIZE - V4_SIZE) {
			at = parse_v4(group, bytes + filled);
			if (filled == 0 && gap > 0)
				size = V4_SIZE;
			filled += V4_SIZE;
			break;
		}
		if (at == group) {
			if (filled != gap)
				return false;
			break; /* nothing need follow "::" */
		}
		write_u16(bytes + filled, value);
		filled += 2;
		if (filled == V6_SIZE || *at != ':')
			break;
		at++;
		if (*at == ':' && gap == V6_SIZE) {
			gap = filled;
			at++;
		}
	}
	if (at != slice.bytes + slice.length || (filled == size) == (gap < V6_SIZE))
		return false;
	for (unsigned to = V6_SIZE; filled > gap; bytes[filled] = 0)
		bytes[--to] = bytes[--filled];
	address_set(address, bytes, size);
	return true;
}

void
address_set_port(union address *address, uint16_t port)
{
	/* both families have it at the same place */
	write_u16((unsigned char *)&address->v4.sin_port, port);
}

/* RFC 5952 */
static void
print_v6(struct text *text, const unsigned char *bytes)
{
	unsigned gap = V6_SIZE, longest = 4, zeros = 0; /* one group of zeros is printed */

	for (unsigned i = V6_SIZE; i > 0;) {
		i -= 2;
		zeros = read_u16(bytes + i) == 0 ? zeros + 2 : 0;
		if (zeros >= longest) { /* of equal ones the first */
			longest = zeros;
			gap = i;
		}
	}
	for (unsigned i = 0; i < V6_SIZE; i += 2) {
		unsigned group = read_u16(bytes + i);

		if (i == gap) {
			text_print(text, "::");
			i += longest - 2;
			continue;
		}
		if (i > 0 && i != gap + longest)
			text_char(text, ':');
		for (unsigned shift = 16; shift > 0;) {
			shift -= 4;
			if (group >> shift || shift == 0)
				text_char(text, "0123456789abcdef"[group >> shift & 15]);
		}
	}
}

void
address_print_host(struct text *text, const union address *address)
{
	const unsigned char *bytes = (const unsigned char *)&address->v4.sin_addr;

	if (address->any.sa_family == AF_INET6)
		print_v6(text, address->v6.sin6_addr.s6_addr);
	else
		text_print(text, "%u.%u.%u.%u", (uint64_t)bytes[0], (uint64_t)bytes[1],
			(uint64_t)bytes[2], (uint64_t)bytes[3]);
}

void
address_print(struct text *text, const union address *address)
{
	bool v6 = address->any.sa_family == AF_INET6;
	uint64_t port = read_u16((const unsigned char *)&address->v4.sin_port);

	if (v6)
		text_char(text, '[');
	address_print_host(text, address);
	text_print(text, v6 ? "]:%u" : ":%u", port);
}

/* Letters, digits, '-', '_' in labels of 1 to 63 (RFC 1123; Compose allows the '_'). A
 * last label of digits alone would be an IPv4 address, and a good one is none any more. */
static bool
valid_name(struct slice name)
{
	unsigned label = 0; /* bytes in it so far */
	char last = '.';    /* of the bytes that are no digits */

	if (name.length > ADDRESS_NAME_LIMIT)
		return false;
	for (size_t i = 0; i < name.length; i++) {
		char c = name.bytes[i];

		if (c == '.') {
			if (label == 0)
				return false;
			if (i + 1 == name.length)
				break; /* the root's */
			label = 0;
			last = c;
			continue;
		}
		if (++label > 63)
			return false;
		if (is_digit(c))
			continue;
		if (!is_letter(c) && c != '-' && c != '_')
			return false;
		last = c;
	}
	return last != '.';
}

/* HOST[:PORT]. Returns the host as written. */
static struct slice
parse_host(struct slice target, const char *default_port, struct endpoint *endpoint)
{
	struct slice host = target, digits = slice_of(default_port);
	size_t colon = target.length;
	bool bracket, literal;
	uint64_t port;

	for (size_t i = 0; i < target.length; i++) {
		if (target.bytes[i] == ':')
			colon = i;
		if (target.bytes[i] == ']')
			colon = target.length;
	}
	if (colon + 1 < target.length) {
		digits = slice_after(target, colon + 1);
		host.length = colon;
	}
	port = slice_decimal(digits, UINT32_MAX);
	if (port - 1 >= UINT16_MAX)
		refuse("port must be 1 to 65535, got %e", digits);
	endpoint->host = host;
	bracket = host.bytes[0] == '[' && host.bytes[host.length - 1] == ']';
	if (bracket)
		endpoint->host = (struct slice){ host.bytes + 1, host.length - 2 };
	literal = address_literal(endpoint->host, &endpoint->literal);
	if (literal ? bracket != (endpoint->literal.any.sa_family == AF_INET6)
		    : bracket || !valid_name(host))
		refuse("host must be a name, IPv4 or [IPv6], got %q", host);
	endpoint->type = literal ? ENDPOINT_LITERAL : ENDPOINT_NAME;
	endpoint->port = (uint16_t)port;
	address_set_port(&endpoint->literal, endpoint->port);
	return host;
}

static void
parse_unix(struct slice path, struct endpoint *endpoint)
{
	if (path.bytes[0] != '/' || path.length > ADDRESS_UNIX_LIMIT || slice_has(path, '\0'))
		refuse("unix:PATH is absolute, at most 107 bytes, got %q", path);
	endpoint->type = ENDPOINT_UNIX;
	endpoint->host = path;
}

void
endpoint_parse(struct slice slice, struct endpoint *endpoint)
{
	if (slice_starts(slice, "unix:"))
		parse_unix(slice_after(slice, 5), endpoint);
	else
		parse_host(slice_after(slice, slice_starts(slice, "tcp://") ? 6 : 0), "none",
			endpoint);
}

void
url_parse(struct slice slice, struct url *url)
{
	struct slice rest, host;
	size_t end = 0;

	for (size_t i = 0; i < slice.length; i++) {
		char c = slice.bytes[i];

		if ((unsigned char)c <= ' ' || c == 0x7f || c == '#')
			refuse("a URL has no space, control byte or fragment, got %q", slice);
	}
	if (!slice_starts(slice, "http://"))
		refuse(slice_starts(slice, "https:")
				? "https is not supported by this version, only http://, got %q"
				: "a URL starts with http://, got %q",
			slice);
	rest = slice_after(slice, 7);
	if (slice_starts(rest, "unix:")) {
		url->authority = slice_of("localhost");
		url->path = slice_after(rest, 5);
		parse_unix(slice_cut(&url->path, ':'), &url->endpoint);
		if (url->path.length > 0 && url->path.bytes[0] != '/' && url->path.bytes[0] != '?')
			refuse("want http://unix:PATH:/PATH, got %q", slice);
		return;
	}
	while (end < rest.length && rest.bytes[end] != '/' && rest.bytes[end] != '?')
		end++;
	url->path = slice_after(rest, end);
	url->authority = slice_first(rest, end);
	if (slice_has(url->authority, '@'))
		refuse("a URL has no user, use an Authorization header");
	host = parse_host(url->authority, "80", &url->endpoint);
	if (url->endpoint.port == 80)
		url->authority = host;
}
