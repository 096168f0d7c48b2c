#include <string.h>

#include "http.h"

bool
http_token(struct slice slice)
{
	for (size_t i = 0; i < slice.length; i++) {
		char c = slice.bytes[i], letter = (char)(c | 0x20);
		bool plain = (letter >= 'a' && letter <= 'z') || (c >= '0' && c <= '9');

		if (!plain && !slice_has(slice_of("!#$%&'*+-.^_`|~"), c))
			return false;
	}
	return slice.length > 0;
}

/* The range that one item of a list stands for: "204", "2xx", "200-299". */
static bool
status_range(struct slice item, uint64_t *low, uint64_t *high)
{
	bool range = slice_has(item, '-');
	struct slice first = slice_cut(&item, '-'), last = range ? item : first;

	if (first.length != 3 || last.length != 3)
		return false;
	*low = slice_decimal(first, 599);
	*high = slice_decimal(last, 599);
	if (!range && slice_is(slice_after(first, 1), "xx")) {
		*low = (unsigned char)(first.bytes[0] - '0') * UINT64_C(100);
		*high = *low + 99;
	}
	return *low >= 100 && *low <= *high && *high <= 599;
}

bool
http_status_match(struct slice list, unsigned code)
{
	uint64_t low, high;

	while (list.length > 0) {
		if (status_range(slice_cut(&list, ','), &low, &high) && code >= low && code <= high)
			return true;
	}
	return false;
}

void
http_status_check(struct slice list)
{
	struct slice rest = list;
	uint64_t low, high;
	bool more;

	do {
		more = slice_has(rest, ',');
		if (!status_range(slice_cut(&rest, ','), &low, &high))
			fail("a status is 100 to 599, as in 200, \"2xx\", \"200-299\" or \"204,3xx\", got %q", list);
	} while (more);
}

static void
print_default(struct text *text, const struct http_request *request, const char *name,
	struct slice value)
{
	const struct pair *at = request->headers;

	while (at && !slice_same(at->name, slice_of(name)))
		at = at->next;
	if (!at)
		text_print(text, "%s: %r\r\n", name, value);
}

void
http_request_print(struct text *text, const struct http_request *request)
{
	bool rooted = slice_starts(request->path, "/");
	char digits[20];
	struct text length = { digits, 0, sizeof(digits), false };

	text_print(text, rooted ? "%r %r HTTP/1.1\r\n" : "%r /%r HTTP/1.1\r\n", request->method,
		request->path);
	print_default(text, request, "Host", request->authority);
	print_default(text, request, "User-Agent", slice_of("probe/" PROBE_VERSION));
	print_default(text, request, "Accept-Encoding", slice_of("identity"));
	print_default(text, request, "Connection", slice_of("close"));
	text_print(&length, "%u", (uint64_t)request->body.length);
	/* RFC 9110, 8.6: where the method expects content, none is announced, too */
	if (request->has_body || slice_is(request->method, "POST") ||
		slice_is(request->method, "PUT") || slice_is(request->method, "PATCH"))
		print_default(text, request, "Content-Length", (struct slice){ digits, length.length });
	for (const struct pair *at = request->headers; at; at = at->next)
		text_print(text, "%r: %r\r\n", at->name, at->value);
	text_print(text, "\r\n%r", request->body);
}

void
http_open(struct http_response *response, bool head_request, char *lines)
{
	*response = (struct http_response){ .head_request = head_request, .lines = lines };
}

static enum http_event
stop(struct http_response *response, enum http_event event, const char *problem)
{
	response->state = HTTP_STOPPED;
	response->stopped = event;
	response->problem = problem;
	return event;
}

bool
http_may_have_body(const struct http_response *response)
{
	return !response->head_request && response->status >= 200 && response->status != 204 &&
	       response->status != 304;
}

/* whether the line, as far as it is there, can be the beginning of a status line */
static bool
foreign(struct slice line)
{
	return memcmp(line.bytes, "HTTP/1.", line.length < 7 ? line.length : 7) != 0;
}

