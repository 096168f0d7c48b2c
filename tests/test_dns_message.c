#include <arpa/inet.h>

#include "dns.h"
#include "guard.h"
#include "unit.h"

enum {
	A = 1,
	CNAME = 5,
	TXT = 16,
	AAAA = 28,
	ANSWER = 0x8180, /* QR, RD, RA */
	TRUNCATED = 0x8380,
	ID = 0x1234,
};

static const unsigned char v4[] = { 10, 0, 0, 7 };
static const unsigned char v6[] = { 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7 };

static struct guard guard;

static int
open_guard(void **state)
{
	(void)state;
	guard_open(&guard, 8192);
	return 0;
}

static int
close_guard(void **state)
{
	(void)state;
	guard_close(&guard);
	return 0;
}

static enum dns_result
read_bytes(const struct unit_message *message, size_t length, enum dns_type type,
	struct dns_addresses *addresses)
{
	struct slice copy =
		guard_copy(&guard, (struct slice){ (const char *)message->bytes, length });

	return dns_answer((const unsigned char *)copy.bytes, copy.length, "db.example", type, ID,
		addresses);
}

static enum dns_result
read_message(const struct unit_message *message, enum dns_type type,
	struct dns_addresses *addresses)
{
	return read_bytes(message, message->length, type, addresses);
}

static void
questions(void **state)
{
	unsigned char wire[DNS_QUERY_SIZE], name[300];
	static const struct {
		int line;
		const char *name;
		enum dns_type type;
	} rows[] = {
		{ __LINE__, "db.example", DNS_A },
		{ __LINE__, "db.example", DNS_AAAA },
		{ __LINE__, "db", DNS_A },
		{ __LINE__, "my_service.a-b.c", DNS_AAAA },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t length = dns_question(wire, rows[i].name, rows[i].type, 0xabcd);
		size_t name_length = unit_wire_name(name, rows[i].name);

		row_equal(rows[i].line, length, 12 + name_length + 4);
		row_true(rows[i].line, wire[0] == 0xab && wire[1] == 0xcd);
		row_equal(rows[i].line, wire[2], 0x01); /* a query, recursion desired */
		row_equal(rows[i].line, wire[5], 1);    /* one question */
		row_true(rows[i].line, wire[7] == 0 && wire[9] == 0 && wire[11] == 0);
		row_true(rows[i].line, memcmp(wire + 12, name, name_length) == 0);
		row_equal(rows[i].line, wire[length - 3], rows[i].type == DNS_A ? A : AAAA);
		row_equal(rows[i].line, wire[length - 1], 1);
	}
}

static void
long_questions(void **state)
{
	char name[300];
	unsigned char wire[DNS_QUERY_SIZE];

	(void)state;
	memset(name, 'a', sizeof(name));
	for (size_t i = 1; i < sizeof(name); i += 2)
		name[i] = '.';
	name[253] = '\0';
	assert_int_equal(dns_question(wire, name, DNS_A, 1), 12 + 255 + 4);
	name[253] = 'a';
	name[255] = '\0';
	assert_int_equal(dns_question(wire, name, DNS_A, 1), 0);
	memset(name, 'a', 64);
	name[64] = '\0';
	assert_int_equal(dns_question(wire, name, DNS_A, 1), 0);
	assert_int_equal(dns_question(wire, "a..b", DNS_A, 1), 0);
}

