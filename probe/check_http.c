#include "config.h"
#include "connection.h"
#include "content.h"
#include "http.h"

struct http_check {
	struct check check;
	struct url url;
	struct http_request request;
	struct slice status;
	struct content content;

	struct slice bytes; /* of the request */
	struct connection connection;
	bool asked; /* the request is on its way */
	struct http_response response;
};

static void
take_url(void *structure)
{
	struct http_check *http = structure;

	http->check.target = config_string();
	url_parse(http->check.target, &http->url);
}

static void
take_method(void *structure)
{
	struct http_check *http = structure;

	http->request.method = config_string();
	if (!http_token(http->request.method))
		refuse("a method is a token such as GET or HEAD, got %q", http->request.method);
}

static void
take_headers(void *structure)
{
	((struct http_check *)structure)->request.headers = config_headers();
}

static void
take_body(void *structure)
{
	struct http_check *http = structure;

	http->request.body = config_string();
	http->request.has_body = true;
}

static void
take_status(void *structure)
{
	struct http_check *http = structure;

	http->status = config.event == JSON_NUMBER ? config.json.raw : config_string();
	http_status_match(http->status, 0);
}

static void
take_contains(void *structure)
{
	((struct http_check *)structure)->content.text = config_text();
}

static const struct field fields[] = {
	{ "http", take_url },
	{ "method", take_method },
	{ "headers", take_headers },
	{ "basic_auth", config_later },
	{ "body", take_body },
	{ "status", take_status },
	{ "contains", take_contains },
	{ "json", config_later },
	{ NULL, NULL },
};

static bool
prepare(struct check *check, struct arena *arena)
{
	struct http_check *http = (struct http_check *)check;
	struct text text;

	if (!content_prepare(&http->content, "the body", arena))
		return false;
	if (http->request.method.length == 0)
		http->request.method = slice_of("GET");
	if (http->status.length == 0)
		http->status = slice_of("2xx");
	http->request.path = http->url.path;
	http->request.authority = http->url.authority;
	text_open(&text, arena, SIZE_MAX);
	http_request_print(&text, &http->request);
	http->bytes = text_keep(arena, &text);
	return !text.cut;
}

/* The status alone may settle it. */
static void
judge_head(struct http_check *http)
{
	const struct http_response *response = &http->response;
	struct check *check = &http->check;
	uint64_t status = response->status;

	if (http_status_match(http->status, response->status)) {
		if (http->content.text.length == 0)
			check_decide(check, OUTCOME_STATUS, status);
		else if (response->bodiless)
			check_decide(check, OUTCOME_NO_BODY, status, http->content.text);
	} else if (status / 100 == 3 && response->location.length > 0) {
		check_decide(check, OUTCOME_REDIRECTED, status, response->location, http->status);
	} else {
		check_decide(check, OUTCOME_STATUS_REFUSED, status, http->status);
	}
}

static void
judge(struct http_check *http, enum http_event event)
{
	const struct http_response *response = &http->response;
	struct check *check = &http->check;

	if (event == HTTP_HEAD)
		judge_head(http);
	else if (event == HTTP_END)
		content_end(&http->content, check);
	else if (event == HTTP_FOREIGN)
		check_decide(check, OUTCOME_NOT_HTTP, response->content);
	else if (event == HTTP_BROKEN)
		check_decide(check, OUTCOME_BAD_HTTP, response->problem);
	else if (event == HTTP_CUT)
		check_decide(check, OUTCOME_CLOSED, check_doing(check));
	else if (content_feed(&http->content, check, response->content))
		check_decide(check, OUTCOME_STATUS, (uint64_t)response->status);
}

static void
ready(struct check *check)
{
	struct http_check *http = (struct http_check *)check;
	enum http_event event;
	struct slice input;

	if (!http->asked) {
		http->asked = connection_drive(&http->connection);
		return;
	}
	input = connection_receive(&http->connection);
	if (!input.bytes)
		return;
	if (input.length == 0)
		judge(http, http_end(&http->response));
	while (!check->verdict.outcome && (event = http_feed(&http->response, &input)))
		judge(http, event);
}

static void
start(struct check *check)
{
	struct http_check *http = (struct http_check *)check;

	http->asked = false;
	content_open(&http->content);
	http_open(&http->response, slice_is(http->request.method, "HEAD"));
	connection_open(&http->connection, check, &http->url.endpoint, http->bytes);
	ready(check);
}

static void
doing(struct check *check, struct text *text)
{
	struct http_check *http = (struct http_check *)check;
	enum phase phase = PHASE_BODY;

	if (http->response.state <= HTTP_HEADER_LINE)
		phase = http->response.state == HTTP_STATUS_LINE ? PHASE_STATUS_LINE
								 : PHASE_HEADERS;
	if (!connection_doing(&http->connection, text))
		text_print(text, phase_words(phase));
}

const struct check_kind check_http = {
	.fields = fields,
	.size = sizeof(struct http_check),
	.help = "      --http URL          check an HTTP answer's status",
	.prepare = prepare,
	.start = start,
	.ready = ready,
	.doing = doing,
};
