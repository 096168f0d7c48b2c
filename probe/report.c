#include "report.h"

enum rank { RANK_PASS, RANK_FAIL, RANK_WARN, RANKS };

static enum rank
rank_of(const struct check *check)
{
	if (outcome_healthy(check->verdict.outcome))
		return RANK_PASS;
	return check->optional ? RANK_WARN : RANK_FAIL;
}

static const char *
plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void
print_check(struct text *text, const struct check *check)
{
	static const char words[RANKS][5] = { "PASS", "FAIL", "WARN" };

	text_print(text, check->name.length > 0 ? "%s %e %e: %r" : "%s %e%e: %r",
		words[rank_of(check)], check->name, check->target, check->verdict.words);
}

static void
print_every(struct text *text, const struct check *check)
{
	for (; check; check = check->next) {
		uint64_t tenths = (uint64_t)check->elapsed_us / 100;

		print_check(text, check);
		text_print(text, " in %u.%u ms\n", tenths / 10, tenths % 10);
	}
}

static void
print_rank(struct text *text, const struct check *check, enum rank rank, uint64_t *left)
{
	static const size_t more_size = sizeof("... and 1024 more\n") - 1;

	for (; check && *left > 0; check = check->next) {
		size_t before = text->length;

		if (rank_of(check) != rank)
			continue;
		print_check(text, check);
		text_char(text, '\n');
		if (text->length + (*left > 1 ? more_size : 0) > REPORT_DOCKER_LIMIT) {
			text->length = before;
			text_print(text, "... and %u more\n", *left);
			*left = 1;
		}
		--*left;
	}
}

bool
report(struct text *text, const struct check *checks, int64_t elapsed_us, bool every)
{
	uint64_t counts[RANKS] = { 0 }, all = 0, left;

	for (const struct check *check = checks; check; check = check->next, all++)
		counts[rank_of(check)]++;
	if (counts[RANK_FAIL] == 0)
		text_print(text, "healthy: %u check%s passed", counts[RANK_PASS],
			plural(counts[RANK_PASS]));
	else
		text_print(text, "unhealthy: %u of %u check%s failed", counts[RANK_FAIL], all,
			plural(all));
	if (counts[RANK_WARN] > 0)
		text_print(text, ", %u warning%s", counts[RANK_WARN], plural(counts[RANK_WARN]));
	text_print(text, " in %u ms\n", (uint64_t)elapsed_us / 1000);
	left = counts[RANK_FAIL] + counts[RANK_WARN];
	if (every) {
		print_every(text, checks);
	} else {
		print_rank(text, checks, RANK_FAIL, &left);
		print_rank(text, checks, RANK_WARN, &left);
	}
	return counts[RANK_FAIL] == 0;
}
