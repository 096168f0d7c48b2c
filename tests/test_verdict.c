#include <errno.h>

#include "unit.h"

/* what the words of a verdict are made of */
enum {
	NOTHING,
	NUMBER,
	NUMBERS,
	SAFE,
	SAFES,
	STRING,
	STRINGS,
	FOREIGN,
	FOREIGNS,
	NUMBER_FOREIGN,
	NUMBER_FOREIGNS,
	FOREIGN_SAFE,
	STRING_SAFE,
	STRING_FOREIGN
};

static struct run run;

static void
decide(struct check *check, enum outcome outcome, int with)
{
	struct slice foreign = SLICE("a\n\x1b"), other = SLICE("b\xff"), safe = SLICE("%s"),
		     more = SLICE("%u");

	run.arena = unit_arena();
	check->run = &run;
	switch (with) {
	case NOTHING:
		check_decide(check, outcome);
		break;
	case NUMBER:
		check_decide(check, outcome, UINT64_C(503));
		break;
	case NUMBERS:
		check_decide(check, outcome, UINT64_C(1), UINT64_C(2));
		break;
	case SAFE:
		check_decide(check, outcome, safe);
		break;
	case SAFES:
		check_decide(check, outcome, safe, more);
		break;
	case STRING:
		check_decide(check, outcome, "%r");
		break;
	case STRINGS:
		check_decide(check, outcome, "%r", "%e");
		break;
	case FOREIGN:
		check_decide(check, outcome, foreign);
		break;
	case FOREIGNS:
		check_decide(check, outcome, foreign, other);
		break;
	case NUMBER_FOREIGN:
		check_decide(check, outcome, UINT64_C(503), foreign);
		break;
	case NUMBER_FOREIGNS:
		check_decide(check, outcome, UINT64_C(302), foreign, other);
		break;
	case FOREIGN_SAFE:
		check_decide(check, outcome, foreign, safe);
		break;
	case STRING_SAFE:
		check_decide(check, outcome, "%r", safe);
		break;
	case STRING_FOREIGN:
		check_decide(check, outcome, "the body", foreign);
		break;
	}
}

static void
words(void **state)
{
	static const struct {
		int line;
		enum outcome outcome;
		int with;
		const char *words;
	} rows[] = {
		{ __LINE__, OUTCOME_STATUS, NUMBER, "status 503" },
		{ __LINE__, OUTCOME_CONNECTED, NOTHING, "connected" },
		{ __LINE__, OUTCOME_CONTAINS, NOTHING, "contains the text" },
		{ __LINE__, OUTCOME_EXISTS, NOTHING, "exists" },
		{ __LINE__, OUTCOME_ABSENT, NOTHING, "absent" },
		{ __LINE__, OUTCOME_TIMED_OUT, -1,
			"timed out after 4000 ms while connecting to 10.0.0.7:5432" },
		{ __LINE__, OUTCOME_CONNECT_FAILED, SAFE, "%s" },
		{ __LINE__, OUTCOME_RESOLVE_FAILED, FOREIGN_SAFE,
			"cannot resolve a\\x0a\\x1b: %s" },
		{ __LINE__, OUTCOME_ERROR, STRING_SAFE, "%r while %s" },
		{ __LINE__, OUTCOME_CLOSED, SAFE, "connection closed while %s" },
		{ __LINE__, OUTCOME_TO_ITSELF, NOTHING,
			"nothing listens, the connection came back to its own port" },
		{ __LINE__, OUTCOME_STATUS_REFUSED, NUMBER_FOREIGN,
			"status 503, want a\\x0a\\x1b" },
		{ __LINE__, OUTCOME_REDIRECTED, NUMBER_FOREIGNS,
			"status 302 to a\\x0a\\x1b, want b\\xff" },
		{ __LINE__, OUTCOME_NOT_HTTP, FOREIGN,
			"the answer is not HTTP/1, it starts with \"a\\x0a\\x1b\"" },
		{ __LINE__, OUTCOME_BAD_HTTP, STRING, "malformed %r" },
		{ __LINE__, OUTCOME_NO_BODY, NUMBER_FOREIGN,
			"status 503, an answer without a body cannot contain \"a\\x0a\\x1b\"" },
		{ __LINE__, OUTCOME_CONTAINS_NOT, STRING_FOREIGN,
			"the body does not contain \"a\\x0a\\x1b\"" },
		{ __LINE__, OUTCOME_CONTENT_TOO_LONG, STRING_FOREIGN,
			"the body is larger than 64 KiB, its first 64 KiB do not contain \"a\\x0a\\x1b\"" },
		{ __LINE__, OUTCOME_FILE_ERROR, STRING, "%r" },
		{ __LINE__, OUTCOME_FILE_EXISTS, NOTHING, "exists, want it absent" },
		{ __LINE__, OUTCOME_FILE_TYPE, STRING, "is a %r, want a regular file" },
		{ __LINE__, OUTCOME_FILE_SMALL, NUMBERS, "1 bytes, want at least 2" },
		{ __LINE__, OUTCOME_FILE_OLD, NUMBERS, "modified 1 s ago, want at most 2 s" },
		{ __LINE__, OUTCOME_FILE_OLD_MS, NUMBERS, "modified 1 ms ago, want at most 2 ms" },
		{ __LINE__, OUTCOME_FILE_FUTURE, NUMBER, "modified 503 s in the future" },
		{ __LINE__, OUTCOME_NO_MEMORY, NOTHING, "out of memory" },
	};
	bool seen[OUTCOMES] = { [OUTCOME_NONE] = true };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct check check = { 0 };

		decide(&check, rows[i].outcome, rows[i].with);
		if (rows[i].with < 0)
			check_decide(&check, rows[i].outcome, UINT64_C(4000),
				SLICE("connecting to 10.0.0.7:5432"));
		row_equal(rows[i].line, check.verdict.outcome, rows[i].outcome);
		row_slice(rows[i].line, check.verdict.words, slice_of(rows[i].words));
		row_equal(rows[i].line, outcome_healthy(rows[i].outcome), i < 5);
		seen[rows[i].outcome] = true;
	}
	for (unsigned i = 0; i < COUNT(seen); i++) {
		if (!seen[i])
			fail_msg("outcome %u has no row", i);
	}
	assert_false(outcome_healthy(OUTCOME_NONE));
}

