/* verdict: what a check came to, and the words for it, in one table. */
#ifndef VERDICT_H
#define VERDICT_H

#include "text.h"

enum outcome {
	OUTCOME_NONE, /* not known yet */

	/* healthy */
	OUTCOME_STATUS,
	OUTCOME_CONNECTED,
	OUTCOME_CONTAINS,
	OUTCOME_EXISTS,
	OUTCOME_ABSENT,

	/* unhealthy */
	OUTCOME_TIMED_OUT,
	OUTCOME_CONNECT_FAILED,
	OUTCOME_RESOLVE_FAILED,
	OUTCOME_ERROR,
	OUTCOME_CLOSED,
	OUTCOME_TO_ITSELF,
	OUTCOME_STATUS_REFUSED,
	OUTCOME_REDIRECTED,
	OUTCOME_NOT_HTTP,
	OUTCOME_BAD_HTTP,
	OUTCOME_NO_BODY,
	OUTCOME_CONTAINS_NOT,
	OUTCOME_CONTENT_TOO_LONG,
	OUTCOME_FILE_ERROR,
	OUTCOME_FILE_EXISTS,
	OUTCOME_FILE_TYPE,
	OUTCOME_FILE_SMALL,
	OUTCOME_FILE_OLD,
	OUTCOME_FILE_OLD_MS,
	OUTCOME_FILE_FUTURE,
	OUTCOME_NO_MEMORY,
	OUTCOMES,
};

/* Foreign bytes in the words are safe to print. */
struct verdict {
	enum outcome outcome;
	struct slice words;
};

bool outcome_healthy(enum outcome);
/* the words of an outcome, for text_print with what they ask for; the table is the contract */
const char *outcome_format(enum outcome);

/* what a check was doing when its time ran out or its peer went away */
enum phase {
	PHASE_STATUS_LINE,
	PHASE_HEADERS,
	PHASE_BODY,
	PHASE_READING,
};

const char *phase_words(enum phase);

/* "connection refused" and so on, for an errno; "error 095" for what the table lacks, which
 * holds until the next call */
const char *errno_words(int number);

#endif
