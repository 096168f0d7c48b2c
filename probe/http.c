#include <string.h>

#include "http.h"

/* how many bytes of the slice, from its first on, are a token's, RFC 9110, 5.6.2 */
static size_t
token_length(struct slice slice)
{
	struct slice delimiters = { "\"(),/:;<=>?@[\\]{}\x7f", 18 };
	size_t at = 0;

	while (at < slice.length && slice.bytes[at] > ' ' &&
		!slice_has(delimiters, slice.bytes[at]))
		at++;
	return at;
}

bool
http_token(struct slice slice)
{
	return slice.length > 0 && token_length(slice) == slice.length;
}

/* more than 999 where they are not digits */
static unsigned
three_digits(const char *at)
{
	return (unsigned)slice_decimal((struct slice){ at, 3 }, 999);
}

bool
http_status_match(struct slice list, unsigned code)
{
	struct slice rest = list;

	for (;;) {
		struct slice item = slice_cut(&rest, ',');
		unsigned low, high;

		if (item.length != 3 && (item.length != 7 || item.bytes[3] != '-'))
			break;
		low = three_digits(item.bytes);
		high = three_digits(item.bytes + item.length - 3);
		if (item.length == 3 && memcmp(item.bytes + 1, "xx", 2) == 0) {
			low = (unsigned)(item.bytes[0] - '0') * 100;
			high = low + 99;
		}
		if (low < 100 || low > high || high > 599)
			break;
		if (code >= low && code <= high)
			return true;
		if (item.bytes + item.length == list.bytes + list.length)
			return false;
	}
	refuse("a status is 100 to 599, as in 200, \"2xx\", \"200-299\" or \"204,3xx\", got %q",
		list);
}

/* whether a header takes the place of this line of ours */
static bool
given(const struct http_request *request, const char *line)
{
	for (const struct pair *at = request->headers; at; at = at->next) {
		size_t length = at->name.length;

		/* names are tokens, so this ends at the line's ':' at the latest */
		if (slice_same(at->name, (struct slice){ line, length }) && line[length] == ':')
			return true;
	}
	return false;
}

void
http_request_print(struct text *text, const struct http_request *request)
{
	static const char *const defaults[] = {
		"Host: %r\r\n",
		"User-Agent: probe/" PROBE_VERSION "\r\n",
		"Accept-Encoding: identity\r\n",
		"Connection: close\r\n",
	};
	static const char length[] = "Content-Length: %u\r\n";
	bool rooted = *request->path.bytes == '/';

	text_print(text, rooted ? "%r %r HTTP/1.1\r\n" : "%r /%r HTTP/1.1\r\n", request->method,
		request->path);
	for (unsigned i = 0; i < sizeof(defaults) / sizeof(*defaults); i++) {
		if (!given(request, defaults[i]))
			text_print(text, defaults[i], request->authority);
	}
	/* RFC 9110, 8.6: where the method expects content, none is announced, too */
	if ((request->has_body || slice_is(request->method, "POST") ||
		    slice_is(request->method, "PUT") || slice_is(request->method, "PATCH")) &&
		!given(request, length))
		text_print(text, length, (uint64_t)request->body.length);
	for (const struct pair *at = request->headers; at; at = at->next)
		text_print(text, "%r: %r\r\n", at->name, at->value);
	text_print(text, "\r\n%r", request->body);
}

void
http_open(struct http_response *response, bool bodiless)
{
	*response = (struct http_response){ .left = -1, .bodiless = bodiless };
}

static const char broken_chunk[] = "chunk in the body";

static enum http_event
broken(struct http_response *response, const char *problem)
{
	response->problem = problem;
	return HTTP_BROKEN;
}

/* Do the first count bytes of a status line's 8, or fewer where it ends, tell another protocol? */
static enum http_event
recognise(struct http_response *response, size_t length, size_t count)
{
	response->content = (struct slice){ response->line, length };
	return memcmp(response->line, "HTTP/1.", count) == 0 ? HTTP_MORE : HTTP_FOREIGN;
}

