#include "check.h"
#include "connection.h"
#include "content.h"

struct tcp_check {
	struct check check;
	struct slice target, send, contains;

	struct endpoint endpoint;
	struct needle needle;

	struct connection connection;
	bool connected; /* and what there is to send is on its way */
	struct content content;
};

static const struct field fields[] = {
	{ "tcp", FIELD_TARGET, offsetof(struct tcp_check, target) },
	{ "send", FIELD_TEXT, offsetof(struct tcp_check, send) },
	{ "contains", FIELD_TEXT, offsetof(struct tcp_check, contains) },
	{ "", 0, 0 },
};

static bool
validate(struct check *check, const struct field *field, struct error *error)
{
	struct tcp_check *tcp = (struct tcp_check *)check;

	switch (field->offset) {
	case offsetof(struct tcp_check, target):
		return endpoint_parse(tcp->target, &tcp->endpoint, error);
	case offsetof(struct tcp_check, contains):
		return tcp->contains.length > 0 || error_set(error, "must not be empty");
	}
	return true;
}

static bool
prepare(struct check *check, struct arena *arena, struct error *error)
{
	struct tcp_check *tcp = (struct tcp_check *)check;

	return needle_make(&tcp->needle, tcp->contains, arena) ||
	       error_set(error, "out of memory for \"contains\"");
}

static void
decide(struct tcp_check *tcp, enum outcome outcome)
{
	check_decide(&tcp->check, (struct verdict){
		.outcome = outcome,
		.texts = { SLICE("the reply"), tcp->contains },
	});
}

static void
judge(struct tcp_check *tcp, struct slice piece)
{
	switch (content_feed(&tcp->content, &tcp->needle, piece)) {
	case CONTENT_MORE:
		return;
	case CONTENT_FOUND:
		decide(tcp, OUTCOME_CONTAINS);
		return;
	case CONTENT_TOO_LONG:
		decide(tcp, OUTCOME_CONTENT_TOO_LONG);
		return;
	}
}

static void
connect_tcp(struct tcp_check *tcp)
{
	tcp->connected = connection_drive(&tcp->connection) == CONNECTION_DONE;
	if (!tcp->connected)
		return;
	if (connection_to_itself(&tcp->connection))
		decide(tcp, OUTCOME_CONNECTED_TO_ITSELF);
	else if (tcp->contains.length == 0)
		decide(tcp, OUTCOME_CONNECTED);
}

static void
ready(struct check *check)
{
	struct tcp_check *tcp = (struct tcp_check *)check;
	struct slice received = { "", 0 };

	if (!tcp->connected) {
		connect_tcp(tcp);
		return;
	}
	switch (connection_receive(&tcp->connection, &received)) {
	case CONNECTION_DONE:
		judge(tcp, received);
		return;
	case CONNECTION_CLOSED:
		if (tcp->content.seen > 0)
			decide(tcp, OUTCOME_CONTAINS_NOT);
		else
			check_fail_closed(check);
		return;
	case CONNECTION_WAIT:
	case CONNECTION_FAILED:
		return;
	}
}

static void
start(struct check *check)
{
	struct tcp_check *tcp = (struct tcp_check *)check;

	tcp->content = (struct content){ 0 };
	connection_open(&tcp->connection, check, &tcp->endpoint, tcp->send);
	connect_tcp(tcp);
}

static void
doing(struct check *check, struct text *text)
{
	struct tcp_check *tcp = (struct tcp_check *)check;

	if (!connection_doing(&tcp->connection, text))
		text_string(text, phase_words(PHASE_READING));
}

const struct check_kind check_tcp = {
	.name = "tcp",
	.argument = "ADDRESS",
	.help = "check that HOST:PORT or unix:PATH accepts a connection",
	.fields = fields,
	.size = sizeof(struct tcp_check),
	.validate = validate,
	.prepare = prepare,
	.start = start,
	.ready = ready,
	.doing = doing,
};
