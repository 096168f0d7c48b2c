#include "report.h"

enum rank { RANK_PASS, RANK_FAIL, RANK_WARN, RANKS };

static enum rank
rank_of(const struct check *check)
{
	if (outcome_healthy(check->verdict.outcome))
		return RANK_PASS;
	return check->optional ? RANK_WARN : RANK_FAIL;
}

static void
count_ranks(const struct check *checks, uint64_t counts[static RANKS])
{
	for (; checks; checks = checks->next)
		counts[rank_of(checks)]++;
}

bool
report_healthy(const struct check *checks)
{
	uint64_t counts[RANKS] = { 0 };

	count_ranks(checks, counts);
	return counts[RANK_FAIL] == 0;
}

static const char *
plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void
print_head(struct text *text, const uint64_t counts[static RANKS], int64_t elapsed_us)
{
	uint64_t all = counts[RANK_PASS] + counts[RANK_FAIL] + counts[RANK_WARN];

	if (counts[RANK_FAIL] == 0)
		text_print(text, "healthy: %u check%s passed", counts[RANK_PASS], plural(counts[RANK_PASS]));
	else
		text_print(text, "unhealthy: %u of %u check%s failed", counts[RANK_FAIL], all, plural(all));
	if (counts[RANK_WARN] > 0)
		text_print(text, ", %u warning%s", counts[RANK_WARN], plural(counts[RANK_WARN]));
	text_print(text, " in %u ms\n", (uint64_t)elapsed_us / 1000);
}

static void
print_check(struct text *text, const struct check *check)
{
	static const char words[RANKS][5] = { "PASS", "FAIL", "WARN" };

	text_print(text, check->name.length > 0 ? "%s %e " : "%s ", words[rank_of(check)], check->name);
	text_print(text, "%e: %r", check->target, check->verdict.words);
}

void
report_text(struct text *text, const struct check *checks, int64_t elapsed_us)
{
	static const size_t more_size = sizeof("... and 1024 more\n") - 1;
	uint64_t counts[RANKS] = { 0 }, left;

	count_ranks(checks, counts);
	print_head(text, counts, elapsed_us);
	left = counts[RANK_FAIL] + counts[RANK_WARN];
	for (enum rank rank = RANK_FAIL; rank <= RANK_WARN; rank++) {
		for (const struct check *check = checks; check; check = check->next) {
			size_t before = text->length;

			if (rank_of(check) != rank)
				continue;
			print_check(text, check);
			text_char(text, '\n');
			if (text->length + (left > 1 ? more_size : 0) > REPORT_DOCKER_LIMIT) {
				text->length = before;
				text_print(text, "... and %u more\n", left);
				return;
			}
			left--;
		}
	}
}

void
report_once(struct text *text, const struct check *checks, int64_t elapsed_us)
{
	uint64_t counts[RANKS] = { 0 };

	count_ranks(checks, counts);
	print_head(text, counts, elapsed_us);
	for (const struct check *check = checks; check; check = check->next) {
		uint64_t tenths = (uint64_t)check->elapsed_us / 100;

		print_check(text, check);
		text_print(text, " in %u.%u ms\n", tenths / 10, tenths % 10);
	}
}
