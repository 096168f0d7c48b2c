#include <arpa/nameser.h>
#include <resolv.h>
#include <string.h>

#include "dns.h"

/* Takes a word off the line; an empty one when there is none. Comments are none. */
static struct slice
take_word(struct slice *line)
{
	size_t end = 0;
	struct slice word;

	while (line->length > 0 && (unsigned char)line->bytes[0] <= ' ')
		*line = slice_after(*line, 1);
	while (end < line->length && (unsigned char)line->bytes[end] > ' ')
		end++;
	word = slice_first(*line, end);
	*line = slice_after(*line, end);
	if (word.length > 0 && (word.bytes[0] == '#' || word.bytes[0] == ';'))
		word.length = line->length = 0;
	return word;
}

static void
parse_word(struct dns_settings *settings, struct slice key, struct slice word)
{
	if (slice_is(key, "nameserver") && settings->server_count < DNS_SERVERS)
		settings->server_count +=
			address_literal(word, NS_DEFAULTPORT, &settings->servers[settings->server_count]);
	if ((slice_is(key, "search") || slice_is(key, "domain")) &&
		settings->domain_count < DNS_DOMAINS)
		settings->domains[settings->domain_count++] = word;
	if (slice_is(key, "options") && slice_starts(word, "ndots:"))
		settings->ndots = slice_decimal(slice_after(word, 6), UINT8_MAX);
}

void
dns_settings_parse(struct dns_settings *settings, struct slice text)
{
	*settings = (struct dns_settings){ .ndots = 1 };
	while (text.length > 0) {
		struct slice line = slice_cut(&text, '\n'), key = take_word(&line), word;

		if (slice_is(key, "search") || slice_is(key, "domain"))
			settings->domain_count = 0; /* the last of them counts */
		while ((word = take_word(&line)).length > 0)
			parse_word(settings, key, word);
	}
	if (settings->server_count == 0)
		parse_word(settings, slice_of("nameserver"), slice_of("127.0.0.1"));
}

static struct slice
less_root(struct slice name)
{
	name.length -= name.length > 1 && name.bytes[name.length - 1] == '.';
	return name;
}

static void
add(struct dns_addresses *addresses, struct slice literal)
{
	if (addresses->count < DNS_ADDRESSES)
		addresses->count += address_literal(literal, 0, &addresses->list[addresses->count]);
}

bool
dns_localhost(struct slice name, struct dns_addresses *addresses)
{
	static const size_t length = sizeof("localhost") - 1;

	name = less_root(name);
	if (name.length > length && name.bytes[name.length - length - 1] == '.')
		name = slice_after(name, name.length - length);
	if (!slice_like(name, "localhost"))
		return false;
	add(addresses, slice_of("127.0.0.1"));
	add(addresses, slice_of("::1"));
	return true;
}

void
dns_hosts(struct slice hosts, struct slice name, struct dns_addresses *addresses)
{
	while (hosts.length > 0) {
		struct slice line = slice_cut(&hosts, '\n'), literal = take_word(&line), word;

		do
			word = take_word(&line);
		while (word.length > 0 && !slice_same(word, less_root(name)));
		if (word.length > 0)
			add(addresses, literal);
	}
}

bool
dns_candidate(const struct dns_settings *settings, struct slice name, unsigned index,
	struct text *text)
{
	struct slice bare = less_root(name);
	unsigned dots = 0, as_is = settings->domain_count;

	for (size_t i = 0; i < name.length; i++)
		dots += name.bytes[i] == '.';
	if (dots >= settings->ndots)
		as_is = 0;
	text_slice(text, bare);
	if (bare.length < name.length)
		return index == 0;
	if (index == as_is)
		return true;
	index -= index > as_is;
	if (index >= settings->domain_count)
		return false;
	text_print(text, ".%r", less_root(settings->domains[index]));
	return true;
}

static int
record_type(enum dns_type type)
{
	return type == DNS_A ? ns_t_a : ns_t_aaaa;
}

size_t
dns_question(unsigned char buffer[static DNS_QUERY_SIZE], const char *name, enum dns_type type,
	uint16_t id)
{
	int length = res_mkquery(ns_o_query, name, ns_c_in, record_type(type), NULL, 0, NULL, buffer,
		DNS_QUERY_SIZE);

	if (length < NS_HFIXEDSZ)
		return 0;
	buffer[0] = (unsigned char)(id >> 8);
	buffer[1] = (unsigned char)id;
	return (size_t)length;
}

enum dns_result
dns_answer(const unsigned char *bytes, size_t length, const char *name, enum dns_type type,
	uint16_t id, struct dns_addresses *addresses)
{
	unsigned before = addresses->count;
	ns_msg message;
	ns_rr record;

	if (ns_initparse(bytes, (int)length, &message) != 0 || ns_msg_id(message) != id ||
		!ns_msg_getflag(message, ns_f_qr) || ns_msg_count(message, ns_s_qd) != 1 ||
		ns_parserr(&message, ns_s_qd, 0, &record) != 0 ||
		(int)ns_rr_type(record) != record_type(type) ||
		!slice_same(less_root(slice_of(ns_rr_name(record))), slice_of(name)))
		return DNS_NOT_OURS;
	if (ns_msg_getflag(message, ns_f_tc))
		return DNS_TRUNCATED;
	if (ns_msg_getflag(message, ns_f_rcode) == ns_r_nxdomain)
		return DNS_NO_NAME;
	if (ns_msg_getflag(message, ns_f_rcode) != ns_r_noerror)
		return DNS_REFUSED;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		union address address = { 0 };

		if (ns_parserr(&message, ns_s_an, i, &record) != 0) {
			addresses->count = before;
			return DNS_NOT_OURS;
		}
		if ((int)ns_rr_type(record) != record_type(type) || addresses->count == DNS_ADDRESSES)
			continue;
		if (type == DNS_A && ns_rr_rdlen(record) == NS_INADDRSZ) {
			address.v4.sin_family = AF_INET;
			memcpy(&address.v4.sin_addr, ns_rr_rdata(record), NS_INADDRSZ);
		} else if (type == DNS_AAAA && ns_rr_rdlen(record) == NS_IN6ADDRSZ) {
			address.v6.sin6_family = AF_INET6;
			memcpy(&address.v6.sin6_addr, ns_rr_rdata(record), NS_IN6ADDRSZ);
		} else {
			continue;
		}
		addresses->list[addresses->count++] = address;
	}
	return addresses->count > before ? DNS_ADDRESS : DNS_NO_RECORD;
}

const char *
dns_rcode_words(const unsigned char *message)
{
	static const char words[][9] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED", "an error" };
	unsigned rcode = message[3] & 15;

	return words[rcode < 6 ? rcode : 6];
}
