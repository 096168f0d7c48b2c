#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "engine.h"
#include "resolver.h"
#include "unit.h"

/* What a scripted server does with a question. It is a check in the same run as the one that
 * asks, on a port of loopback that the kernel picked. */
enum action {
	NOTHING, /* where no rule fits */
	ADDRESS,
	NO_RECORD,
	NO_NAME,
	SERVFAIL,
	REFUSED,
	TRUNCATED,      /* over TCP the address, and two more */
	TRUNCATED_SHUT, /* over TCP nothing: it is closed */
	LIES,           /* with another id, another name and another type, then the truth */
	LIES_ONLY,
	GARBAGE, /* then the truth */
};

struct rule {
	int server;
	const char *name;
	char type; /* '4' or '6'; 0: both */
	enum action action;
};

struct server {
	struct check check;
	struct watch datagrams, listener, stream;
	int udp, tcp;
	int number;
	const struct rule *rules;
	const struct check *client;
	struct unit_message late; /* what of an answer over TCP is still to come */
};

struct client {
	struct check check;
	struct resolver *resolver;
	struct endpoint endpoint;
	struct server *servers;
	size_t count;
};

static const unsigned char v4[] = { 10, 0, 0, 7 }, lie[] = { 192, 0, 2, 1 };
static const unsigned char v6[16] = { 0xfd, [15] = 7 };

/* the question's name, its type and its id */
static unsigned
read_question(const unsigned char *bytes, char *name)
{
	const unsigned char *at = bytes + 12;

	while (*at) {
		memcpy(name, at + 1, *at);
		name += *at;
		at += *at + 1;
		*name++ = *at ? '.' : '\0';
	}
	return (unsigned)at[1] << 8 | at[2];
}

static enum action
find_action(const struct server *server, const char *name, unsigned type)
{
	const struct rule *rule = server->rules;

	for (; rule->name; rule++) {
		if (rule->server == server->number && strcmp(rule->name, name) == 0 &&
			(rule->type == 0 || (rule->type == '6') == (type == 28)))
			return rule->action;
	}
	return NOTHING;
}

static void
say(int fd, const struct unit_message *message, const struct sockaddr_in *to)
{
	sendto(fd, message->bytes, message->length, 0, (const struct sockaddr *)to, sizeof(*to));
}

static void
add_address(struct unit_message *message, unsigned type)
{
	if (type == 28)
		unit_message_answer(message, "", 28, v6, sizeof(v6));
	else
		unit_message_answer(message, "", 1, v4, sizeof(v4));
}

static void
lie_to(int fd, unsigned id, const char *name, unsigned type, const struct sockaddr_in *to)
{
	struct unit_message message;

	unit_message_open(&message, id + 1, 0x8180, name, type);
	unit_message_answer(&message, "", 1, lie, sizeof(lie));
	say(fd, &message, to);
	unit_message_open(&message, id, 0x8180, "evil.example", type);
	unit_message_answer(&message, "", 1, lie, sizeof(lie));
	say(fd, &message, to);
	unit_message_open(&message, id, 0x8180, name, 16);
	unit_message_answer(&message, "", 1, lie, sizeof(lie));
	say(fd, &message, to);
	unit_message_open(&message, id, 0x0100, name, type);
	say(fd, &message, to);
}

static void
answer_datagram(struct server *server)
{
	static const unsigned flags[] = { [ADDRESS] = 0x8180,
		[NO_RECORD] = 0x8180,
		[NO_NAME] = 0x8183,
		[SERVFAIL] = 0x8182,
		[REFUSED] = 0x8185,
		[TRUNCATED] = 0x8380,
		[TRUNCATED_SHUT] = 0x8380,
		[LIES] = 0x8180,
		[LIES_ONLY] = 0,
		[GARBAGE] = 0x8180 };
	unsigned char question[512];
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	struct unit_message message;
	enum action action;
	unsigned id, type;
	char name[256];

	if (recvfrom(server->udp, question, sizeof(question), MSG_DONTWAIT,
		    (struct sockaddr *)&from, &size) < 12)
		return;
	id = (unsigned)question[0] << 8 | question[1];
	type = read_question(question, name);
	action = find_action(server, name, type);
	if (action == LIES || action == LIES_ONLY)
		lie_to(server->udp, id, name, type, &from);
	if (action == NOTHING || action == LIES_ONLY)
		return;
	if (action == GARBAGE) {
		sendto(server->udp, "", 0, 0, (struct sockaddr *)&from, sizeof(from));
		sendto(server->udp, question, 11, 0, (struct sockaddr *)&from, sizeof(from));
	}
	unit_message_open(&message, id, flags[action], name, type);
	if (action == ADDRESS || action == LIES || action == GARBAGE)
		add_address(&message, type);
	say(server->udp, &message, &from);
}

