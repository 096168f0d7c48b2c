#include <errno.h>

#include "verdict.h"

/* #0 #1: numbers. $0 $1: texts, escaped. "0 "1: texts, escaped and in quotes. %0 %1:
 * texts that the program put together itself, foreign bytes in them escaped already. */
static const char *const words[] = {
	[OUTCOME_STATUS] = "status #0",
	[OUTCOME_CONNECTED] = "connected",
	[OUTCOME_CONTAINS] = "$0 contains the text",
	[OUTCOME_EXISTS] = "exists",
	[OUTCOME_ABSENT] = "absent",
	[OUTCOME_TIMED_OUT] = "timed out after #0 ms while %0",
	[OUTCOME_CONNECT_FAILED] = "%0",
	[OUTCOME_RESOLVE_FAILED] = "cannot resolve $0: %1",
	[OUTCOME_ERRNO] = "%0 while %1",
	[OUTCOME_CLOSED] = "connection closed while %1",
	[OUTCOME_STATUS_REFUSED] = "status #0, want $1",
	[OUTCOME_REDIRECTED] = "status #0 to $0, want $1",
	[OUTCOME_NOT_HTTP] = "the answer is not HTTP/1, it starts with \"0",
	[OUTCOME_BAD_STATUS_LINE] = "malformed status line",
	[OUTCOME_BAD_HEADER] = "malformed header line",
	[OUTCOME_BAD_LENGTH] = "malformed or contradictory Content-Length",
	[OUTCOME_BAD_CODING] = "the body has a Transfer-Encoding other than chunked",
	[OUTCOME_BAD_CHUNK] = "malformed chunk in the body",
	[OUTCOME_HEADERS_TOO_LONG] = "the response header block is larger than 16 KiB",
	[OUTCOME_BODY_CUT_SHORT] = "connection closed before the end of the body",
	[OUTCOME_NO_BODY] = "status #0, this answer has no body to look for \"1 in",
	[OUTCOME_CONTAINS_NOT] = "$0 does not contain \"1",
	[OUTCOME_CONTENT_TOO_LONG] = "$0 is larger than 64 KiB, the first 64 KiB do not contain \"1",
	[OUTCOME_FILE_ERROR] = "$0",
	[OUTCOME_FILE_EXISTS] = "exists, want it absent",
	[OUTCOME_FILE_KIND] = "$0, want a regular file",
	[OUTCOME_FILE_SMALL] = "#0 bytes, want at least #1",
	[OUTCOME_FILE_OLD] = "modified $0 ago, want at most $1",
	[OUTCOME_FILE_FUTURE] = "modified $0 in the future",
	[OUTCOME_CONNECTED_TO_ITSELF] = "nothing listens, the connection came back to its own port",
	[OUTCOME_NO_MEMORY] = "out of memory for this check",
};

const char *
phase_words(enum phase phase)
{
	static const char *const phases[] = {
		[PHASE_RESOLVING] = "resolving ",
		[PHASE_CONNECTING] = "connecting to ",
		[PHASE_SENDING] = "sending",
		[PHASE_STATUS_LINE] = "waiting for the status line",
		[PHASE_HEADERS] = "reading headers",
		[PHASE_BODY] = "reading the body",
		[PHASE_READING] = "reading",
	};

	return phases[phase];
}

bool
verdict_healthy(const struct verdict *verdict)
{
	return verdict->outcome != OUTCOME_NONE && verdict->outcome <= OUTCOME_LAST_HEALTHY;
}

void
verdict_print(struct text *text, const struct verdict *verdict)
{
	const char *at = words[verdict->outcome];

	for (; *at; at++) {
		unsigned which = (unsigned char)at[1] - (unsigned)'0';

		if (which > 1 || slice_find(SLICE("#$%\""), *at) == 4) {
			text_char(text, *at);
			continue;
		}
		if (*at == '#')
			text_decimal(text, verdict->numbers[which]);
		else if (*at == '$')
			text_escaped(text, verdict->texts[which]);
		else if (*at == '%')
			text_slice(text, verdict->texts[which]);
		else
			text_quoted(text, verdict->texts[which]);
		at++;
	}
}

void
verdict_errno(struct text *text, int number)
{
	static const struct {
		int number;
		char words[32];
	} errors[] = {
		{ EACCES, "permission denied" },
		{ EADDRNOTAVAIL, "address not available" },
		{ EAFNOSUPPORT, "address family not supported" },
		{ EBADF, "bad file descriptor" },
		{ ECONNABORTED, "connection aborted" },
		{ ECONNREFUSED, "connection refused" },
		{ ECONNRESET, "connection reset" },
		{ EHOSTUNREACH, "no route to host" },
		{ EIO, "input/output error" },
		{ EISDIR, "is a directory" },
		{ ELOOP, "too many symbolic links" },
		{ EMFILE, "too many open files" },
		{ ENAMETOOLONG, "file name too long" },
		{ ENETUNREACH, "network unreachable" },
		{ ENFILE, "too many open files in system" },
		{ ENOBUFS, "no buffer space available" },
		{ ENOENT, "no such file or directory" },
		{ ENOMEM, "out of memory" },
		{ ENOTDIR, "not a directory" },
		{ ENOTSOCK, "not a socket" },
		{ EPERM, "operation not permitted" },
		{ EPIPE, "broken pipe" },
		{ EPROTOTYPE, "wrong type of socket" },
		{ ETIMEDOUT, "connection timed out" },
	};

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		if (errors[i].number == number) {
			text_string(text, errors[i].words);
			return;
		}
	}
	text_string(text, "error ");
	text_decimal(text, (uint64_t)number);
}
