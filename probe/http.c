#include <string.h>

#include "http.h"

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	char low = (char)(c | 0x20);

	return low >= 'a' && low <= 'z';
}

static bool
token_byte(char c)
{
	return letter(c) || digit(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool
http_token(struct slice slice)
{
	for (size_t i = 0; i < slice.length; i++) {
		if (!token_byte(slice.bytes[i]))
			return false;
	}
	return slice.length > 0;
}

/* The range one item of a list stands for: "204", "2xx", "200-299". */
static bool
status_range(struct slice item, unsigned *low, unsigned *high)
{
	uint64_t first, last;

	if (item.length == 3 && item.bytes[1] == 'x' && item.bytes[2] == 'x' && digit(item.bytes[0])) {
		*low = (unsigned)(item.bytes[0] - '0') * 100;
		*high = *low + 99;
		return true;
	}
	if (item.length != 3 && (item.length != 7 || item.bytes[3] != '-'))
		return false;
	if (!slice_decimal(slice_first(item, 3), 999, &first) ||
		!slice_decimal(slice_after(item, item.length - 3), 999, &last))
		return false;
	*low = (unsigned)first;
	*high = (unsigned)last;
	return true;
}

static struct slice
take_item(struct slice *list)
{
	size_t end = slice_find(*list, ',');
	struct slice item = slice_first(*list, end);

	*list = slice_after(*list, end < list->length ? end + 1 : end);
	return item;
}

bool
http_status_match(struct slice list, unsigned code)
{
	while (list.length > 0) {
		unsigned low, high;

		if (status_range(take_item(&list), &low, &high) && code >= low && code <= high)
			return true;
	}
	return false;
}

bool
http_status_valid(struct slice list, struct error *error)
{
	struct slice rest = list;
	const char *problem = NULL;

	do {
		bool last = slice_find(rest, ',') == rest.length;
		unsigned low, high;

		if (!status_range(take_item(&rest), &low, &high) || (!last && rest.length == 0))
			problem = "a status is like 200, \"2xx\", \"200-299\" or \"204,3xx\", got ";
		else if (low < 100 || high > 599)
			problem = "a status lies in 100 to 599, got ";
		else if (low > high)
			problem = "a range of statuses goes upwards, got ";
	} while (!problem && rest.length > 0);
	if (problem) {
		text_string(error_begin(error), problem);
		text_quoted(&error->words, list);
	}
	return !problem;
}

static bool
replaced(const struct http_request *request, const char *name)
{
	const struct pair *at = request->headers;

	while (at && !slice_equal_nocase(at->name, slice_of(name)))
		at = at->next;
	return at != NULL;
}

static void
print_header(struct text *text, struct slice name, struct slice value)
{
	text_slice(text, name);
	text_string(text, ": ");
	text_slice(text, value);
	text_string(text, "\r\n");
}

static void
print_default(struct text *text, const struct http_request *request, const char *name,
	struct slice value)
{
	if (!replaced(request, name))
		print_header(text, slice_of(name), value);
}

/* RFC 9110, 8.6: a request whose method expects content says that there is none */
static bool
expects_content(struct slice method)
{
	return slice_equal(method, SLICE("POST")) || slice_equal(method, SLICE("PUT")) ||
	       slice_equal(method, SLICE("PATCH"));
}

void
http_request_print(struct text *text, const struct http_request *request)
{
	text_slice(text, request->method);
	text_char(text, ' ');
	if (request->path.length == 0 || request->path.bytes[0] != '/')
		text_char(text, '/');
	text_slice(text, request->path);
	text_string(text, " HTTP/1.1\r\n");
	print_default(text, request, "Host", request->authority);
	print_default(text, request, "User-Agent", SLICE("probe/" PROBE_VERSION));
	print_default(text, request, "Accept", SLICE("*/*"));
	print_default(text, request, "Accept-Encoding", SLICE("identity"));
	print_default(text, request, "Connection", SLICE("close"));
	if ((request->has_body || expects_content(request->method)) &&
		!replaced(request, "Content-Length")) {
		text_string(text, "Content-Length: ");
		text_decimal(text, request->body.length);
		text_string(text, "\r\n");
	}
	for (const struct pair *at = request->headers; at; at = at->next)
		print_header(text, at->name, at->value);
	text_string(text, "\r\n");
	text_slice(text, request->body);
}

void
http_open(struct http_response *response, bool head_request, char *location_buffer)
{
	*response = (struct http_response){
		.head_request = head_request,
		.location_buffer = location_buffer,
		.location = { location_buffer, 0 },
	};
}

static enum http_event
broken(struct http_response *response, enum http_event problem)
{
	response->state = HTTP_BROKEN;
	response->problem = problem;
	return problem;
}

static void
token_add(struct http_response *response, char c)
{
	if (response->token_length < sizeof(response->token))
		response->token[response->token_length] = c;
	if (response->token_length <= sizeof(response->token))
		response->token_length++;
}

/* the token; one that was too long equals nothing */
static struct slice
token(const struct http_response *response)
{
	bool whole = response->token_length <= sizeof(response->token);

	return (struct slice){ response->token, whole ? response->token_length : 0 };
}

static enum http_event
status_byte(struct http_response *response, char c)
{
	static const char version[] = "HTTP/1.";
	unsigned at = response->token_length;

	token_add(response, c);
	if (at < 7 ? c != version[at] : at == 7 && !digit(c)) {
		response->state = HTTP_FOREIGN;
	} else if (at == 12) {
		response->token_length = 0;
		response->state = HTTP_REASON;
		if (c == '\n')
			response->state = HTTP_LINE_START;
		else if (c != ' ' && c != '\r')
			return broken(response, HTTP_BAD_STATUS_LINE);
	} else if (at > 8) {
		response->status = response->status * 10 + (unsigned)(c - '0');
		if (!digit(c) || (at == 9 && c == '0'))
			return broken(response, HTTP_BAD_STATUS_LINE);
	} else if (at == 8 && c != ' ') {
		return broken(response, HTTP_BAD_STATUS_LINE);
	}
	return HTTP_MORE;
}

static void
name_done(struct http_response *response)
{
	static const char names[][18] = {
		[HTTP_CONTENT_LENGTH] = "content-length",
		[HTTP_TRANSFER_ENCODING] = "transfer-encoding",
		[HTTP_LOCATION] = "location",
	};

	response->header = HTTP_OTHER;
	for (unsigned i = HTTP_CONTENT_LENGTH; i <= HTTP_LOCATION; i++) {
		if (slice_equal_nocase(token(response), slice_of(names[i])))
			response->header = i;
	}
	response->token_length = 0;
	response->gap = false;
	response->state = HTTP_VALUE;
}

/* An element of the list that Content-Length or Transfer-Encoding holds is complete. */
static enum http_event
element_done(struct http_response *response)
{
	struct slice element = token(response);
	uint64_t length;

	if (response->header == HTTP_CONTENT_LENGTH) {
		/* RFC 9112, 6.3: equal lengths are one, and a bad one leaves nothing to trust */
		if (!slice_decimal(element, INT64_MAX, &length) ||
			(response->has_length && length != response->left))
			return broken(response, HTTP_BAD_LENGTH);
		response->has_length = true;
		response->left = length;
	} else if (response->token_length > 0) {
		if (response->chunked || !slice_equal_nocase(element, SLICE("chunked")))
			response->coded = true; /* chunked comes once and last */
		else
			response->chunked = true;
	}
	response->token_length = 0;
	response->gap = false;
	return HTTP_MORE;
}

static void
location_byte(struct http_response *response, char c)
{
	bool leading = response->location.length == 0 && (c == ' ' || c == '\t');

	if (response->location_buffer && !leading && c != '\r' &&
		response->location.length < HTTP_LOCATION_SHOWN)
		response->location_buffer[response->location.length++] = c;
}

static enum http_event
value_byte(struct http_response *response, char c)
{
	if (c == '\n')
		response->state = HTTP_VALUE_END;
	else if (response->header == HTTP_LOCATION)
		location_byte(response, c);
	else if (response->header == HTTP_OTHER)
		return HTTP_MORE;
	else if (c == ',')
		return element_done(response);
	else if (c == ' ' || c == '\t' || c == '\r')
		response->gap = response->token_length > 0;
	else if (response->gap)
		response->token_length = sizeof(response->token) + 1; /* two words are no element */
	else
		token_add(response, c);
	return HTTP_MORE;
}

static enum http_event
block_done(struct http_response *response)
{
	/* 101 is the last HTTP on its connection, RFC 9110, 15.2.2 */
	if (response->status < 200 && response->status != 101) {
		http_open(response, response->head_request, response->location_buffer);
		return HTTP_MORE;
	}
	response->state = HTTP_BODY_START;
	return HTTP_HEAD;
}

static enum http_event
line_start(struct http_response *response, char c)
{
	if (c == '\n')
		return block_done(response);
	response->token_length = 0;
	response->state = c == '\r' ? HTTP_BLOCK_END : HTTP_NAME;
	if (c == '\r')
		return HTTP_MORE;
	token_add(response, c);
	return token_byte(c) ? HTTP_MORE : broken(response, HTTP_BAD_HEADER);
}

static enum http_event
value_end(struct http_response *response, char c)
{
	bool list = response->header == HTTP_CONTENT_LENGTH ||
		    response->header == HTTP_TRANSFER_ENCODING;

	if (c == ' ' || c == '\t') { /* a folded line is as good as a space, RFC 9112, 5.2 */
		response->state = HTTP_VALUE;
		return value_byte(response, ' ');
	}
	if (list && element_done(response) != HTTP_MORE)
		return response->problem;
	return line_start(response, c);
}

static enum http_event
chunk_size_byte(struct http_response *response, char c)
{
	static const char digits[] = "0123456789abcdef";
	size_t value = slice_find(SLICE(digits), letter(c) ? (char)(c | 0x20) : c);

	if (value < 16) {
		if (response->left > INT64_MAX >> 4)
			return broken(response, HTTP_BAD_CHUNK);
		response->left = response->left << 4 | value;
		response->token_length = 1;
		return HTTP_MORE;
	}
	if (response->token_length == 0 || !(c == ';' || c == ' ' || c == '\t' || c == '\r' || c == '\n'))
		return broken(response, HTTP_BAD_CHUNK);
	response->state = HTTP_CHUNK_EXTENSION;
	return HTTP_MORE;
}

static enum http_event
chunk_line_done(struct http_response *response)
{
	response->state = response->left ? HTTP_CHUNK_DATA : HTTP_TRAILER_START;
	response->block = 0;
	return HTTP_MORE;
}

static enum http_event
next_chunk(struct http_response *response)
{
	response->state = HTTP_CHUNK_SIZE;
	response->token_length = 0;
	response->left = 0;
	response->block = 0;
	return HTTP_MORE;
}

/* Takes one byte of anything but content. */
static enum http_event
take_byte(struct http_response *response, char c)
{
	switch (response->state) {
	case HTTP_STATUS_LINE:
		return status_byte(response, c);
	case HTTP_FOREIGN:
		token_add(response, c);
		return HTTP_MORE;
	case HTTP_REASON:
		if (c == '\n')
			response->state = HTTP_LINE_START;
		return HTTP_MORE;
	case HTTP_LINE_START:
		return line_start(response, c);
	case HTTP_NAME:
		if (c == ':')
			name_done(response);
		else if (token_byte(c))
			token_add(response, c);
		else
			return broken(response, HTTP_BAD_HEADER);
		return HTTP_MORE;
	case HTTP_VALUE:
		return value_byte(response, c);
	case HTTP_VALUE_END:
		return value_end(response, c);
	case HTTP_BLOCK_END:
		return c == '\n' ? block_done(response) : broken(response, HTTP_BAD_HEADER);
	case HTTP_CHUNK_SIZE:
		if (chunk_size_byte(response, c) != HTTP_MORE)
			return response->problem;
		return c == '\n' ? chunk_line_done(response) : HTTP_MORE;
	case HTTP_CHUNK_EXTENSION:
		return c == '\n' ? chunk_line_done(response) : HTTP_MORE;
	case HTTP_CHUNK_DATA_END:
		if (c == '\r') {
			response->state = HTTP_CHUNK_DATA_LF;
			return HTTP_MORE;
		}
		/* fall through */
	case HTTP_CHUNK_DATA_LF:
		return c == '\n' ? next_chunk(response) : broken(response, HTTP_BAD_CHUNK);
	case HTTP_TRAILER_START:
		if (c == '\n')
			response->state = HTTP_COMPLETE;
		else
			response->state = c == '\r' ? HTTP_TRAILER_END : HTTP_TRAILER_LINE;
		return HTTP_MORE;
	case HTTP_TRAILER_LINE:
		if (c == '\n')
			response->state = HTTP_TRAILER_START;
		return HTTP_MORE;
	case HTTP_TRAILER_END:
		if (c != '\n')
			return broken(response, HTTP_BAD_CHUNK);
		response->state = HTTP_COMPLETE;
		return HTTP_MORE;
	case HTTP_BODY_START:
	case HTTP_BODY_LENGTH:
	case HTTP_BODY_CLOSE:
	case HTTP_CHUNK_DATA:
	case HTTP_COMPLETE:
	case HTTP_BROKEN:
		break;
	}
	return HTTP_MORE;
}

/* Passes over what means nothing, up to the end of the line. */
static void
skip_line(struct http_response *response, struct slice *input)
{
	bool means_nothing = response->state == HTTP_REASON ||
			     (response->state == HTTP_VALUE && response->header == HTTP_OTHER) ||
			     response->state == HTTP_CHUNK_EXTENSION ||
			     response->state == HTTP_TRAILER_LINE;
	size_t length = means_nothing ? slice_find(*input, '\n') : 0;

	*input = slice_after(*input, length);
	response->block += (unsigned)length;
}

static void
begin_body(struct http_response *response)
{
	response->block = 0;
	if (!http_may_have_body(response))
		response->state = HTTP_COMPLETE;
	else if (response->coded)
		broken(response, HTTP_BAD_CODING);
	else if (response->chunked)
		next_chunk(response);
	else if (response->has_length)
		response->state = response->left ? HTTP_BODY_LENGTH : HTTP_COMPLETE;
	else
		response->state = HTTP_BODY_CLOSE;
}

static enum http_event
take_content(struct http_response *response, struct slice *input)
{
	size_t length = input->length;

	if (response->state != HTTP_BODY_CLOSE) {
		if (length > response->left)
			length = (size_t)response->left;
		response->left -= length;
		if (response->left == 0)
			response->state = response->state == HTTP_CHUNK_DATA ? HTTP_CHUNK_DATA_END
									      : HTTP_COMPLETE;
	}
	response->content = slice_first(*input, length);
	*input = slice_after(*input, length);
	return HTTP_CONTENT;
}

enum http_event
http_feed(struct http_response *response, struct slice *input)
{
	if (response->state == HTTP_BODY_START)
		begin_body(response);
	for (;;) {
		enum http_event event;
		char c;

		if (response->state == HTTP_COMPLETE)
			return HTTP_END;
		if (response->state == HTTP_BROKEN)
			return response->problem;
		if (response->state == HTTP_FOREIGN && response->token_length >= 8) {
			response->content = token(response);
			return broken(response, HTTP_NOT_HTTP);
		}
		skip_line(response, input);
		if (response->block >= HTTP_HEADERS_LIMIT)
			return broken(response, http_past_headers(response) ? HTTP_BAD_CHUNK
									    : HTTP_HEADERS_TOO_LONG);
		if (input->length == 0)
			return HTTP_MORE;
		if (response->state == HTTP_BODY_LENGTH || response->state == HTTP_BODY_CLOSE ||
			response->state == HTTP_CHUNK_DATA)
			return take_content(response, input);
		c = input->bytes[0];
		*input = slice_after(*input, 1);
		response->block++;
		event = take_byte(response, c);
		if (event != HTTP_MORE)
			return event;
	}
}

enum http_event
http_end(struct http_response *response)
{
	if (response->state == HTTP_BODY_START)
		begin_body(response);
	if (response->state == HTTP_BODY_CLOSE || response->state == HTTP_COMPLETE)
		return HTTP_END;
	if (response->state == HTTP_BROKEN)
		return response->problem;
	if (response->state != HTTP_FOREIGN)
		return HTTP_CUT_SHORT;
	response->content = token(response);
	return broken(response, HTTP_NOT_HTTP);
}

bool
http_past_status(const struct http_response *response)
{
	return response->state > HTTP_REASON;
}

bool
http_past_headers(const struct http_response *response)
{
	return response->state >= HTTP_BODY_START;
}

bool
http_may_have_body(const struct http_response *response)
{
	return !response->head_request && response->status >= 200 && response->status != 204 &&
	       response->status != 304;
}