/* a whole question is there at once: it is small */
static void
answer_stream(struct server *server)
{
	unsigned char question[514];
	struct unit_message message;
	ssize_t got = recv(server->stream.fd, question, sizeof(question), MSG_DONTWAIT);
	char name[256];
	unsigned type;

	server->stream.want = WANT_NOTHING;
	if (got < 14)
		return;
	type = read_question(question + 2, name);
	if (find_action(server, name, type) != TRUNCATED)
		return;
	unit_message_open(&message, (unsigned)question[2] << 8 | question[3], 0x8180, name, type);
	add_address(&message, type);
	if (type == 1) {
		unit_message_answer(&message, "", 1, (unsigned char[]){ 10, 0, 0, 8 }, 4);
		unit_message_answer(&message, "", 1, (unsigned char[]){ 10, 0, 0, 9 }, 4);
	}
	/* in three pieces: half of the length, all but two bytes, and the rest a while later */
	send(server->stream.fd, (unsigned char[]){ (unsigned char)(message.length >> 8) }, 1, 0);
	send(server->stream.fd, (unsigned char[]){ (unsigned char)message.length }, 1, 0);
	send(server->stream.fd, message.bytes, message.length - 2, 0);
	server->late.length = 2;
	memcpy(server->late.bytes, message.bytes + message.length - 2, 2);
	server->stream.want = WANT_READ;
	server->check.wake_us = clock_monotonic_us() + 5000;
}

static void
send_late(struct server *server)
{
	send(server->stream.fd, server->late.bytes, server->late.length, 0);
	server->late.length = 0;
	server->stream.want = WANT_NOTHING;
	server->check.wake_us = CLOCK_NEVER;
}

static void
server_start(struct check *check)
{
	struct server *server = (struct server *)check;

	check_watch(check, &server->datagrams, server->udp);
	check_watch(check, &server->listener, server->tcp);
	server->datagrams.want = server->listener.want = WANT_READ;
}

static void
server_ready(struct check *check)
{
	struct server *server = (struct server *)check;

	if (server->client->verdict.outcome) {
		check_decide(check, OUTCOME_CONNECTED);
		return;
	}
	if (server->datagrams.ready)
		answer_datagram(server);
	if (server->late.length > 0 && check->wake_us <= clock_monotonic_us())
		send_late(server);
	else if (server->stream.open && server->stream.ready)
		answer_stream(server);
	if (server->listener.ready && !server->stream.open) {
		check_watch(check, &server->stream, accept(server->tcp, NULL, NULL));
		server->stream.want = WANT_READ;
	}
}

static void
client_go_on(struct client *client)
{
	struct resolver *resolver = client->resolver;

	client->check.wake_us = resolver->wake_us;
	if (!resolver->done)
		return;
	check_decide(&client->check, OUTCOME_CONNECTED);
	for (size_t i = 0; i < client->count; i++)
		client->servers[i].check.wake_us = 0;
}

static void
client_start(struct check *check)
{
	struct client *client = (struct client *)check;

	client->resolver = resolver_open(check, &client->endpoint);
	resolver_drive(client->resolver);
	client_go_on(client);
}

static void
client_ready(struct check *check)
{
	struct client *client = (struct client *)check;

	resolver_drive(client->resolver);
	client_go_on(client);
}

static void
doing(struct check *check, struct text *text)
{
	(void)check;
	text_print(text, "asking");
}

static const struct check_kind server_kind = {
	.start = server_start, .ready = server_ready, .doing = doing
};
static const struct check_kind client_kind = {
	.start = client_start, .ready = client_ready, .doing = doing
};

/* Both of its sockets have the same port. */
static void
open_server(struct server *server, union address *address)
{
	for (unsigned tries = 0; tries < 100; tries++) {
		socklen_t size = sizeof(*address);

		assert_true(address_literal(SLICE("127.0.0.1"), address));
		server->udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		server->tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(bind(server->udp, &address->any, sizeof(address->v4)), 0);
		assert_int_equal(getsockname(server->udp, &address->any, &size), 0);
		if (bind(server->tcp, &address->any, sizeof(address->v4)) == 0 &&
			listen(server->tcp, 4) == 0)
			return;
		close(server->udp);
		close(server->tcp);
	}
	fail_msg("no port");
}

