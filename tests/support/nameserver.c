#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "nameserver.h"

enum {
	PORT = 53,
	HEADER = 12,
	TYPE_A = 1,
	TYPE_CNAME = 5,
	TYPE_AAAA = 28,
	LOGGED = 65536,
	LONG = 5000,
};

/* shared with the child */
struct nameserver_log {
	_Atomic size_t size;
	char text[LOGGED];
};

struct question {
	const unsigned char *bytes; /* the message, up to the question's end */
	size_t size;
	unsigned type;
	char name[256];
};

struct answer {
	unsigned char bytes[2 * 4096];
	size_t size;
};

static bool
parse(const unsigned char *message, size_t size, struct question *question)
{
	size_t at = HEADER, length = 0;

	while (at < size && message[at] != 0) {
		if (message[at] > 63 || at + 1 + message[at] >= size ||
			length + message[at] + 2 > sizeof(question->name))
			return false;
		if (length > 0)
			question->name[length++] = '.';
		memcpy(question->name + length, message + at + 1, message[at]);
		length += message[at];
		at += 1u + message[at];
	}
	if (at + 5 > size)
		return false;
	question->name[length] = '\0';
	question->bytes = message;
	question->type = (unsigned)message[at + 1] << 8 | message[at + 2];
	question->size = at + 5;
	return true;
}

static void
record(struct nameserver_log *log, const struct question *question, bool stream)
{
	char line[300];
	int length = snprintf(line, sizeof(line), "%s%s %s\n", stream ? "tcp " : "",
		question->type == TYPE_A              ? "A"
			: question->type == TYPE_AAAA ? "AAAA"
						      : "?",
		question->name);

	if (log->size + (size_t)length >= LOGGED)
		return;
	memcpy(log->text + log->size, line, (size_t)length);
	log->size += (size_t)length;
}

static void
put(struct answer *answer, const void *bytes, size_t size)
{
	memcpy(answer->bytes + answer->size, bytes, size);
	answer->size += size;
}

static void
put16(struct answer *answer, unsigned value)
{
	unsigned char bytes[] = { (unsigned char)(value >> 8), (unsigned char)value };

	put(answer, bytes, sizeof(bytes));
}

static void
begin(struct answer *answer, const struct question *question, unsigned rcode)
{
	answer->size = 0;
	put(answer, question->bytes, question->size);
	answer->bytes[2] = 0x84; /* an answer, authoritative */
	answer->bytes[3] = (unsigned char)rcode;
	memset(answer->bytes + 6, 0, 6);
}

/* A record of the name at offset owner. */
static void
add(struct answer *answer, size_t owner, unsigned type, const void *data, size_t size)
{
	put16(answer, 0xc000 | (unsigned)owner);
	put16(answer, type);
	put16(answer, 1);
	put16(answer, 0);
	put16(answer, 60);
	put16(answer, (unsigned)size);
	put(answer, data, size);
	answer->bytes[7]++;
}

static void
add_addresses(struct answer *answer, size_t owner, unsigned type, const char *const *addresses)
{
	for (; *addresses; addresses++) {
		unsigned char bytes[16];

		if (type == TYPE_A && inet_pton(AF_INET, *addresses, bytes) == 1)
			add(answer, owner, type, bytes, 4);
		else if (type == TYPE_AAAA && inet_pton(AF_INET6, *addresses, bytes) == 1)
			add(answer, owner, type, bytes, 16);
	}
}

static void
truth(struct answer *answer, const struct question *question, const struct nameserver_rule *rule)
{
	static const unsigned char alias[] = "\5alias\4test";
	size_t owner = HEADER;

	begin(answer, question, 0);
	if (rule->action == BY_ALIAS) {
		add(answer, owner, TYPE_CNAME, alias, sizeof(alias));
		owner = answer->size - sizeof(alias);
	}
	add_addresses(answer, owner, question->type, rule->addresses);
}

static bool
lie(struct answer *answer, const struct question *question, enum nameserver_action action)
{
	static const char *const wrong[] = { "192.0.2.1", "2001:db8::1", NULL };

	begin(answer, question, 0);
	add_addresses(answer, HEADER, question->type, wrong);
	switch (action) {
	case LIES_QUESTION:
	case ONLY_LIES:
		answer->bytes[HEADER + 1] ^= 1; /* another letter */
		return true;
	case LIES_TYPE:
		answer->bytes[question->size - 3] ^= TYPE_A ^ TYPE_AAAA;
		return true;
	case LIES_ID:
		answer->bytes[0] ^= 1;
		answer->bytes[1] ^= 1;
		return true;
	case LIES_QUERY:
		answer->bytes[2] = 0;
		return true;
	case GARBAGE:
		memset(answer->bytes + 2, 0xff, answer->size - 2);
		return true;
	case ANSWER:
	case SAY_NOTHING:
	case NO_NAME:
	case SERVER_FAILS:
	case REFUSES:
	case REFUSES_ALL:
	case FORMAT_ERROR:
	case NOT_IMPLEMENTED:
	case RCODE_11:
	case TRUNCATES:
	case TRUNCATES_RECORD:
	case TRUNCATES_LONG:
	case TRUNCATES_ALL:
	case TRUNCATES_SILENT:
	case BY_ALIAS:
	case SLOWLY:
		break;
	}
	return false;
}

