#include <arpa/nameser.h>
#include <resolv.h>
#include <string.h>

#include "dns.h"

/* Takes a word off the line; an empty one when there is none. Comments are none. */
static struct slice
take_word(struct slice *line)
{
	const char *at = line->bytes, *end = at + line->length, *word;

	while (at < end && (unsigned char)*at <= ' ')
		at++;
	if (*at == '#' || *at == ';')
		end = at;
	word = at;
	while (at < end && (unsigned char)*at > ' ' && *at != '#')
		at++;
	*line = (struct slice){ at, (size_t)(end - at) };
	return (struct slice){ word, (size_t)(at - word) };
}

static void
add_server(struct dns_settings *settings, struct slice literal)
{
	union address *server = &settings->servers[settings->server_count];

	if (settings->server_count < DNS_SERVERS && address_literal(literal, server)) {
		address_set_port(server, NS_DEFAULTPORT);
		settings->server_count++;
	}
}

static void
set_ndots(struct dns_settings *settings, uint64_t ndots)
{
	if (ndots <= UINT8_MAX)
		settings->ndots = ndots;
}

void
dns_settings_parse(struct dns_settings *settings, struct slice resolv_conf)
{
	*settings = (struct dns_settings){ .ndots = 1 };
	while (resolv_conf.length > 0) {
		struct slice line = slice_cut(&resolv_conf, '\n'), key = take_word(&line), word;
		bool search = slice_is(key, "search") || slice_is(key, "domain");

		if (search)
			settings->domain_count = 0; /* the last of them counts */
		while ((word = take_word(&line)).length > 0) {
			if (search && settings->domain_count < DNS_DOMAINS)
				settings->domains[settings->domain_count++] = word;
			if (slice_is(key, "nameserver"))
				add_server(settings, word);
			if (slice_is(key, "options") && slice_starts(word, "ndots:"))
				set_ndots(settings, slice_decimal(slice_after(word, 6), UINT8_MAX));
		}
	}
	if (settings->server_count == 0)
		add_server(settings, slice_of("127.0.0.1"));
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
	if (addresses->count < addresses->limit)
		addresses->count += address_literal(literal, &addresses->list[addresses->count]);
}

bool
dns_localhost(struct slice name, struct dns_addresses *addresses)
{
	struct slice label;

	do
		label = slice_cut(&name, '.');
	while (name.length > 0);
	if (!slice_like(label, "localhost"))
		return false;
	add(addresses, slice_of("127.0.0.1"));
	add(addresses, slice_of("::1"));
	return true;
}

void
dns_hosts(struct slice hosts, struct slice name, struct dns_addresses *addresses)
{
	name = less_root(name);
	while (hosts.length > 0) {
		struct slice line = slice_cut(&hosts, '\n'), literal = take_word(&line), word;

		do
			word = take_word(&line);
		while (word.length > 0 && !slice_same(word, name));
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

size_t
dns_question(unsigned char buffer[static DNS_QUERY_SIZE], const char *name, enum dns_type type,
	uint16_t id)
{
	int length = res_mkquery(ns_o_query, name, ns_c_in, type == DNS_A ? ns_t_a : ns_t_aaaa,
		NULL, 0, NULL, buffer, DNS_QUERY_SIZE);

	if (length < 0)
		return 0;
	write_u16(buffer, id);
	return (size_t)length;
}

/* whether the message has the id and the question, and says that it is an answer */
static bool
is_answer(const unsigned char *message, const unsigned char *question, size_t length)
{
	struct slice got = { (const char *)message + NS_HFIXEDSZ, length - NS_HFIXEDSZ };
	struct slice asked = { (const char *)question + NS_HFIXEDSZ, got.length };

	return read_u16(message) == read_u16(question) && message[2] & 0x80 &&
		read_u16(message + 4) == 1 && slice_same(got, asked);
}

enum dns_result
dns_answer(const unsigned char *message, size_t length, const char *name, enum dns_type type,
	uint16_t id, struct dns_addresses *addresses)
{
	unsigned char question[DNS_QUERY_SIZE];
	size_t asked = dns_question(question, name, type, id);
	const unsigned char *at = message + asked, *end = message + length;
	unsigned count = addresses->count, rcode;

	if (length < NS_HFIXEDSZ || asked == 0)
		return DNS_NOT_OURS;
	rcode = message[3] & 15;
	/* a server that would not even read the question sends no more than a header */
	if (length == NS_HFIXEDSZ && read_u16(message) == id && message[2] & 0x80 && rcode)
		return DNS_REFUSED;
	if (asked > length || !is_answer(message, question, asked))
		return DNS_NOT_OURS;
	if (message[2] & 2)
		return DNS_TRUNCATED;
	if (rcode == ns_r_nxdomain)
		return DNS_NO_NAME;
	if (rcode != ns_r_noerror)
		return DNS_REFUSED;
	for (unsigned left = read_u16(message + 6); left > 0; left--) {
		char owner[NS_MAXDNAME];
		int skip = dn_expand(message, end, at, owner, sizeof(owner));
		unsigned size;

		if (skip < 0 || end - at < skip + NS_RRFIXEDSZ)
			return DNS_NOT_OURS;
		at += skip + NS_RRFIXEDSZ;
		size = read_u16(at - 2);
		if (end - at < size)
			return DNS_NOT_OURS;
		/* of the type and class that were asked for */
		if (count < addresses->limit && size == (type == DNS_A ? 4 : 16) &&
			memcmp(at - NS_RRFIXEDSZ, message + asked - NS_QFIXEDSZ, NS_QFIXEDSZ) == 0)
			address_set(&addresses->list[count++], at, size);
		at += size;
	}
	if (count == addresses->count)
		return DNS_NO_RECORD;
	addresses->count = count;
	return DNS_ADDRESS;
}

const char *
dns_rcode_words(const unsigned char *message)
{
	static const char words[][9] = { "an error", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP",
		"REFUSED" };
	unsigned rcode = message[3] & 15;

	return words[rcode <= ns_r_refused ? rcode : 0];
}
