/* http: builds a request; parses a response as it comes (RFC 9112). No I/O, no memory of
 * its own but a fixed few bytes. */
#ifndef HTTP_H
#define HTTP_H

#include "text.h"

enum {
	HTTP_HEADERS_LIMIT = 16384, /* a header block with its status line */
	HTTP_LOCATION_SHOWN = 201,  /* one more than text_escaped shows, so that it says so */
};

enum http_event {
	HTTP_MORE,    /* the input is used up */
	HTTP_HEAD,    /* the final header block is complete: status and location are valid */
	HTTP_CONTENT, /* content is the next run of the body, transfer coding taken off */
	HTTP_END,     /* the message is complete */
	/* the answer is broken; every further call says so again */
	HTTP_NOT_HTTP, /* content is how it begins */
	HTTP_BAD_STATUS_LINE,
	HTTP_BAD_HEADER,
	HTTP_BAD_LENGTH,
	HTTP_BAD_CODING,
	HTTP_BAD_CHUNK,
	HTTP_HEADERS_TOO_LONG,
	HTTP_CUT_SHORT, /* the end came before the message was complete; from http_end only */
};

struct http_response {
	/* for the caller */
	unsigned status;
	struct slice content;  /* borrowed from the input or from this structure */
	struct slice location; /* in location_buffer; empty where there is none */

	/* the parser's own */
	enum http_state {
		HTTP_STATUS_LINE,
		HTTP_FOREIGN, /* no status line; waiting for enough of it to show */
		HTTP_REASON,
		HTTP_LINE_START, /* of the first header line */
		HTTP_NAME,
		HTTP_VALUE,
		HTTP_VALUE_END, /* past its LF; the next line may go on with it */
		HTTP_BLOCK_END, /* after the CR of the empty line */
		HTTP_BODY_START,
		HTTP_BODY_LENGTH,
		HTTP_BODY_CLOSE,
		HTTP_CHUNK_SIZE,
		HTTP_CHUNK_EXTENSION,
		HTTP_CHUNK_DATA,
		HTTP_CHUNK_DATA_END,
		HTTP_CHUNK_DATA_LF,
		HTTP_TRAILER_START,
		HTTP_TRAILER_LINE,
		HTTP_TRAILER_END,
		HTTP_COMPLETE,
		HTTP_BROKEN,
	} state;
	enum http_event problem; /* of HTTP_BROKEN */
	unsigned block; /* bytes of the header block, of a chunk's line, or of the trailers so far */
	bool head_request;
	bool has_length, chunked, coded; /* coded: some other transfer coding, too */
	bool gap;                        /* white space has ended the token */
	uint64_t left;                   /* Content-Length, then what is left of it or of a chunk */
	enum { HTTP_OTHER, HTTP_CONTENT_LENGTH, HTTP_TRANSFER_ENCODING, HTTP_LOCATION } header;
	unsigned char token_length;
	char token[24];     /* of a name, and of an element of a list, as far as it fits */
	char *location_buffer; /* HTTP_LOCATION_SHOWN bytes, or NULL: not wanted */
};

struct http_request {
	struct slice method, path, authority;
	const struct pair *headers; /* these add to ours or, by name, replace them */
	bool has_body;
	struct slice body;
};

/* Writes a whole HTTP/1.1 request that asks for the connection to be closed after it. */
void http_request_print(struct text *, const struct http_request *);

/* a token of RFC 9110, section 5.6.2 */
bool http_token(struct slice);

/* Does code match the list, as in "2xx" or "200-299,401"? */
bool http_status_match(struct slice list, unsigned code);
/* Is it such a list? False with the words of an error. */
bool http_status_valid(struct slice list, struct error *);

/* head_request: the answer has no body. location_buffer, or NULL, outlives the response. */
void http_open(struct http_response *, bool head_request, char *location_buffer);
/* Takes from the input until there is something to say. Interim responses but 101 are
 * passed over. */
enum http_event http_feed(struct http_response *, struct slice *input);
/* The stream has ended: HTTP_END, HTTP_CUT_SHORT, or what was broken already. */
enum http_event http_end(struct http_response *);
/* whether the status line has come whole, and whether the final header block has */
bool http_past_status(const struct http_response *);
bool http_past_headers(const struct http_response *);
/* after HTTP_HEAD: whether an answer like this can have a body at all, RFC 9112, 6.3 */
bool http_may_have_body(const struct http_response *);

#endif
