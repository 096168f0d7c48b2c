/* verdict: what a check came to, and the words for it, in one table. */
#ifndef VERDICT_H
#define VERDICT_H

#include "text.h"

/* what a check was doing when its time ran out or its peer went away */
enum phase {
	PHASE_RESOLVING,
	PHASE_CONNECTING,
	PHASE_SENDING,
	PHASE_STATUS_LINE,
	PHASE_HEADERS,
	PHASE_BODY,
	PHASE_READING,
};

const char *phase_words(enum phase);

enum outcome {
	OUTCOME_NONE, /* not known yet */

	/* healthy */
	OUTCOME_STATUS,    /* numbers[0]: the status */
	OUTCOME_CONNECTED, /* tcp, nothing more was asked */
	OUTCOME_CONTAINS,  /* texts[0]: what holds the text */
	OUTCOME_EXISTS,
	OUTCOME_ABSENT,
	OUTCOME_LAST_HEALTHY = OUTCOME_ABSENT,

	/* unhealthy */
	OUTCOME_TIMED_OUT,          /* numbers[0]: the deadline in ms; texts[0]: doing what */
	OUTCOME_CONNECT_FAILED,     /* texts[0]: what each address said */
	OUTCOME_RESOLVE_FAILED,     /* texts[0]: the name; texts[1]: why */
	OUTCOME_ERRNO,              /* texts[0]: the error; texts[1]: doing what */
	OUTCOME_CLOSED,             /* texts[1]: doing what */
	OUTCOME_STATUS_REFUSED,     /* numbers[0]: the status; texts[1]: what is accepted */
	OUTCOME_REDIRECTED,         /* numbers[0]: the status; texts: where to, what is accepted */
	OUTCOME_NOT_HTTP,           /* texts[0]: how the answer starts */
	OUTCOME_BAD_STATUS_LINE,
	OUTCOME_BAD_HEADER,
	OUTCOME_BAD_LENGTH,
	OUTCOME_BAD_CODING,
	OUTCOME_BAD_CHUNK,
	OUTCOME_HEADERS_TOO_LONG,
	OUTCOME_BODY_CUT_SHORT,
	OUTCOME_NO_BODY,            /* contains, and an answer that cannot have a body */
	OUTCOME_CONTAINS_NOT,       /* texts[0]: in what; texts[1]: the text looked for */
	OUTCOME_CONTENT_TOO_LONG,   /* texts as for OUTCOME_CONTAINS_NOT */
	OUTCOME_FILE_ERROR,         /* texts[0]: the error */
	OUTCOME_FILE_EXISTS,
	OUTCOME_FILE_KIND,          /* texts[0]: what it is */
	OUTCOME_FILE_SMALL,         /* numbers: bytes found, bytes wanted */
	OUTCOME_FILE_OLD,           /* texts: its age, the greatest age */
	OUTCOME_FILE_FUTURE,        /* texts[0]: how far */
	OUTCOME_CONNECTED_TO_ITSELF,
	OUTCOME_NO_MEMORY,
};

/* texts are borrowed for as long as the verdict is; foreign bytes in them stay as they came */
struct verdict {
	enum outcome outcome;
	uint64_t numbers[2];
	struct slice texts[2];
};

bool verdict_healthy(const struct verdict *);
void verdict_print(struct text *, const struct verdict *);
/* "connection refused" and so on; "error 95" for what is not in the table */
void verdict_errno(struct text *, int number);

#endif
