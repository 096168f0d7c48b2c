#include "check.h"
#include "connection.h"
#include "content.h"
#include "http.h"

struct http_check {
	struct check check;
	struct slice target, method, body, status, contains;
	struct pair *headers;

	struct url url;
	struct slice request;
	struct needle needle;

	struct connection connection;
	bool asked; /* the request is on its way */
	struct http_response response;
	struct content content;
};

static const struct field fields[] = {
	{ "http", FIELD_TARGET, offsetof(struct http_check, target) },
	{ "method", FIELD_TEXT, offsetof(struct http_check, method) },
	{ "headers", FIELD_HEADERS, offsetof(struct http_check, headers) },
	{ "basic_auth", FIELD_LATER, 0 },
	{ "body", FIELD_TEXT, offsetof(struct http_check, body) },
	{ "status", FIELD_STATUS, offsetof(struct http_check, status) },
	{ "contains", FIELD_TEXT, offsetof(struct http_check, contains) },
	{ "json", FIELD_LATER, 0 },
	{ "", 0, 0 },
};

static bool
validate(struct check *check, const struct field *field, struct error *error)
{
	struct http_check *http = (struct http_check *)check;

	switch (field->offset) {
	case offsetof(struct http_check, target):
		return url_parse(http->target, &http->url, error);
	case offsetof(struct http_check, method):
		if (http_token(http->method))
			return true;
		text_string(error_begin(error), "a method is a token such as GET or HEAD, got ");
		text_quoted(&error->words, http->method);
		return false;
	case offsetof(struct http_check, status):
		return http_status_valid(http->status, error);
	case offsetof(struct http_check, contains):
		return http->contains.length > 0 || error_set(error, "must not be empty");
	}
	return true;
}

static bool
prepare(struct check *check, struct arena *arena, struct error *error)
{
	struct http_check *http = (struct http_check *)check;
	struct text text = text_open(arena);

	if (http->method.length == 0)
		http->method = SLICE("GET");
	if (http->status.length == 0)
		http->status = SLICE("2xx");
	http_request_print(&text, &(struct http_request){
		.method = http->method,
		.path = http->url.path,
		.authority = http->url.authority,
		.headers = http->headers,
		.has_body = http->body.bytes != NULL,
		.body = http->body,
	});
	if (text.cut)
		return error_set(error, "out of memory for the request");
	http->request = text_keep(arena, &text);
	return needle_make(&http->needle, http->contains, arena) ||
	       error_set(error, "out of memory for \"contains\"");
}

static void
decide(struct http_check *http, enum outcome outcome)
{
	check_decide(&http->check, (struct verdict){ .outcome = outcome });
}

static void
decide_content(struct http_check *http, enum outcome outcome)
{
	check_decide(&http->check, (struct verdict){
		.outcome = outcome,
		.numbers = { http->response.status },
		.texts = { SLICE("the body"), http->contains },
	});
}

/* Whether the check goes on to the body. */
static void
judge_status(struct http_check *http)
{
	const struct http_response *response = &http->response;
	struct verdict verdict = {
		.outcome = OUTCOME_STATUS,
		.numbers = { response->status },
		.texts = { response->location, http->status },
	};

	if (!http_status_match(http->status, response->status)) {
		bool redirect = response->status / 100 == 3 && response->location.length > 0;

		verdict.outcome = redirect ? OUTCOME_REDIRECTED : OUTCOME_STATUS_REFUSED;
		check_decide(&http->check, verdict);
	} else if (http->contains.length == 0) {
		check_decide(&http->check, verdict);
	}
}

static void
judge_content(struct http_check *http)
{
	switch (content_feed(&http->content, &http->needle, http->response.content)) {
	case CONTENT_MORE:
		return;
	case CONTENT_FOUND:
		check_decide(&http->check, (struct verdict){
			.outcome = OUTCOME_STATUS,
			.numbers = { http->response.status },
		});
		return;
	case CONTENT_TOO_LONG:
		decide_content(http, OUTCOME_CONTENT_TOO_LONG);
		return;
	}
}

static void
judge(struct http_check *http, enum http_event event)
{
	switch (event) {
	case HTTP_MORE:
		return;
	case HTTP_HEAD:
		judge_status(http);
		return;
	case HTTP_CONTENT:
		judge_content(http);
		return;
	case HTTP_END:
		decide_content(http, http_may_have_body(&http->response) ? OUTCOME_CONTAINS_NOT
									  : OUTCOME_NO_BODY);
		return;
	case HTTP_NOT_HTTP:
		check_decide(&http->check, (struct verdict){
			.outcome = OUTCOME_NOT_HTTP,
			.texts = { http->response.content },
		});
		return;
	case HTTP_BAD_STATUS_LINE:
		decide(http, OUTCOME_BAD_STATUS_LINE);
		return;
	case HTTP_BAD_HEADER:
		decide(http, OUTCOME_BAD_HEADER);
		return;
	case HTTP_BAD_LENGTH:
		decide(http, OUTCOME_BAD_LENGTH);
		return;
	case HTTP_BAD_CODING:
		decide(http, OUTCOME_BAD_CODING);
		return;
	case HTTP_BAD_CHUNK:
		decide(http, OUTCOME_BAD_CHUNK);
		return;
	case HTTP_HEADERS_TOO_LONG:
		decide(http, OUTCOME_HEADERS_TOO_LONG);
		return;
	case HTTP_CUT_SHORT:
		if (http_past_headers(&http->response))
			decide(http, OUTCOME_BODY_CUT_SHORT);
		else
			check_fail_closed(&http->check);
		return;
	}
}

static void
ready(struct check *check)
{
	struct http_check *http = (struct http_check *)check;
	struct slice input = { "", 0 };
	enum http_event event;

	if (!http->asked) {
		http->asked = connection_drive(&http->connection) == CONNECTION_DONE;
		return;
	}
	switch (connection_receive(&http->connection, &input)) {
	case CONNECTION_DONE:
		do {
			event = http_feed(&http->response, &input);
			judge(http, event);
		} while (event != HTTP_MORE && !check->verdict.outcome);
		return;
	case CONNECTION_CLOSED:
		judge(http, http_end(&http->response));
		return;
	case CONNECTION_WAIT:
	case CONNECTION_FAILED:
		return;
	}
}

static void
start(struct check *check)
{
	struct http_check *http = (struct http_check *)check;
	char *location = arena_take(&check->run->arena, HTTP_LOCATION_SHOWN);

	http->asked = false;
	http->content = (struct content){ 0 };
	http_open(&http->response, slice_equal(http->method, SLICE("HEAD")), location);
	connection_open(&http->connection, check, &http->url.endpoint, http->request);
	ready(check);
}

static void
doing(struct check *check, struct text *text)
{
	struct http_check *http = (struct http_check *)check;
	enum phase phase = PHASE_STATUS_LINE;

	if (connection_doing(&http->connection, text))
		return;
	if (http_past_headers(&http->response))
		phase = PHASE_BODY;
	else if (http_past_status(&http->response))
		phase = PHASE_HEADERS;
	text_string(text, phase_words(phase));
}

const struct check_kind check_http = {
	.name = "http",
	.argument = "URL",
	.help = "check an HTTP answer's status",
	.fields = fields,
	.size = sizeof(struct http_check),
	.validate = validate,
	.prepare = prepare,
	.start = start,
	.ready = ready,
	.doing = doing,
};
