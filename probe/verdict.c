#include <errno.h>
#include <string.h>

#include "verdict.h"

static const char *const formats[OUTCOMES] = {
	[OUTCOME_STATUS] = "status %u",
	[OUTCOME_CONNECTED] = "connected",
	[OUTCOME_CONTAINS] = "contains the text",
	[OUTCOME_EXISTS] = "exists",
	[OUTCOME_ABSENT] = "absent",
	[OUTCOME_TIMED_OUT] = "timed out after %u ms while %r",
	[OUTCOME_CONNECT_FAILED] = "%r",
	[OUTCOME_RESOLVE_FAILED] = "cannot resolve %e: %r",
	[OUTCOME_ERROR] = "%s while %r",
	[OUTCOME_CLOSED] = "connection closed while %r",
	[OUTCOME_TO_ITSELF] = "nothing listens, the connection came back to its own port",
	[OUTCOME_STATUS_REFUSED] = "status %u, want %e",
	[OUTCOME_REDIRECTED] = "status %u to %e, want %e",
	[OUTCOME_NOT_HTTP] = "the answer is not HTTP/1, it starts with %q",
	[OUTCOME_BAD_HTTP] = "malformed %s",
	[OUTCOME_NO_BODY] = "status %u, an answer without a body cannot contain %q",
	[OUTCOME_CONTAINS_NOT] = "%s does not contain %q",
	[OUTCOME_CONTENT_TOO_LONG] = "%s is larger than 64 KiB, its first 64 KiB do not contain %q",
	[OUTCOME_FILE_ERROR] = "%s",
	[OUTCOME_FILE_EXISTS] = "exists, want it absent",
	[OUTCOME_FILE_TYPE] = "is a %s, want a regular file",
	[OUTCOME_FILE_SMALL] = "%u bytes, want at least %u",
	[OUTCOME_FILE_OLD] = "modified %u s ago, want at most %u s",
	[OUTCOME_FILE_OLD_MS] = "modified %u ms ago, want at most %u ms",
	[OUTCOME_FILE_FUTURE] = "modified %u s in the future",
	[OUTCOME_NO_MEMORY] = "out of memory",
};

bool
outcome_healthy(enum outcome outcome)
{
	return outcome > OUTCOME_NONE && outcome <= OUTCOME_ABSENT;
}

const char *
outcome_format(enum outcome outcome)
{
	return formats[outcome];
}

const char *
phase_words(enum phase phase)
{
	static const char phases[][28] = {
		[PHASE_STATUS_LINE] = "waiting for the status line",
		[PHASE_HEADERS] = "reading headers",
		[PHASE_BODY] = "reading the body",
		[PHASE_READING] = "reading",
	};

	return phases[phase];
}

/* numbers[i] has the i-th of the words */
static const unsigned char numbers[] = {
	EACCES,
	EADDRNOTAVAIL,
	EAFNOSUPPORT,
	EBADF,
	ECONNREFUSED,
	ECONNRESET,
	EHOSTUNREACH,
	EIO,
	EISDIR,
	ELOOP,
	EMFILE,
	EMSGSIZE,
	ENAMETOOLONG,
	ENETUNREACH,
	ENOBUFS,
	ENOENT,
	ENOMEM,
	ENOTDIR,
	EPERM,
	EPIPE,
	EPROTOTYPE,
	ETIMEDOUT,
};

static const char words[] = "permission denied\0"
			    "address not available\0"
			    "address family not supported\0"
			    "bad file descriptor\0"
			    "connection refused\0"
			    "connection reset\0"
			    "no route to host\0"
			    "input/output error\0"
			    "is a directory\0"
			    "too many symbolic links\0"
			    "too many open files\0"
			    "message too long\0"
			    "file name too long\0"
			    "network unreachable\0"
			    "no buffer space\0"
			    "no such file or directory\0"
			    "out of memory\0"
			    "not a directory\0"
			    "operation not permitted\0"
			    "broken pipe\0"
			    "wrong type of socket\0"
			    "timed out\0";

const char *
errno_words(int number)
{
	static char other[] = "error 000";
	const char *at = words;

	for (size_t i = 0; i < sizeof(numbers); i++) {
		if (numbers[i] == number)
			return at;
		at += strlen(at) + 1;
	}
	for (char *digit = other + 8; *digit != ' '; digit--) {
		*digit = (char)('0' + number % 10);
		number /= 10;
	}
	return other;
}
