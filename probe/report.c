#include "report.h"

enum rank { RANK_PASS, RANK_FAIL, RANK_WARN, RANKS };

static enum rank
rank_of(const struct check *check)
{
	if (verdict_healthy(&check->verdict))
		return RANK_PASS;
	return check->optional ? RANK_WARN : RANK_FAIL;
}

static void
count_ranks(const struct check *checks, unsigned counts[static RANKS])
{
	for (; checks; checks = checks->next)
		counts[rank_of(checks)]++;
}

bool
report_healthy(const struct check *checks)
{
	unsigned counts[RANKS] = { 0 };

	count_ranks(checks, counts);
	return counts[RANK_FAIL] == 0;
}

static void
print_count(struct text *text, unsigned count, const char *noun)
{
	text_decimal(text, count);
	text_char(text, ' ');
	text_string(text, noun);
	if (count != 1)
		text_char(text, 's');
}

static void
print_head(struct text *text, const unsigned counts[static RANKS], int64_t elapsed_us)
{
	if (counts[RANK_FAIL] == 0) {
		text_string(text, "healthy: ");
		print_count(text, counts[RANK_PASS], "check");
		text_string(text, " passed");
	} else {
		text_string(text, "unhealthy: ");
		text_decimal(text, counts[RANK_FAIL]);
		text_string(text, " of ");
		print_count(text, counts[RANK_PASS] + counts[RANK_FAIL] + counts[RANK_WARN], "check");
		text_string(text, " failed");
	}
	if (counts[RANK_WARN] > 0) {
		text_string(text, ", ");
		print_count(text, counts[RANK_WARN], "warning");
	}
	text_string(text, " in ");
	text_decimal(text, (uint64_t)elapsed_us / 1000);
	text_string(text, " ms\n");
}

static void
print_check(struct text *text, const struct check *check)
{
	static const char words[RANKS][6] = { "PASS ", "FAIL ", "WARN " };

	text_string(text, words[rank_of(check)]);
	if (check->name.length > 0) {
		text_escaped(text, check->name);
		text_char(text, ' ');
	}
	text_escaped(text, check->target);
	text_string(text, ": ");
	verdict_print(text, &check->verdict);
}

static void
print_more(struct text *text, unsigned count)
{
	text_string(text, "... and ");
	text_decimal(text, count);
	text_string(text, " more\n");
}

void
report_text(struct text *text, const struct check *checks, int64_t elapsed_us)
{
	static const enum rank order[] = { RANK_FAIL, RANK_WARN };
	static const size_t more_size = sizeof("... and 1024 more\n") - 1;
	unsigned counts[RANKS] = { 0 }, left;

	count_ranks(checks, counts);
	print_head(text, counts, elapsed_us);
	left = counts[RANK_FAIL] + counts[RANK_WARN];
	for (unsigned i = 0; i < sizeof(order) / sizeof(*order); i++) {
		for (const struct check *check = checks; check; check = check->next) {
			size_t before = text->length;

			if (rank_of(check) != order[i])
				continue;
			print_check(text, check);
			text_char(text, '\n');
			if (text->length + (left > 1 ? more_size : 0) > REPORT_DOCKER_LIMIT) {
				text->length = before;
				print_more(text, left);
				return;
			}
			left--;
		}
	}
}

void
report_once(struct text *text, const struct check *checks, int64_t elapsed_us)
{
	unsigned counts[RANKS] = { 0 };

	count_ranks(checks, counts);
	print_head(text, counts, elapsed_us);
	for (const struct check *check = checks; check; check = check->next) {
		uint64_t tenths = (uint64_t)check->elapsed_us / 100;

		print_check(text, check);
		text_string(text, " in ");
		text_decimal(text, tenths / 10);
		text_char(text, '.');
		text_decimal(text, tenths % 10);
		text_string(text, " ms\n");
	}
}