static enum http_event
status_line(struct http_response *response, struct slice line)
{
	if (recognise(response, line.length, 7))
		return HTTP_FOREIGN;
	response->status = three_digits(line.bytes + 9);
	if (response->status - 100 > 899 || !is_digit(line.bytes[7]) || line.bytes[8] != ' ' ||
		(line.length != 12 && line.bytes[12] != ' '))
		return broken(response, "status line");
	response->state = HTTP_HEADER_LINE;
	return HTTP_MORE;
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct slice
trim(struct slice slice)
{
	while (slice.length > 0 && blank(*slice.bytes))
		slice = slice_after(slice, 1);
	while (slice.length > 0 && blank(slice.bytes[slice.length - 1]))
		slice.length--;
	return slice;
}

static enum http_event
block_end(struct http_response *response)
{
	/* 101 is the last HTTP on its connection, RFC 9110, 15.2.2 */
	if (response->status < 200 && response->status != 101) {
		http_open(response, response->bodiless);
		return HTTP_MORE;
	}
	response->block = 0;
	response->state = HTTP_BODY;
	/* RFC 9112, 6.3 */
	if (response->bodiless || response->status < 200 || response->status == 204 ||
		response->status == 304) {
		response->bodiless = true;
		response->left = 0;
	} else if (response->coding == HTTP_CHUNKED) {
		response->state = HTTP_CHUNK_LINE;
	} else if (response->coding == HTTP_CODED) {
		response->left = 0;
		response->problem = "body: its Transfer-Encoding is not just chunked";
	}
	return HTTP_HEAD;
}

/* an item of the list that a header holds which delimits the body */
static enum http_event
framing(struct http_response *response, struct slice item)
{
	int64_t length;

	if (response->framing == HTTP_CODING) {
		/* chunked comes once and last */
		if (item.length > 0)
			response->coding = !response->coding && slice_like(item, "chunked")
				? HTTP_CHUNKED
				: HTTP_CODED;
		return HTTP_MORE;
	}
	/* RFC 9112, 6.3: the same length said twice is one, another leaves nothing to trust */
	length = (int64_t)slice_decimal(item, INT64_MAX / 10);
	if (length < 0 || (response->left >= 0 && response->left != length))
		return broken(response, "or contradictory Content-Length");
	response->left = length;
	return HTTP_MORE;
}

static enum http_event
header_line(struct http_response *response, struct slice line)
{
	size_t colon = token_length(line);
	enum http_event event = HTTP_MORE;
	struct slice value;

	if (line.length == 0)
		return block_end(response);
	/* a folded line, RFC 9112, 5.2, is passed over where it can do no harm */
	if (blank(*line.bytes) && !response->framing)
		return HTTP_MORE;
	response->framing = slice_starts(line, "Content-Length:") ? HTTP_LENGTH
		: slice_starts(line, "Transfer-Encoding:")        ? HTTP_CODING
								  : HTTP_NO_FRAMING;
	if (colon == 0 || line.bytes[colon] != ':' ||
		(response->framing && response->length == HTTP_LINE))
		return broken(response, "header line");
	value = slice_after(line, colon + 1);
	if (slice_starts(line, "Location:")) {
		value = trim(value);
		memcpy(response->place, value.bytes, value.length);
		response->location = (struct slice){ response->place, value.length };
	}
	if (response->framing) {
		do
			event = framing(response, trim(slice_cut(&value, ',')));
		while (event == HTTP_MORE && value.length > 0);
	}
	return event;
}

static enum http_event
chunk_line(struct http_response *response, struct slice line)
{
	const char *at = line.bytes;
	uint64_t left = 0;

	for (; left >> 58 == 0 && hex_value(*at) < 16; at++)
		left = left << 4 | hex_value(*at);
	/* digits that the line had no room for would be lost */
	if (at == line.bytes || at == line.bytes + HTTP_LINE ||
		(at < line.bytes + line.length && *at != ';' && !blank(*at)))
		return broken(response, broken_chunk);
	response->block = 0;
	response->left = (int64_t)left;
	response->state = left ? HTTP_CHUNK : HTTP_TRAILER;
	return HTTP_MORE;
}

static enum http_event
take_line(struct http_response *response)
{
	struct slice line = { response->line, response->length };

	if (line.length > 0 && line.bytes[line.length - 1] == '\r')
		line.length--;
	response->line[line.length] = '\0';
	if (response->state == HTTP_STATUS_LINE)
		return status_line(response, line);
	if (response->state == HTTP_HEADER_LINE)
		return header_line(response, line);
	if (response->state == HTTP_CHUNK_LINE)
		return chunk_line(response, line);
	if (response->state == HTTP_CHUNK)
		response->state = HTTP_CHUNK_LINE;
	else if (line.length == 0)
		response->state = HTTP_BODY;
	else
		return HTTP_MORE;
	return line.length == 0 ? HTTP_MORE : broken(response, broken_chunk);
}

static enum http_event
take_byte(struct http_response *response, char c)
{
	enum http_event event = HTTP_MORE;

	if (++response->block > HTTP_HEADERS_LIMIT)
		return broken(response,
			response->state <= HTTP_HEADER_LINE
				? "response: the header block is larger than 16 KiB"
				: broken_chunk);
	if (c == '\n') {
		event = take_line(response);
		response->length = 0;
		return event;
	}
	if (response->length < HTTP_LINE)
		response->line[response->length++] = c;
	if (response->state == HTTP_STATUS_LINE && response->length == 8)
		return recognise(response, 8, 7);
	return HTTP_MORE;
}

static enum http_event
take_content(struct http_response *response, struct slice *input)
{
	size_t length = input->length;

	if ((uint64_t)response->left < length)
		length = (size_t)response->left;
	response->left -= (int64_t)length;
	response->content = slice_first(*input, length);
	*input = slice_after(*input, length);
	return HTTP_CONTENT;
}

enum http_event
http_feed(struct http_response *response, struct slice *input)
{
	enum http_event event;

	do {
		bool content = response->state >= HTTP_CHUNK && response->left != 0;

		if (response->state == HTTP_BODY && !content)
			return response->problem ? HTTP_BROKEN : HTTP_END;
		if (input->length == 0)
			return HTTP_MORE;
		if (content)
			return take_content(response, input);
		event = take_byte(response, *input->bytes);
		*input = slice_after(*input, 1);
	} while (event == HTTP_MORE);
	return event;
}

enum http_event
http_end(struct http_response *response)
{
	size_t length = response->length;

	if (response->state == HTTP_STATUS_LINE && length < 8 &&
		recognise(response, length, length))
		return HTTP_FOREIGN;
	return response->state == HTTP_BODY && response->left < 0 ? HTTP_END : HTTP_CUT;
}
