#include <arpa/inet.h>
#include <string.h>

#include "address.h"

bool
address_literal(struct slice slice, uint16_t port, union address *address)
{
	char string[INET6_ADDRSTRLEN] = "";

	if (slice.length >= sizeof(string))
		return false;
	memcpy(string, slice.bytes, slice.length);
	memset(address, 0, sizeof(*address));
	if (inet_pton(AF_INET, string, &address->v4.sin_addr) == 1)
		address->any.sa_family = AF_INET;
	else if (inet_pton(AF_INET6, string, &address->v6.sin6_addr) == 1)
		address->any.sa_family = AF_INET6;
	address_set_port(address, port);
	return address->any.sa_family && strlen(string) == slice.length;
}

void
address_set_port(union address *address, uint16_t port)
{
	/* both families have it at the same place */
	address->v4.sin_port = htons(port);
}

void
address_print_host(struct text *text, const union address *address)
{
	const unsigned char *bytes = address->v6.sin6_addr.s6_addr;
	unsigned longest = 1, start = 8;
	const char *separator = "";

	if (address->any.sa_family == AF_INET) {
		bytes = (const unsigned char *)&address->v4.sin_addr;
		for (unsigned i = 0; i < 4; i++)
			text_print(text, i ? ".%u" : "%u", (uint64_t)bytes[i]);
		return;
	}
	for (unsigned i = 0; i < 8; i++) {
		unsigned run = 0;

		while (i + run < 8 && !bytes[2 * (i + run)] && !bytes[2 * (i + run) + 1])
			run++;
		if (run > longest) {
			longest = run;
			start = i;
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		unsigned group = (unsigned)bytes[2 * i] << 8 | bytes[2 * i + 1], shift = 12;

		if (i == start) {
			text_print(text, "::");
			separator = "";
			i += longest - 1;
			continue;
		}
		text_print(text, separator);
		separator = ":";
		while (shift > 0 && group >> shift == 0)
			shift -= 4;
		for (; shift < 16; shift -= 4)
			text_char(text, "0123456789abcdef"[group >> shift & 15]);
	}
}

void
address_print(struct text *text, const union address *address)
{
	bool v6 = address->any.sa_family == AF_INET6;

	text_print(text, v6 ? "[" : "");
	address_print_host(text, address);
	text_print(text, v6 ? "]:%u" : ":%u", (uint64_t)ntohs(address->v4.sin_port));
}

/* Letters, digits, '-', '_' in labels of 1 to 63 (RFC 1123; Compose allows the '_'). A
 * last label of digits alone would be an IPv4 address, and a good one is none any more. */
static bool
valid_name(struct slice name)
{
	bool valid = name.length > 0 && name.length <= ADDRESS_NAME_LIMIT, number = true;

	while (valid && name.length > 0) {
		struct slice label = slice_cut(&name, '.');

		valid = label.length > 0 && label.length < 64;
		number = true;
		for (size_t i = 0; i < label.length; i++) {
			char c = label.bytes[i], letter = (char)(c | 0x20);
			bool digit = c >= '0' && c <= '9';

			number = number && digit;
			valid = valid && (digit || (letter >= 'a' && letter <= 'z') || c == '-' || c == '_');
		}
	}
	return valid && !number;
}

/* HOST[:PORT]; without a port it is the default, and 0 allows none */
static void
parse_host(struct slice slice, uint16_t default_port, struct endpoint *endpoint)
{
	struct slice rest = slice;
	bool bracket = slice_starts(slice, "[") && slice_has(slice, ']'), good;
	uint64_t port = default_port;

	if (bracket) {
		rest = slice_after(rest, 1);
		endpoint->host = slice_cut(&rest, ']');
	} else {
		endpoint->host = slice_first(rest, slice_find(slice, ':'));
		rest = slice_after(slice, endpoint->host.length);
	}
	if (rest.length == 0 ? default_port == 0 : rest.bytes[0] != ':')
		fail("a target is HOST:PORT, [IPv6]:PORT or unix:PATH, got %q", slice);
	if (rest.length > 0) {
		rest = slice_after(rest, 1);
		port = slice_decimal(rest, UINT32_MAX);
		if (slice_has(rest, ':'))
			fail("an IPv6 address stands in brackets, as in [::1]:8080, got %q", slice);
		if (port - 1 >= UINT16_MAX)
			fail(port <= UINT32_MAX ? "port must be 1 to 65535, got %e"
						: "port must be 1 to 65535, got %q", rest);
	}
	endpoint->port = (uint16_t)port;
	good = address_literal(endpoint->host, endpoint->port, &endpoint->literal);
	endpoint->type = good ? ENDPOINT_LITERAL : ENDPOINT_NAME;
	if (bracket ? endpoint->literal.any.sa_family != AF_INET6 : !good && !valid_name(endpoint->host))
		fail("host must be a name, an IPv4 or a bracketed IPv6 address, got %q", endpoint->host);
}

static void
parse_unix(struct slice path, struct endpoint *endpoint)
{
	endpoint->type = ENDPOINT_UNIX;
	endpoint->host = path;
	if (!slice_starts(path, "/") || path.length > ADDRESS_UNIX_LIMIT || slice_has(path, '\0'))
		fail("unix: takes an absolute path of 1 to 107 bytes, got %q", path);
}

void
endpoint_parse(struct slice slice, struct endpoint *endpoint)
{
	if (slice_starts(slice, "unix:")) {
		parse_unix(slice_after(slice, 5), endpoint);
		return;
	}
	if (slice_starts(slice, "tcp://"))
		slice = slice_after(slice, 6);
	parse_host(slice, 0, endpoint);
}

void
url_parse(struct slice slice, struct url *url)
{
	struct slice rest = slice_after(slice, 7 * slice_starts(slice, "http://"));
	size_t end = 0;

	for (size_t i = 0; i < slice.length; i++) {
		unsigned char c = (unsigned char)slice.bytes[i];

		if (c <= ' ' || c == 0x7f || c == '#')
			fail("a URL must not hold a space (write %%20), a control byte or a fragment, got %q", slice);
	}
	if (rest.length == slice.length)
		fail(slice_starts(slice, "https:")
				? "https is not supported by this version, got %q"
				: "a URL starts with http://, got %q", slice);
	if (slice_starts(rest, "unix:")) {
		url->path = slice_after(rest, 5);
		parse_unix(slice_cut(&url->path, ':'), &url->endpoint);
		if (url->path.length > 0 && url->path.bytes[0] != '/' && url->path.bytes[0] != '?')
			fail("after unix:PATH comes ':' and a path with '/', got %q", url->path);
		url->authority = slice_of("localhost");
		return;
	}
	while (end < rest.length && rest.bytes[end] != '/' && rest.bytes[end] != '?')
		end++;
	url->path = slice_after(rest, end);
	url->authority = slice_first(rest, end);
	if (slice_has(url->authority, '@'))
		fail("a URL must not hold a user and password, use an Authorization header");
	parse_host(url->authority, 80, &url->endpoint);
	if (url->endpoint.port == 80) /* the brackets end where the address does */
		url->authority.length = (size_t)(url->endpoint.host.bytes - rest.bytes) +
					url->endpoint.host.length + (rest.bytes[0] == '[');
}