static void
answers(void **state)
{
	static const struct {
		int line;
		unsigned id, flags;
		const char *name;
		unsigned question, answer; /* types; answer 0: none */
		enum dns_type type;
		enum dns_result result;
	} rows[] = {
		{ __LINE__, ID, ANSWER, "db.example", A, A, DNS_A, DNS_ADDRESS },
		{ __LINE__, ID, ANSWER, "DB.Example", A, A, DNS_A, DNS_ADDRESS },
		{ __LINE__, ID, 0x8500, "db.example", A, A, DNS_A,
			DNS_ADDRESS }, /* authoritative */
		{ __LINE__, ID, 0x81a0, "db.example", A, A, DNS_A, DNS_ADDRESS }, /* authentic */
		{ __LINE__, ID, ANSWER, "db.example", AAAA, AAAA, DNS_AAAA, DNS_ADDRESS },
		{ __LINE__, ID, ANSWER, "db.example", A, 0, DNS_A, DNS_NO_RECORD },
		{ __LINE__, ID, ANSWER, "db.example", A, TXT, DNS_A, DNS_NO_RECORD },
		{ __LINE__, ID, ANSWER, "db.example", A, AAAA, DNS_A, DNS_NO_RECORD },
		{ __LINE__, ID, ANSWER, "db.example", AAAA, A, DNS_AAAA, DNS_NO_RECORD },
		{ __LINE__, ID, ANSWER | 3, "db.example", A, 0, DNS_A, DNS_NO_NAME },
		{ __LINE__, ID, TRUNCATED, "db.example", A, 0, DNS_A, DNS_TRUNCATED },
		{ __LINE__, ID, TRUNCATED, "db.example", A, A, DNS_A, DNS_TRUNCATED },
		/* to somebody else's question, or no answer at all */
		{ __LINE__, ID + 1, ANSWER, "db.example", A, A, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, 0x0100, "db.example", A, A, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER, "db.example", AAAA, A, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER, "db.example", A, A, DNS_AAAA, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER, "db.exampl", A, A, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER, "db.example.org", A, A, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER, "x.db.example", A, A, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER, "", A, A, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER, NULL, A, 0, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID + 1, ANSWER | 3, "db.example", A, 0, DNS_A, DNS_NOT_OURS },
		{ __LINE__, ID, ANSWER | 3, "evil.example", A, 0, DNS_A, DNS_NOT_OURS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		union address room[DNS_ADDRESSES];
		struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
		bool six = rows[i].answer == AAAA;
		struct unit_message message;

		unit_message_open(&message, rows[i].id, rows[i].flags, rows[i].name,
			rows[i].question);
		if (rows[i].answer)
			unit_message_answer(&message, "", rows[i].answer, six ? v6 : v4,
				six ? 16 : 4);
		row_equal(rows[i].line, read_message(&message, rows[i].type, &addresses),
			rows[i].result);
		row_equal(rows[i].line, addresses.count, rows[i].result == DNS_ADDRESS);
		if (rows[i].result != DNS_ADDRESS)
			continue;
		if (six)
			row_true(rows[i].line,
				memcmp(&addresses.list[0].v6.sin6_addr, v6, 16) == 0);
		else
			row_true(rows[i].line, memcmp(&addresses.list[0].v4.sin_addr, v4, 4) == 0);
		row_equal(rows[i].line, addresses.list[0].v4.sin_port, 0);
	}
}

static void
refusals(void **state)
{
	static const char *const words[] = { NULL, "FORMERR", "SERVFAIL", NULL, "NOTIMP",
		"REFUSED" };

	(void)state;
	for (unsigned rcode = 1; rcode < 16; rcode++) {
		union address room[DNS_ADDRESSES];
		struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
		struct unit_message message;

		if (rcode == 3)
			continue;
		unit_message_open(&message, ID, ANSWER | rcode, "db.example", A);
		assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_REFUSED);
		assert_string_equal(dns_rcode_words(message.bytes),
			rcode < 6 ? words[rcode] : "an error");
	}
}

/* An alias of an alias, in full and compressed, with the address under the last name. */
static void
chain(struct unit_message *message)
{
	unsigned char alias[64];
	size_t length = unit_wire_name(alias, "www.example.org");

	unit_message_open(message, ID, ANSWER, "db.example", A);
	unit_message_answer(message, "", CNAME, alias, length);
	length = unit_wire_name(alias, "real.example.net");
	unit_message_answer(message, "www.example.org", CNAME, alias, length);
	unit_message_answer(message, "real.example.net", A, v4, sizeof(v4));
	unit_message_answer(message, "real.example.net", A, (const unsigned char[]){ 10, 0, 0, 8 },
		4);
}