static void
long_texts(void **state)
{
	static char bytes[1000];
	struct slice text = { bytes, sizeof(bytes) };
	struct check check = { .run = &run };

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	run.arena = unit_arena();
	check_decide(&check, OUTCOME_CONTAINS_NOT, "it", text);
	assert_int_equal(check.verdict.words.length,
		strlen("it does not contain \"\"") + TEXT_SHOWN + 3);
	memset(bytes, 1, sizeof(bytes));
	check_decide(&check, OUTCOME_REDIRECTED, UINT64_C(302), text, text);
	assert_true(check.verdict.words.length <= CHECK_WORDS);
}

static void
phases(void **state)
{
	(void)state;
	assert_string_equal(phase_words(PHASE_STATUS_LINE), "waiting for the status line");
	assert_string_equal(phase_words(PHASE_HEADERS), "reading headers");
	assert_string_equal(phase_words(PHASE_BODY), "reading the body");
	assert_string_equal(phase_words(PHASE_READING), "reading");
}

static void
of_errno(void **state)
{
	static const struct {
		int line;
		int number;
		const char *words;
	} rows[] = {
		{ __LINE__, EACCES, "permission denied" },
		{ __LINE__, EADDRNOTAVAIL, "address not available" },
		{ __LINE__, EAFNOSUPPORT, "address family not supported" },
		{ __LINE__, ECONNREFUSED, "connection refused" },
		{ __LINE__, ECONNRESET, "connection reset" },
		{ __LINE__, EHOSTUNREACH, "no route to host" },
		{ __LINE__, EISDIR, "is a directory" },
		{ __LINE__, ELOOP, "too many symbolic links" },
		{ __LINE__, EMFILE, "too many open files" },
		{ __LINE__, ENETUNREACH, "network unreachable" },
		{ __LINE__, ENOENT, "no such file or directory" },
		{ __LINE__, ENOMEM, "out of memory" },
		{ __LINE__, ENOTDIR, "not a directory" },
		{ __LINE__, EPERM, "operation not permitted" },
		{ __LINE__, EPIPE, "broken pipe" },
		{ __LINE__, ETIMEDOUT, "timed out" },
		{ __LINE__, 95, "error 095" },
		{ __LINE__, 4, "error 004" },
		{ __LINE__, 133, "error 133" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		row_slice(rows[i].line, slice_of(errno_words(rows[i].number)),
			slice_of(rows[i].words));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(long_texts),
		cmocka_unit_test(phases),
		cmocka_unit_test(of_errno),
	};

	return cmocka_run_group_tests_name("verdict", tests, NULL, NULL);
}
