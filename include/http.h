/* http: builds a request; parses a response as it comes (RFC 9112). No I/O. */
#ifndef HTTP_H
#define HTTP_H

#include "text.h"

enum {
	HTTP_HEADERS_LIMIT = 16384, /* a header block with its status line, or the trailers */
	HTTP_LINE = 256,            /* bytes of a line that count; the rest of it is passed over */
};

enum http_event {
	HTTP_MORE,    /* the input is used up */
	HTTP_HEAD,    /* the final header block is complete: status, location, bodiless are valid */
	HTTP_CONTENT, /* content is the next run of the body, transfer coding taken off */
	HTTP_END,     /* the message is complete */
	HTTP_FOREIGN, /* it is not HTTP/1: content is how it starts */
	HTTP_BROKEN,  /* problem says what of it is malformed */
	HTTP_CUT,     /* the end came before the message was complete; from http_end only */
};

struct http_response {
	/* for the caller */
	const char *problem;
	unsigned status;
	struct slice content;  /* borrowed from the input, or kept in line */
	struct slice location; /* empty where there is none; kept in place */

	bool bodiless; /* an answer like this has no body at all, RFC 9112, 6.3 */

	/* the parser's own */
	enum http_framing {
		HTTP_NO_FRAMING,
		HTTP_LENGTH,
		HTTP_CODING,
	} framing; /* whether the last header is one of those that delimit the body, and which */
	enum http_coding {
		HTTP_PLAIN,
		HTTP_CHUNKED,
		HTTP_CODED, /* in some way that cannot be read */
	} coding;
	enum http_state {
		HTTP_STATUS_LINE,
		HTTP_HEADER_LINE,
		HTTP_CHUNK_LINE,
		HTTP_TRAILER,
		HTTP_CHUNK, /* the data, and once nothing of it is left the empty line after it */
		HTTP_BODY,  /* nothing left: it has ended */
	} state;
	int64_t left;   /* of the body or the chunk; negative: it goes on to the stream's end */
	unsigned block; /* bytes of the header block, or of the trailers, so far */
	unsigned length;
	char line[HTTP_LINE + 1];
	char place[HTTP_LINE];
};

struct http_request {
	struct slice method, path, authority; /* a NUL, or more of the URL, follows the path */
	struct pair *headers;                 /* these add to ours or, by name, replace them */
	bool has_body;
	struct slice body;
};

/* Writes a whole HTTP/1.1 request that asks for the connection to be closed after it. */
void http_request_print(struct text *, const struct http_request *);

/* a token of RFC 9110, section 5.6.2 */
bool http_token(struct slice);

/* Does code match the list, as in "2xx" or "200-299,401"? Fails at an item that cannot
 * stand in one; code 0, which none matches, has every item looked at. */
bool http_status_match(struct slice list, unsigned code);

/* bodiless: it answers HEAD */
void http_open(struct http_response *, bool bodiless);
/* Takes from the input until there is something to say. Interim responses but 101 are
 * passed over. After HTTP_FOREIGN and HTTP_BROKEN there is no more to be fed. */
enum http_event http_feed(struct http_response *, struct slice *input);
/* The stream has ended after HTTP_MORE: HTTP_END, HTTP_CUT or HTTP_FOREIGN. */
enum http_event http_end(struct http_response *);

#endif