static struct run run;

static void
call(void *argument)
{
	struct check *first = argument;

	engine_run(first, &run, clock_monotonic_us(), 30000);
}

/* "10.0.0.7 fd00::7", or why there are none */
static void
resolve(int line, struct client *client, const char *name, const char *resolv_conf,
	const char *hosts, const struct rule *rules, size_t closed, struct text *text)
{
	static struct server servers[DNS_SERVERS];
	static struct dns_settings settings;
	struct check *first = &client->check;
	unsigned before = unit_descriptors();

	memset(servers, 0, sizeof(servers));
	dns_settings_parse(&settings, slice_of(resolv_conf));
	settings.hosts = slice_of(hosts);
	*client = (struct client){ .check.kind = &client_kind,
		.endpoint = { .type = ENDPOINT_NAME, .host = slice_of(name) },
		.servers = servers,
		.count = settings.server_count };
	for (size_t i = settings.server_count; i-- > 0;) {
		open_server(&servers[i], &settings.servers[i]);
		if (i < closed) {
			close(servers[i].udp);
			close(servers[i].tcp);
			continue;
		}
		servers[i].check.kind = &server_kind;
		servers[i].check.next = first;
		servers[i].client = &client->check;
		servers[i].rules = rules;
		servers[i].number = (int)i;
		first = &servers[i].check;
	}
	run = (struct run){ .arena = unit_arena(), .dns = &settings };
	assert_false(unit_fails(call, first));
	assert_int_equal(unit_descriptors(), before);
	row_equal(line, client->check.verdict.outcome, OUTCOME_CONNECTED);
	for (unsigned i = 0; i < client->resolver->addresses.count; i++) {
		text_print(text, i > 0 ? " " : "");
		address_print_host(text, &client->resolver->addresses.list[i]);
	}
	if (client->resolver->addresses.count == 0)
		resolver_print_problem(client->resolver, text);
}

#define TWO "nameserver 127.0.0.1\nnameserver 127.0.0.2\n"

