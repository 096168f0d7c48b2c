#include <arpa/nameser.h>
#include <resolv.h>
#include <string.h>

#include "dns.h"

/* takes a line off the text, less its comment */
static struct slice
take_line(struct slice *text)
{
	size_t end = slice_find(*text, '\n');
	struct slice line = slice_first(*text, end);

	*text = slice_after(*text, end < text->length ? end + 1 : end);
	line.length = slice_find(line, '#');
	return line;
}

static bool
space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* takes a word off the line; empty when there is none */
static struct slice
take_word(struct slice *line)
{
	struct slice word;
	size_t length = 0;

	while (line->length > 0 && space(line->bytes[0]))
		*line = slice_after(*line, 1);
	while (length < line->length && !space(line->bytes[length]))
		length++;
	word = slice_first(*line, length);
	*line = slice_after(*line, length);
	return word;
}

static void
parse_option(struct dns_settings *settings, struct slice option)
{
	uint64_t value;

	if (slice_starts(option, SLICE("ndots:")) &&
		slice_decimal(slice_after(option, 6), UINT32_MAX, &value))
		settings->ndots = value > 15 ? 15 : (unsigned)value;
}

void
dns_settings_parse(struct dns_settings *settings, struct slice text)
{
	settings->server_count = settings->domain_count = 0;
	settings->ndots = 1;
	while (text.length > 0) {
		struct slice line = take_line(&text), key = take_word(&line), word;
		bool search = slice_equal(key, SLICE("search")) || slice_equal(key, SLICE("domain"));

		line.length = slice_find(line, ';');
		if (search)
			settings->domain_count = 0;
		while ((word = take_word(&line)).length > 0) {
			union address address;

			if (slice_equal(key, SLICE("options"))) {
				parse_option(settings, word);
			} else if (search && settings->domain_count < DNS_DOMAINS &&
				   word.length <= ADDRESS_NAME_LIMIT) {
				settings->domains[settings->domain_count++] = word;
			} else if (slice_equal(key, SLICE("nameserver")) &&
				   settings->server_count < DNS_SERVERS &&
				   address_literal(word, &address)) {
				address_set_port(&address, NS_DEFAULTPORT);
				settings->servers[settings->server_count++] = address;
			}
		}
	}
	if (settings->server_count == 0) {
		address_literal(SLICE("127.0.0.1"), &settings->servers[0]);
		address_set_port(&settings->servers[0], NS_DEFAULTPORT);
		settings->server_count = 1;
	}
}

static struct slice
less_root(struct slice name)
{
	if (name.length > 1 && name.bytes[name.length - 1] == '.')
		name.length--;
	return name;
}

bool
dns_is_localhost(struct slice name)
{
	struct slice localhost = SLICE("localhost");

	name = less_root(name);
	if (name.length > localhost.length &&
		name.bytes[name.length - localhost.length - 1] == '.')
		name = slice_after(name, name.length - localhost.length);
	return slice_equal_nocase(name, localhost);
}

static void
add(struct dns_addresses *addresses, const union address *address)
{
	for (unsigned i = 0; i < addresses->count; i++) {
		if (address_equal(&addresses->list[i], address))
			return;
	}
	if (addresses->count < DNS_ADDRESSES)
		addresses->list[addresses->count++] = *address;
}

void
dns_localhost(struct dns_addresses *addresses)
{
	union address address;

	address_literal(SLICE("127.0.0.1"), &address);
	add(addresses, &address);
	address_literal(SLICE("::1"), &address);
	add(addresses, &address);
}

void
dns_hosts(struct slice hosts, struct slice name, struct dns_addresses *addresses)
{
	name = less_root(name);
	while (hosts.length > 0) {
		struct slice line = take_line(&hosts), word = take_word(&line);
		union address address;

		if (!address_literal(word, &address))
			continue;
		while ((word = take_word(&line)).length > 0) {
			if (slice_equal_nocase(less_root(word), name))
				add(addresses, &address);
		}
	}
}

bool
dns_candidate(const struct dns_settings *settings, struct slice name, unsigned index,
	struct text *text)
{
	unsigned dots = 0, as_is;

	if (name.length > 1 && name.bytes[name.length - 1] == '.') {
		text_slice(text, less_root(name));
		return index == 0;
	}
	for (size_t i = 0; i < name.length; i++)
		dots += name.bytes[i] == '.';
	as_is = dots >= settings->ndots ? 0 : settings->domain_count;
	text_slice(text, name);
	if (index == as_is)
		return true;
	if (index > as_is)
		index--;
	if (index >= settings->domain_count)
		return false;
	text_char(text, '.');
	text_slice(text, less_root(settings->domains[index]));
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

static bool
same_question(ns_msg *message, const char *name, enum dns_type type)
{
	ns_rr record;

	return ns_msg_count(*message, ns_s_qd) == 1 && ns_parserr(message, ns_s_qd, 0, &record) == 0 &&
	       (int)ns_rr_type(record) == record_type(type) && ns_rr_class(record) == ns_c_in &&
	       slice_equal_nocase(less_root(slice_of(ns_rr_name(record))), slice_of(name));
}

enum dns_result
dns_answer(const unsigned char *bytes, size_t length, const char *name, enum dns_type type,
	uint16_t id, struct dns_addresses *addresses, unsigned *rcode)
{
	enum dns_result result = DNS_NO_RECORD;
	unsigned before = addresses->count;
	ns_msg message;
	ns_rr record;

	if (length > INT16_MAX || ns_initparse(bytes, (int)length, &message) != 0 ||
		ns_msg_id(message) != id || !ns_msg_getflag(message, ns_f_qr) ||
		ns_msg_getflag(message, ns_f_opcode) != ns_o_query ||
		!same_question(&message, name, type))
		return DNS_NOT_OURS;
	if (ns_msg_getflag(message, ns_f_tc))
		return DNS_TRUNCATED;
	*rcode = (unsigned)ns_msg_getflag(message, ns_f_rcode);
	if (*rcode == ns_r_nxdomain)
		return DNS_NO_NAME;
	if (*rcode != ns_r_noerror)
		return DNS_REFUSED;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		union address address = { 0 };

		if (ns_parserr(&message, ns_s_an, i, &record) != 0) {
			addresses->count = before;
			return DNS_NOT_OURS;
		}
		if ((int)ns_rr_type(record) != record_type(type) || ns_rr_class(record) != ns_c_in ||
			ns_rr_rdlen(record) != (type == DNS_A ? NS_INADDRSZ : NS_IN6ADDRSZ))
			continue;
		if (type == DNS_A) {
			address.v4.sin_family = AF_INET;
			memcpy(&address.v4.sin_addr, ns_rr_rdata(record), NS_INADDRSZ);
		} else {
			address.v6.sin6_family = AF_INET6;
			memcpy(&address.v6.sin6_addr, ns_rr_rdata(record), NS_IN6ADDRSZ);
		}
		add(addresses, &address);
		result = DNS_ADDRESS;
	}
	return result;
}

void
dns_rcode_print(struct text *text, unsigned rcode)
{
	switch (rcode) {
	case ns_r_formerr:
		text_string(text, "FORMERR");
		return;
	case ns_r_servfail:
		text_string(text, "SERVFAIL");
		return;
	case ns_r_notimpl:
		text_string(text, "NOTIMP");
		return;
	case ns_r_refused:
		text_string(text, "REFUSED");
		return;
	}
	text_string(text, "rcode ");
	text_decimal(text, rcode);
}