static void
aliases(void **state)
{
	union address room[DNS_ADDRESSES];
	struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
	struct unit_message message;

	(void)state;
	chain(&message);
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_ADDRESS);
	assert_int_equal(addresses.count, 2);
	assert_int_equal(ntohl(addresses.list[0].v4.sin_addr.s_addr), 0x0a000007);
	assert_int_equal(ntohl(addresses.list[1].v4.sin_addr.s_addr), 0x0a000008);
}

static void
cut_messages(void **state)
{
	struct unit_message message;

	(void)state;
	chain(&message);
	for (size_t length = 0; length < message.length; length++) {
		union address room[DNS_ADDRESSES];
		struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };

		if (read_bytes(&message, length, DNS_A, &addresses) != DNS_NOT_OURS ||
			addresses.count)
			fail_msg("cut at %zu", length);
	}
}

/* What says that it is truncated is believed, wherever it ends after the question. */
static void
cut_and_truncated(void **state)
{
	struct unit_message message;
	size_t question;

	(void)state;
	unit_message_open(&message, ID, TRUNCATED, "db.example", A);
	question = message.length;
	chain(&message);
	message.bytes[2] |= TRUNCATED >> 8;
	for (size_t length = 0; length <= message.length; length++) {
		union address room[DNS_ADDRESSES];
		struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
		enum dns_result wanted = length < question ? DNS_NOT_OURS : DNS_TRUNCATED;

		if (read_bytes(&message, length, DNS_A, &addresses) != wanted || addresses.count)
			fail_msg("cut at %zu", length);
	}
}

/* a header alone, of a server that would not even read the question */
static void
headers(void **state)
{
	static const struct {
		int line;
		unsigned id, flags;
		enum dns_result result;
	} rows[] = {
		{ __LINE__, ID, ANSWER | 5, DNS_REFUSED },
		{ __LINE__, ID, ANSWER | 1, DNS_REFUSED },
		{ __LINE__, ID + 1, ANSWER | 5, DNS_NOT_OURS },
		{ __LINE__, ID, 0x0105, DNS_NOT_OURS }, /* no answer */
		{ __LINE__, ID, ANSWER, DNS_NOT_OURS },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		union address room[DNS_ADDRESSES];
		struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
		struct unit_message message;

		unit_message_open(&message, rows[i].id, rows[i].flags, NULL, A);
		row_equal(rows[i].line, message.length, 12);
		row_equal(rows[i].line, message.bytes[5], 0);
		row_equal(rows[i].line, read_message(&message, DNS_A, &addresses), rows[i].result);
		row_equal(rows[i].line, read_bytes(&message, 11, DNS_A, &addresses), DNS_NOT_OURS);
	}
}

/* what follows the last record is nobody's */
static void
trailing_bytes(void **state)
{
	union address room[DNS_ADDRESSES];
	struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
	struct unit_message message;

	(void)state;
	unit_message_open(&message, ID, ANSWER, "db.example", A);
	unit_message_answer(&message, "", A, v4, sizeof(v4));
	message.bytes[message.length++] = 0xff;
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_ADDRESS);
	assert_int_equal(addresses.count, 1);
	assert_int_equal(ntohl(addresses.list[0].v4.sin_addr.s_addr), 0x0a000007);
}

/* whatever byte is wrong, nothing is read where there is nothing */
static void
flipped_bytes(void **state)
{
	struct unit_message message;

	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		chain(&message);
		for (size_t at = 0; at < message.length; at++) {
			union address room[DNS_ADDRESSES];
			struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
			unsigned char was = message.bytes[at];

			message.bytes[at] = (unsigned char)value;
			read_message(&message, DNS_A, &addresses);
			assert_true(addresses.count <= 3);
			message.bytes[at] = was;
		}
	}
}