static void
answers(void **state)
{
	static const struct {
		int line;
		const char *name, *resolv_conf;
		struct rule rules[8];
		size_t closed; /* so many servers are not there */
		const char *wanted;
	} rows[] = {
		{ __LINE__, "db", "nameserver 127.0.0.1", { { 0, "db", 0, ADDRESS } }, 0,
			"10.0.0.7 fd00::7" },
		{ __LINE__, "db", "nameserver 127.0.0.1",
			{ { 0, "db", '4', ADDRESS }, { 0, "db", '6', NO_RECORD } }, 0, "10.0.0.7" },
		{ __LINE__, "db", "nameserver 127.0.0.1",
			{ { 0, "db", '4', NO_RECORD }, { 0, "db", '6', ADDRESS } }, 0, "fd00::7" },
		{ __LINE__, "db", "nameserver 127.0.0.1", { { 0, "db", 0, NO_NAME } }, 0,
			"no such host" },
		{ __LINE__, "db", "nameserver 127.0.0.1", { { 0, "db", 0, NO_RECORD } }, 0,
			"it has no address" },
		{ __LINE__, "db", "nameserver 127.0.0.1", { { 0, "db", 0, LIES } }, 0,
			"10.0.0.7 fd00::7" },
		{ __LINE__, "db", "nameserver 127.0.0.1", { { 0, "db", 0, GARBAGE } }, 0,
			"10.0.0.7 fd00::7" },
		/* what no server can say */
		{ __LINE__, "db", "nameserver 127.0.0.1", { { 0, "db", 0, SERVFAIL } }, 0,
			"SERVFAIL (127.0.0.1)" },
		{ __LINE__, "db", TWO, { { 0, "db", 0, SERVFAIL }, { 1, "db", 0, REFUSED } }, 0,
			"SERVFAIL (127.0.0.1), REFUSED (127.0.0.1)" },
		{ __LINE__, "db", "nameserver 127.0.0.1",
			{ { 0, "db", '4', ADDRESS }, { 0, "db", '6', SERVFAIL } }, 0, "10.0.0.7" },
		{ __LINE__, "db", "nameserver 127.0.0.1", { { 0, NULL, 0, NOTHING } }, 1,
			"connection refused (127.0.0.1)" },
		/* another server */
		{ __LINE__, "db", TWO, { { 0, "db", 0, SERVFAIL }, { 1, "db", 0, ADDRESS } }, 0,
			"10.0.0.7 fd00::7" },
		{ __LINE__, "db", TWO, { { 1, "db", 0, ADDRESS } }, 1, "10.0.0.7 fd00::7" },
		{ __LINE__, "db", TWO, { { 0, "db", 0, NOTHING }, { 1, "db", 0, ADDRESS } }, 0,
			"10.0.0.7 fd00::7" },
		{ __LINE__, "db", TWO, { { 0, "db", 0, LIES_ONLY }, { 1, "db", 0, NO_NAME } }, 0,
			"no such host" },
		/* an answer that does not fit */
		{ __LINE__, "db", "nameserver 127.0.0.1",
			{ { 0, "db", '4', TRUNCATED }, { 0, "db", '6', NO_RECORD } }, 0,
			"10.0.0.7 10.0.0.8 10.0.0.9" },
		{ __LINE__, "db", "nameserver 127.0.0.1",
			{ { 0, "db", '4', NO_RECORD }, { 0, "db", '6', TRUNCATED } }, 0,
			"fd00::7" },
		{ __LINE__, "db", "nameserver 127.0.0.1",
			{ { 0, "db", '4', TRUNCATED_SHUT }, { 0, "db", '6', NO_RECORD } }, 0,
			"connection reset (127.0.0.1)" },
		{ __LINE__, "db", TWO,
			{ { 0, "db", '4', TRUNCATED_SHUT }, { 0, "db", '6', NO_RECORD },
				{ 1, "db", 0, ADDRESS } },
			0, "10.0.0.7" },
		/* search */
		{ __LINE__, "db", "nameserver 127.0.0.1\nsearch a.example b.example",
			{ { 0, "db.a.example", 0, NO_NAME }, { 0, "db.b.example", 0, ADDRESS } }, 0,
			"10.0.0.7 fd00::7" },
		{ __LINE__, "db", "nameserver 127.0.0.1\nsearch a.example",
			{ { 0, "db.a.example", 0, NO_RECORD }, { 0, "db", 0, NO_NAME } }, 0,
			"it has no address" },
		{ __LINE__, "db.x", "nameserver 127.0.0.1\nsearch a.example\noptions ndots:2",
			{ { 0, "db.x.a.example", 0, ADDRESS } }, 0, "10.0.0.7 fd00::7" },
		{ __LINE__, "db.", "nameserver 127.0.0.1\nsearch a.example",
			{ { 0, "db", 0, ADDRESS } }, 0, "10.0.0.7 fd00::7" },
		{ __LINE__, "db", "nameserver 127.0.0.1\nsearch a.example",
			{ { 0, "db.a.example", 0, SERVFAIL }, { 0, "db", 0, ADDRESS } }, 0,
			"SERVFAIL (127.0.0.1)" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct client client;
		char bytes[256];
		struct text text = UNIT_TEXT(bytes);

		resolve(rows[i].line, &client, rows[i].name, rows[i].resolv_conf, "", rows[i].rules,
			rows[i].closed, &text);
		row_text(rows[i].line, text, rows[i].wanted);
	}
}

/* nobody is asked: no rule is needed, and no server */
static void
without_asking(void **state)
{
	static const struct rule none = { 0, NULL, 0, NOTHING };
	static const char hosts[] = "10.0.0.3 db db.local\nfd00::3 db\n127.0.0.9 localhost\n";
	static const struct {
		int line;
		const char *name, *wanted;
	} rows[] = {
		{ __LINE__, "db", "10.0.0.3 fd00::3" },
		{ __LINE__, "DB.local.", "10.0.0.3" },
		{ __LINE__, "localhost", "127.0.0.1 ::1" },
		{ __LINE__, "a.localhost.", "127.0.0.1 ::1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		static struct client client;
		char bytes[256];
		struct text text = UNIT_TEXT(bytes);

		resolve(rows[i].line, &client, rows[i].name, "nameserver 127.0.0.1", hosts, &none,
			1, &text);
		row_text(rows[i].line, text, rows[i].wanted);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(without_asking),
	};

	return cmocka_run_group_tests_name("resolver", tests, NULL, NULL);
}