static enum http_event
status_line(struct http_response *response, struct slice line)
{
	uint64_t status;

	if (foreign(line) || line.length < 7) {
		line.length = line.length < 8 ? line.length : 8;
		response->content = (struct slice){ memmove(response->lines, line.bytes, line.length),
			line.length };
		return stop(response, HTTP_FOREIGN, NULL);
	}
	status = line.length < 12 ? 0 : slice_decimal(slice_after(slice_first(line, 12), 9), 999);
	if (status - 100 > 899 || line.bytes[8] != ' ' || (line.length > 12 && line.bytes[12] != ' '))
		return stop(response, HTTP_BROKEN, "status line");
	response->status = (unsigned)status;
	response->state = HTTP_HEADER_LINE;
	return HTTP_MORE;
}

static struct slice
trim(struct slice slice)
{
	while (slice.length > 0 && (slice.bytes[0] == ' ' || slice.bytes[0] == '\t'))
		slice = slice_after(slice, 1);
	while (slice.length > 0 && (slice.bytes[slice.length - 1] == ' ' ||
					   slice.bytes[slice.length - 1] == '\t'))
		slice.length--;
	return slice;
}

static enum http_event
content_length(struct http_response *response, struct slice value)
{
	/* RFC 9112, 6.3: the same length said twice is one, another leaves nothing to trust */
	do {
		uint64_t length = slice_decimal(trim(slice_cut(&value, ',')), INT64_MAX / 10);

		if (length == UINT64_MAX || (response->has_length && length != response->left))
			return stop(response, HTTP_BROKEN, "or contradictory Content-Length");
		response->has_length = true;
		response->left = length;
	} while (value.length > 0);
	return HTTP_MORE;
}

static void
transfer_encoding(struct http_response *response, struct slice value)
{
	while (value.length > 0) {
		struct slice coding = trim(slice_cut(&value, ','));

		/* chunked comes once and last */
		if (response->chunked || !slice_like(coding, "chunked"))
			response->coded = response->coded || coding.length > 0;
		else
			response->chunked = true;
	}
}

static enum http_event
block_end(struct http_response *response)
{
	response->block = 0;
	response->state = HTTP_BODY_START;
	/* 101 is the last HTTP on its connection, RFC 9110, 15.2.2 */
	if (response->status >= 200 || response->status == 101)
		return HTTP_HEAD;
	http_open(response, response->head_request, response->lines);
	return HTTP_MORE;
}

static enum http_event
header_line(struct http_response *response, struct slice line, bool whole)
{
	struct slice value = line, name;

	if (line.length == 0)
		return block_end(response);
	/* a folded line, RFC 9112, 5.2, is passed over where it can do no harm */
	if ((line.bytes[0] == ' ' || line.bytes[0] == '\t') && !response->framing)
		return HTTP_MORE;
	name = slice_cut(&value, ':');
	response->framing = slice_like(name, "Content-Length") ||
			    slice_like(name, "Transfer-Encoding");
	if (!http_token(name) || name.length == line.length || (response->framing && !whole))
		return stop(response, HTTP_BROKEN, "header line");
	if (slice_like(name, "Location")) {
		value = trim(value);
		response->location = (struct slice){ response->lines + HTTP_LINE, value.length };
		memcpy(response->lines + HTTP_LINE, value.bytes, value.length);
	}
	if (!response->framing)
		return HTTP_MORE;
	if (name.length == sizeof("Content-Length") - 1)
		return content_length(response, value);
	transfer_encoding(response, value);
	return HTTP_MORE;
}

static enum http_event
chunk_line(struct http_response *response, struct slice line)
{
	static const char digits[] = "0123456789abcdef";
	size_t at = 0;

	response->left = 0;
	for (; at < line.length; at++) {
		char c = line.bytes[at] >= 'A' ? (char)(line.bytes[at] | 0x20) : line.bytes[at];
		size_t digit = slice_find(slice_of(digits), c);

		if (digit == 16 || response->left >> 58)
			break;
		response->left = response->left << 4 | digit;
	}
	if (at == 0 || (at < line.length && !slice_has(slice_of("; \t"), line.bytes[at])))
		return stop(response, HTTP_BROKEN, "chunk in the body");
	response->state = response->left ? HTTP_CHUNK_DATA : HTTP_TRAILER;
	return HTTP_MORE;
}

