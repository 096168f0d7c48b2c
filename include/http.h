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
	HTTP_HEAD,    /* the final header block is complete: status and location are valid */
	HTTP_CONTENT, /* content is the next run of the body, transfer coding taken off */
	HTTP_END,     /* the message is complete */
	HTTP_FOREIGN, /* it is not HTTP/1: content is how it starts */
	HTTP_BROKEN,  /* problem says what of it is malformed */
	HTTP_CUT,     /* the end came before the message was complete; from http_end only */
};

struct http_response {
	/* for the caller */
	unsigned status;
	struct slice content;  /* borrowed from the input, or kept in lines */
	struct slice location; /* empty where there is none; kept in lines */
	const char *problem;

	/* the parser's own */
	enum http_state {
		HTTP_STATUS_LINE,
		HTTP_HEADER_LINE,
		HTTP_BODY_START,
		HTTP_BODY_LENGTH,
		HTTP_BODY_TO_END,
		HTTP_CHUNK_LINE,
		HTTP_CHUNK_DATA,
		HTTP_CHUNK_END, /* the empty line after the data */
		HTTP_TRAILER,
		HTTP_STOPPED, /* stopped is said again and again */
	} state;
	enum http_event stopped;
	bool head_request;
	bool framing;              /* the last header was one of those that delimit the body */
	bool has_length, chunked, coded; /* coded: by something else than chunked */
	unsigned block;            /* bytes of the header block, or of the trailers, so far */
	uint64_t left;             /* Content-Length, then what is left of it or of a chunk */
	char *lines;               /* a line that came in pieces, and behind it the location */
	size_t line_length;
};

struct http_request {
	struct slice method, path, authority;
	struct pair *headers; /* these add to ours or, by name, replace them */
	bool has_body;
	struct slice body;
};

/* Writes a whole HTTP/1.1 request that asks for the connection to be closed after it. */
void http_request_print(struct text *, const struct http_request *);

/* a token of RFC 9110, section 5.6.2 */
bool http_token(struct slice);

/* Does code match the list, as in "2xx" or "200-299,401"? */
bool http_status_match(struct slice list, unsigned code);
/* Fails unless it is such a list. */
void http_status_check(struct slice list);

/* head_request: the answer has no body. lines are 2 * HTTP_LINE bytes that outlive it. */
void http_open(struct http_response *, bool head_request, char *lines);
/* Takes from the input until there is something to say. Interim responses but 101 are
 * passed over. */
enum http_event http_feed(struct http_response *, struct slice *input);
/* The stream has ended: HTTP_END, HTTP_CUT, or what was wrong already. */
enum http_event http_end(struct http_response *);
/* after HTTP_HEAD: whether an answer like this can have a body at all, RFC 9112, 6.3 */
bool http_may_have_body(const struct http_response *);

#endif