static void
malformed(void **state)
{
	union address room[DNS_ADDRESSES];
	struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
	struct unit_message message;

	(void)state;
	/* names that point at themselves, at each other, forward, past the end */
	unit_message_open(&message, ID, ANSWER, "db.example", A);
	message.bytes[12] = 0xc0;
	message.bytes[13] = 12;
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_NOT_OURS);

	for (unsigned target = 0; target < 256; target++) {
		chain(&message);
		message.bytes[28] = 0xc0;
		message.bytes[29] = (unsigned char)target;
		read_message(&message, DNS_A, &addresses);
	}

	/* more records are announced than there are */
	unit_message_open(&message, ID, ANSWER, "db.example", A);
	unit_message_answer(&message, "", A, v4, 4);
	message.bytes[7] = 2;
	addresses.count = 0;
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_NOT_OURS);
	message.bytes[6] = 0xff;
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_NOT_OURS);
	assert_int_equal(addresses.count, 0);

	/* addresses of a wrong size are none */
	for (size_t size = 0; size < 20; size++) {
		unsigned char data[20] = { 0 };

		unit_message_open(&message, ID, ANSWER, "db.example", A);
		unit_message_answer(&message, "", A, data, size);
		addresses.count = 0;
		assert_int_equal(read_message(&message, DNS_A, &addresses),
			size == 4 ? DNS_ADDRESS : DNS_NO_RECORD);
	}

	/* two questions are not what was asked */
	unit_message_open(&message, ID, ANSWER, "db.example", A);
	message.length += unit_wire_name(message.bytes + message.length, "db.example");
	memcpy(message.bytes + message.length, "\0\1\0\1", 4);
	message.length += 4;
	message.bytes[5] = 2;
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_NOT_OURS);
}

/* what was there stays there when an answer breaks off */
static void
keeps_addresses(void **state)
{
	union address room[DNS_ADDRESSES];
	struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
	struct unit_message message;

	(void)state;
	dns_localhost(SLICE("localhost"), &addresses);
	unit_message_open(&message, ID, ANSWER, "db.example", A);
	unit_message_answer(&message, "", A, v4, 4);
	message.bytes[7] = 2;
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_NOT_OURS);
	assert_int_equal(addresses.count, 2);
	message.bytes[7] = 1;
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_ADDRESS);
	assert_int_equal(addresses.count, 3);
}

static void
many_addresses(void **state)
{
	union address room[DNS_ADDRESSES];
	struct dns_addresses addresses = { 0, DNS_ADDRESSES, room };
	struct unit_message message;

	(void)state;
	unit_message_open(&message, ID, ANSWER, "db.example", A);
	for (unsigned char i = 1; i <= 70; i++)
		unit_message_answer(&message, "", A, (unsigned char[]){ 10, 0, 1, i }, 4);
	assert_int_equal(read_message(&message, DNS_A, &addresses), DNS_ADDRESS);
	assert_int_equal(addresses.count, DNS_ADDRESSES);
	assert_int_equal(ntohl(addresses.list[63].v4.sin_addr.s_addr), 0x0a000140);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions),
		cmocka_unit_test(long_questions),
		cmocka_unit_test(answers),
		cmocka_unit_test(refusals),
		cmocka_unit_test(aliases),
		cmocka_unit_test(cut_messages),
		cmocka_unit_test(cut_and_truncated),
		cmocka_unit_test(headers),
		cmocka_unit_test(trailing_bytes),
		cmocka_unit_test(flipped_bytes),
		cmocka_unit_test(malformed),
		cmocka_unit_test(keeps_addresses),
		cmocka_unit_test(many_addresses),
	};

	return cmocka_run_group_tests_name("dns: messages", tests, open_guard, close_guard);
}