static bool
true_answer(struct answer *answer, const struct question *question,
	const struct nameserver_rule *rule, bool stream)
{
	switch (rule->action) {
	case SAY_NOTHING:
	case ONLY_LIES:
		return false;
	case NO_NAME:
		begin(answer, question, 3);
		return true;
	case SERVER_FAILS:
		begin(answer, question, 2);
		return true;
	case REFUSES:
		begin(answer, question, 5);
		return true;
	case REFUSES_ALL:
		begin(answer, question, 5);
		answer->bytes[5] = 0; /* of questions */
		answer->size = HEADER;
		return true;
	case FORMAT_ERROR:
		begin(answer, question, 1);
		return true;
	case NOT_IMPLEMENTED:
		begin(answer, question, 4);
		return true;
	case RCODE_11:
		begin(answer, question, 11);
		return true;
	case TRUNCATES:
	case TRUNCATES_RECORD:
	case TRUNCATES_LONG:
	case TRUNCATES_ALL:
	case TRUNCATES_SILENT:
		truth(answer, question, rule);
		if (!stream)
			answer->bytes[2] |= 2;
		if (!stream && rule->action == TRUNCATES_RECORD && answer->size > question->size)
			answer->size -= 2;
		if (stream && rule->action == TRUNCATES_LONG) {
			memset(answer->bytes + answer->size, 0, LONG - answer->size);
			answer->size = LONG;
		}
		return true;
	case SLOWLY:
		support_sleep_ms(100);
		/* fall through */
	case ANSWER:
	case LIES_QUESTION:
	case LIES_TYPE:
	case LIES_ID:
	case LIES_QUERY:
	case GARBAGE:
	case BY_ALIAS:
		truth(answer, question, rule);
		return true;
	}
	return false;
}

static const struct nameserver_rule *
find_rule(const struct nameserver_rule *rules, const struct question *question)
{
	char type = question->type == TYPE_A ? '4' : '6';

	while (rules->name &&
		(strcasecmp(rules->name, question->name) != 0 ||
			(rules->type && rules->type != type)))
		rules++;
	return rules;
}

static void
serve_datagram(int fd, const struct nameserver_rule *rules, struct nameserver_log *log)
{
	unsigned char message[512];
	struct question question;
	struct sockaddr_storage from;
	socklen_t from_size = sizeof(from);
	struct answer answer;
	ssize_t got =
		recvfrom(fd, message, sizeof(message), 0, (struct sockaddr *)&from, &from_size);
	const struct nameserver_rule *rule;

	if (got < 0 || !parse(message, (size_t)got, &question))
		return;
	record(log, &question, false);
	rule = find_rule(rules, &question);
	if (lie(&answer, &question, rule->action))
		sendto(fd, answer.bytes, answer.size, 0, (struct sockaddr *)&from, from_size);
	if (true_answer(&answer, &question, rule, false))
		sendto(fd, answer.bytes, answer.size, 0, (struct sockaddr *)&from, from_size);
}

static bool
read_all(int fd, void *bytes, size_t size)
{
	return recv(fd, bytes, size, MSG_WAITALL) == (ssize_t)size;
}

/* Answers one question; in two pieces, as a stream may. */
static bool
serve_stream(int fd, const struct nameserver_rule *rules, struct nameserver_log *log)
{
	unsigned char message[512], length[2];
	const struct nameserver_rule *rule;
	struct question question;
	struct answer answer;
	size_t size;

	if (!read_all(fd, length, 2))
		return true;
	size = (size_t)length[0] << 8 | length[1];
	if (size > sizeof(message) || !read_all(fd, message, size) ||
		!parse(message, size, &question))
		return true;
	record(log, &question, true);
	rule = find_rule(rules, &question);
	if (rule->action == TRUNCATES_ALL || !true_answer(&answer, &question, rule, true))
		return true;
	if (rule->action == TRUNCATES_SILENT)
		return false;
	length[0] = (unsigned char)(answer.size >> 8);
	length[1] = (unsigned char)answer.size;
	send(fd, length, 1, MSG_NOSIGNAL);
	support_sleep_ms(5);
	send(fd, length + 1, 1, MSG_NOSIGNAL);
	send(fd, answer.bytes, answer.size, MSG_NOSIGNAL);
	return true;
}

static void
serve(int datagram, int listener, const struct nameserver_rule *rules, struct nameserver_log *log)
{
	for (;;) {
		struct pollfd polls[] = {
			{ .fd = datagram, .events = POLLIN },
			{ .fd = listener, .events = POLLIN },
		};

		poll(polls, 2, -1);
		if (polls[0].revents)
			serve_datagram(datagram, rules, log);
		if (polls[1].revents) {
			int fd = accept(listener, NULL, NULL);

			if (fd >= 0 && serve_stream(fd, rules, log))
				close(fd);
		}
	}
}

static int
open_server(const char *address, int type)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	bool is_v6 = inet_pton(AF_INET6, address, &v6.sin6_addr) == 1;
	int fd = socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0), yes = 1;

	assert_true(fd >= 0);
	assert_true(is_v6 || inet_pton(AF_INET, address, &v4.sin_addr) == 1);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (bind(fd, is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
		    is_v6 ? sizeof(v6) : sizeof(v4)) != 0)
		fail_msg("bind %s port %d: %s", address, PORT, strerror(errno));
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 64), 0);
	return fd;
}

void
nameserver_start(struct nameserver *server, const struct nameserver_rule *rules)
{
	const char *address = server->address ? server->address : "127.0.0.1";
	int datagram = open_server(address, SOCK_DGRAM),
	    listener = open_server(address, SOCK_STREAM);

	server->log = support_shared(sizeof(*server->log));
	server->pid = support_fork();
	if (server->pid == 0)
		serve(datagram, listener, rules, server->log);
	close(datagram);
	close(listener);
}

const char *
nameserver_asked(const struct nameserver *server)
{
	return server->log->text;
}

unsigned
nameserver_count(const struct nameserver *server, const char *question)
{
	const char *text = server->log->text;
	unsigned count = 0;

	for (size_t length = strlen(question); *text; text = strchr(text, '\n') + 1)
		count += strncmp(text, question, length) == 0 && text[length] == '\n';
	return count;
}