/* A line is complete, less its end; whole: all of it is here. */
static enum http_event
take_line(struct http_response *response, struct slice line, bool whole)
{
	switch (response->state) {
	case HTTP_STATUS_LINE:
		return status_line(response, line);
	case HTTP_HEADER_LINE:
		return header_line(response, line, whole);
	case HTTP_CHUNK_LINE:
		response->block = 0;
		return chunk_line(response, line);
	case HTTP_CHUNK_END:
		response->state = HTTP_CHUNK_LINE;
		return line.length == 0 ? HTTP_MORE : stop(response, HTTP_BROKEN, "chunk in the body");
	case HTTP_TRAILER:
		return line.length == 0 ? stop(response, HTTP_END, NULL) : HTTP_MORE;
	case HTTP_BODY_START:
	case HTTP_BODY_LENGTH:
	case HTTP_BODY_TO_END:
	case HTTP_CHUNK_DATA:
	case HTTP_STOPPED:
		break;
	}
	return HTTP_MORE;
}

/* Puts together the line that the input goes on with, and takes it when it is complete. */
static enum http_event
feed_line(struct http_response *response, struct slice *input)
{
	bool complete = slice_has(*input, '\n'), whole;
	struct slice piece = slice_cut(input, '\n'), line;
	size_t room = HTTP_LINE - response->line_length;

	response->block += (unsigned)(piece.length + complete);
	if (response->block > HTTP_HEADERS_LIMIT)
		return stop(response, HTTP_BROKEN, response->state <= HTTP_HEADER_LINE
							  ? "response: the header block is larger than 16 KiB"
							  : "chunk in the body");
	if (piece.length > room)
		piece.length = room;
	line = piece;
	if (response->line_length > 0 || !complete) {
		memcpy(response->lines + response->line_length, piece.bytes, piece.length);
		response->line_length += piece.length;
		line = (struct slice){ response->lines, response->line_length };
	}
	if (response->state == HTTP_STATUS_LINE && line.length >= 8 && foreign(line))
		return status_line(response, line);
	if (!complete)
		return HTTP_MORE;
	response->line_length = 0;
	whole = line.length < HTTP_LINE;
	line.length -= line.length > 0 && line.bytes[line.length - 1] == '\r';
	return take_line(response, line, whole);
}

static void
begin_body(struct http_response *response)
{
	if (!http_may_have_body(response))
		stop(response, HTTP_END, NULL);
	else if (response->coded)
		stop(response, HTTP_BROKEN, "body: its Transfer-Encoding is not just chunked");
	else if (response->chunked)
		response->state = HTTP_CHUNK_LINE;
	else if (!response->has_length)
		response->state = HTTP_BODY_TO_END;
	else if (response->left > 0)
		response->state = HTTP_BODY_LENGTH;
	else
		stop(response, HTTP_END, NULL);
}

static enum http_event
take_content(struct http_response *response, struct slice *input)
{
	response->content = *input;
	if (response->state != HTTP_BODY_TO_END) {
		if (response->left < input->length)
			response->content.length = (size_t)response->left;
		response->left -= response->content.length;
		if (response->left == 0 && response->state == HTTP_CHUNK_DATA)
			response->state = HTTP_CHUNK_END;
		else if (response->left == 0)
			stop(response, HTTP_END, NULL);
	}
	*input = slice_after(*input, response->content.length);
	return HTTP_CONTENT;
}

enum http_event
http_feed(struct http_response *response, struct slice *input)
{
	enum http_event event = HTTP_MORE;

	if (response->state == HTTP_BODY_START)
		begin_body(response);
	while (event == HTTP_MORE) {
		if (response->state == HTTP_STOPPED)
			return response->stopped;
		if (input->length == 0)
			break;
		if (response->state == HTTP_BODY_LENGTH || response->state == HTTP_BODY_TO_END ||
			response->state == HTTP_CHUNK_DATA)
			event = take_content(response, input);
		else
			event = feed_line(response, input);
	}
	return event;
}

enum http_event
http_end(struct http_response *response)
{
	struct slice line = { response->lines, response->line_length };

	if (response->state == HTTP_BODY_START)
		begin_body(response);
	if (response->state == HTTP_STOPPED)
		return response->stopped;
	if (response->state == HTTP_STATUS_LINE && foreign(line))
		return status_line(response, line);
	return response->state == HTTP_BODY_TO_END ? HTTP_END : HTTP_CUT;
}
