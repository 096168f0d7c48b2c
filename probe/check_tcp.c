#include "config.h"
#include "connection.h"
#include "content.h"

struct tcp_check {
	struct check check;
	struct endpoint endpoint;
	struct slice send;
	struct content content;

	struct connection connection;
	bool connected; /* and what there is to send is on its way */
};

static void
take_address(void *structure)
{
	struct tcp_check *tcp = structure;

	tcp->check.target = config_string();
	endpoint_parse(tcp->check.target, &tcp->endpoint);
}

static void
take_send(void *structure)
{
	((struct tcp_check *)structure)->send = config_string();
}

static void
take_contains(void *structure)
{
	((struct tcp_check *)structure)->content.text = config_text();
}

static const struct field fields[] = {
	{ "tcp", take_address },
	{ "send", take_send },
	{ "contains", take_contains },
	{ NULL, NULL },
};

static bool
prepare(struct check *check, struct arena *arena)
{
	return content_prepare(&((struct tcp_check *)check)->content, "the reply", arena);
}

static void
ready(struct check *check)
{
	struct tcp_check *tcp = (struct tcp_check *)check;
	struct slice received;

	if (!tcp->connected) {
		if (!connection_drive(&tcp->connection))
			return;
		tcp->connected = true;
		if (connection_to_itself(&tcp->connection))
			check_decide(check, OUTCOME_TO_ITSELF);
		else if (tcp->content.text.length == 0)
			check_decide(check, OUTCOME_CONNECTED);
		return;
	}
	received = connection_receive(&tcp->connection);
	if (!received.bytes)
		return;
	if (received.length > 0) {
		if (content_feed(&tcp->content, check, received))
			check_decide(check, OUTCOME_CONTAINS);
	} else if (tcp->content.seen > 0) {
		content_end(&tcp->content, check);
	} else {
		check_decide(check, OUTCOME_CLOSED, check_doing(check));
	}
}

static void
start(struct check *check)
{
	struct tcp_check *tcp = (struct tcp_check *)check;

	tcp->connected = false;
	content_open(&tcp->content);
	connection_open(&tcp->connection, check, &tcp->endpoint, tcp->send);
	ready(check);
}

static void
doing(struct check *check, struct text *text)
{
	if (!connection_doing(&((struct tcp_check *)check)->connection, text))
		text_print(text, phase_words(PHASE_READING));
}

const struct check_kind check_tcp = {
	.fields = fields,
	.size = sizeof(struct tcp_check),
	.help = "      --tcp ADDRESS       check that HOST:PORT or unix:PATH accepts",
	.prepare = prepare,
	.start = start,
	.ready = ready,
	.doing = doing,
};
